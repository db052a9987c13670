// A project's name, zone, currency and default fields; and taking it away.

import { api } from "../core/api.js";
import { confirmed, field } from "../core/dialog.js";
import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { refresh } from "../core/session.js";
import { heading, tried } from "./part.js";

const defaults = () => ({ description: t("Description"), assignees: t("Assignees"), start_date: t("Start"), due_date: t("Due"), tags: t("Tags"), checklists: t("Checklists"), dependencies: t("Dependencies"), referenced_by: t("Referenced by"), comments: t("Comments"), followers: t("Followers"), reminders: t("Reminders"), repeat: t("Repetition") });

export default (model) => {
  const { project } = model;
  const name = field(t("Name"), h("input", { type: "text", value: project.name, maxlength: 200 }));
  const description = field(t("Description"), h("input", { type: "text", value: project.description ?? "", maxlength: 1000 }));
  const zones = [...new Set([project.time_zone, ...Intl.supportedValuesOf?.("timeZone") ?? []])].sort();
  const zone = field(t("Time zone"), h("select", {}, zones.map((code) => h("option", { value: code, selected: code === project.time_zone }, code.replaceAll("_", " ")))), { hint: t("Days and months begin in it.") });
  const currencies = [...new Set([project.currency, ...Intl.supportedValuesOf?.("currency") ?? []])].sort();
  const currency = field(t("Currency"), h("select", {}, currencies.map((code) => h("option", { value: code, selected: code === project.currency }, code))), { hint: t("Where an amount is given without one.") });
  const form = h("form", { class: "form-grid", novalidate: true }, name, description, h("div", { class: "pair" }, zone, currency), h("div", {}, h("button", { type: "submit", class: "primary" }, t("Save"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await tried(model, () => api.patch(model.path, { name: name.input.value, description: description.input.value || null, time_zone: zone.input.value, currency: currency.input.value }))) refresh();
  });
  const on = new Set(project.default_fields);
  const keep = () => tried(model, () => api.patch(model.path, { default_fields: ["title", ...Object.keys(defaults()).filter((key) => on.has(key))] }));
  let kept = Promise.resolve();
  const put = (key, is) => (is ? on.add(key) : on.delete(key));
  const box = ([key, label]) => h("label", { class: "check-line" }, h("input", {
    type: "checkbox", checked: on.has(key),
    onChange: async (event) => {
      const { checked } = event.target;
      // One after another, each with all that is ticked by then: the last is not overtaken by the one before.
      put(key, checked);
      kept = kept.then(keep);
      if (!await kept) put(key, event.target.checked = !checked);
    },
  }), label);
  const remove = async () => {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: project.name }), text: t("The project goes to the trash with everything in it, and can be brought back from there."), action: t("Delete the project"), danger: true })) return;
    if (await tried(model, () => api.delete(model.path), t("It is in the trash now."))) { await refresh(); go("/app"); }
  };
  return h("div", { class: "settings" }, h("section", {}, heading(t("General")), form),
    h("section", {}, heading(t("Default fields"), t("What is switched off goes from pages, forms and imports; its values are kept.")), h("div", { class: "check-grid" }, Object.entries(defaults()).map(box))),
    h("section", {}, heading(t("Delete the project"), t("Everything in it can be brought back from the trash for some time.")), h("div", {}, h("button", { type: "button", class: "danger", onClick: remove }, icon("trash-2"), t("Delete the project")))));
};
