// Whose records a chart shows: projects, each with a filter of its own.

import { field } from "../core/dialog.js";
import { h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { popover } from "../core/popover.js";
import { projects } from "../core/session.js";
import "../filters/builder.js";
import { plainTree, sentence } from "../filters/tree.js";

export function sourcesPart({ config, models, again, reload }) {
  const rows = config.sources.map((source, index) => {
    const model = models[index];
    const choose = (event) => {
      config.sources[index] = { project_id: event.target.value };
      reload();
    };
    const select = h("select", { aria: { label: t("Project") }, data: { part: `source-${index}` }, onChange: choose }, projects.value.map((project) => h("option", { value: project.id, selected: project.id === source.project_id }, project.name)));
    const words = source.filter ? sentence(source.filter, model) : "";
    const filter = h("button", { type: "button", class: ["source-filter", words && "on"], title: words, aria: { label: words ? t("Filter: {filter}", { filter: words }) : t("Filter") }, onClick: (event) => editFilter(event.currentTarget, model, source, again) }, icon("funnel", 14), h("span", { class: "clip" }, words || t("All records")));
    const remove = config.sources.length > 1 ? iconButton(icon("x", 14), t("Leave out {name}", { name: model.name }), () => { config.sources.splice(index, 1); reload(); }) : null;
    return h("li", { class: "source-row" }, select, filter, remove);
  });
  const add = h("button", { type: "button", class: "plain", onClick: () => {
    const used = new Set(config.sources.map((source) => source.project_id));
    const next = projects.value.find((project) => !used.has(project.id)) ?? projects.value[0];
    config.sources.push({ project_id: next.id });
    reload();
  } }, icon("plus", 14), t("Add a project"));
  return h("fieldset", {}, h("legend", { class: "label" }, t("Records of")), h("ul", { class: "stack-s" }, rows), projects.value.length > 1 ? h("div", {}, add) : null);
}

function editFilter(anchor, model, source, again) {
  const builder = document.createElement("smalt-filter-builder");
  builder.begin(model, source.filter ?? null);
  let now = source.filter ?? null;
  builder.addEventListener("filter", (event) => { now = event.detail; });
  popover(anchor, h("div", { class: "filter-popover" }, builder), {
    label: t("Filter"),
    onClose: () => {
      const plain = plainTree(now);
      if (JSON.stringify(plain) === JSON.stringify(source.filter ?? null)) return;
      if (plain) source.filter = plain;
      else delete source.filter;
      again();
    },
  });
}

/** A select with its label, for the parts of the editor. */
export function choice(label, options, value, change, { part, hint } = {}) {
  return field(label, h("select", { data: { part }, onChange: (event) => change(event.target.value) }, options.map(([key, text]) => h("option", { value: key, selected: key === (value ?? "") }, text))), { hint });
}
