// Whose records a chart shows: projects, each with a filter of its own.

import { field } from "../core/dialog.js";
import { h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { projects } from "../core/session.js";
import { filterInput } from "../filters/input.js";

export function sourcesPart({ config, models, again, reload }) {
  const rows = config.sources.map((source, index) => {
    const model = models[index];
    const choose = (event) => {
      config.sources[index] = { project_id: event.target.value };
      reload();
    };
    const select = h("select", { aria: { label: t("Project") }, data: { part: `source-${index}` }, onChange: choose }, projects.value.map((project) => h("option", { value: project.id, selected: project.id === source.project_id }, project.name)));
    const narrow = (found) => {
      if (found) source.filter = found;
      else delete source.filter;
      again();
    };
    const { element: filter } = filterInput({ model: () => model, value: source.filter, changed: narrow });
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

/** A select with its label, for the parts of the editor. */
export function choice(label, options, value, change, { part, hint } = {}) {
  return field(label, h("select", { data: { part }, onChange: (event) => change(event.target.value) }, options.map(([key, text]) => h("option", { value: key, selected: key === (value ?? "") }, text))), { hint });
}
