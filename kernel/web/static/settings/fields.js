// The fields of a project: what its records hold.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { complain } from "../core/toast.js";
import { drawList, redraw } from "../core/redraw.js";
import { grip } from "../parts/grip.js";
import { emptyState } from "../parts/empty.js";
import { editField } from "./field_editor.js";
import { heading, tried } from "./part.js";

define("smalt-fields", class extends Part {
  begin(model) { Object.assign(this, { model, fields: model.fields }); }

  connected() {
    const add = (kind) => h("button", { type: "button", class: kind, onClick: () => this.edit(null) }, icon("plus"), t("New field"));
    this.list = h("ul", { class: "field-list" });
    fill(this, heading(t("Fields"), t("What the records of this project hold, beside title, list and the like."), add("primary")), this.list);
    this.none = () => h("li", {}, emptyState(icon("rows-3", 26), t("No fields yet"), t("Add what your records should hold: an amount, an email, a link to a customer, a formula …"), add("primary")));
    this.draw();
  }

  draw() { redraw(this.list, () => drawList(this.list, this.fields.map((field) => ({ ...field, position: null })), (field) => this.line(field), { none: this.none })); }

  line(field) {
    const type = this.model.types.get(field.type);
    const marks = [field.required ? t("required") : null, field.unique ? t("unique") : null, field.available === false ? t("not available") : null].filter(Boolean);
    const move = async (from, to) => { if (await tried(this.model, () => api.patch(`${this.model.path}/fields/${field.id}`, { position: to }), null)) await this.reload(); else this.draw(); };
    return h("li", { class: "choice-line" },
      grip("field", field.name, move),
      h("button", { type: "button", class: "field-button", onClick: () => this.edit(field) }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, field.name), h("span", { class: "soft clip" }, [type?.label ?? field.type, field.config.expression, ...marks].filter(Boolean).join(" · ")), field.broken ? h("span", { class: "fault" }, field.broken) : null), h("code", { class: "soft field-key clip" }, `{${field.key}}`)),
      iconButton(icon("trash-2", 15), t("Delete {name}", { name: field.name }), () => this.removeField(field)));
  }

  async edit(field) {
    try {
      await this.reloading; // what was made a moment ago can be chosen
      if (await editField(this.model, field)) this.reload();
    } catch (error) { complain(error); }
  }

  async removeField(field) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: field.name }), text: t("Its values are kept and come back with it from the trash. What computes from it shows that its source is missing."), action: t("Delete"), danger: true })) return;
    if (await tried(this.model, () => api.delete(`${this.model.path}/fields/${field.id}`), t("It is in the trash now."))) this.reload();
  }

  reload() {
    this.reloading = this.readAgain().catch(complain);
    return this.reloading;
  }

  async readAgain() {
    const { loadProject } = await import("../data/project.js");
    this.model = await loadProject(this.model.id, { fresh: true });
    this.fields = this.model.fields;
    this.draw();
  }
});

export default (model) => { const part = h("smalt-fields"); part.begin(model); return part; };
