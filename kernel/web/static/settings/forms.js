// The forms of a project, through which visitors add records without signing in.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { complain, toast } from "../core/toast.js";
import { emptyState } from "../parts/empty.js";
import { editForm } from "./form_editor.js";
import { heading, tried } from "./part.js";

define("smalt-forms", class extends Part {
  begin(model) { this.model = model; }

  connected() { this.load(); }

  get path() { return `${this.model.path}/forms`; }

  async load() {
    try {
      this.forms = await api.all(this.path, {}, { signal: this.alive });
      this.draw();
    } catch (error) { complain(error); }
  }

  draw() {
    const add = h("button", { type: "button", class: "primary", onClick: () => this.edit(null) }, icon("plus"), t("New form"));
    fill(this, heading(t("Forms"), t("Pages on which visitors add a record, without an account."), this.forms.length ? add : null),
      this.forms.length ? h("ul", { class: "choice-list" }, this.forms.map((form) => this.line(form))) : emptyState(icon("clipboard-list", 26), t("No forms yet"), t("Put a form on your site: what people send becomes a record here, and automations react to it."), add));
  }

  line(form) {
    const on = h("input", { type: "checkbox", role: "switch", checked: form.enabled, aria: { label: t("{name} is open", { name: form.name }) }, onChange: async () => { if (!await tried(null, () => api.patch(`${this.path}/${form.id}`, { enabled: on.checked }))) on.checked = !on.checked; } });
    const copy = async () => { await navigator.clipboard?.writeText(new URL(form.path, location.origin).href); toast(t("Copied."), { kind: "good" }); };
    return h("li", { class: "choice-line" }, on, h("button", { type: "button", class: "field-button", onClick: () => this.edit(form) }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, form.name), h("span", { class: "soft clip" }, `${form.path} · ${n("{count} submission", "{count} submissions", form.submissions)}`), form.broken.map((fault) => h("span", { class: "warning" }, icon("triangle-alert", 13), fault.detail)))),
      h("a", { class: "button", href: form.path, target: "_blank", rel: "noopener" }, icon("external-link", 14), t("Open"), h("span", { class: "visually-hidden" }, ` ${form.name}`)),
      iconButton(icon("copy", 15), t("Copy the address of {name}", { name: form.name }), copy),
      iconButton(icon("trash-2", 15), t("Delete {name}", { name: form.name }), () => this.removeForm(form)));
  }

  async edit(form) {
    try { if (await editForm(this.model, form)) this.load(); } catch (error) { complain(error); }
  }

  async removeForm(form) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: form.name }), text: t("Its address answers no more. The records that came through it stay."), action: t("Delete"), danger: true })) return;
    if (await tried(null, () => api.delete(`${this.path}/${form.id}`), null)) this.load();
  }
});

export default (model) => { const part = h("smalt-forms"); part.begin(model); return part; };
