// The designer of a form: its fields in order, with what visitors read; and how it will look.

import { api, Problem } from "../core/api.js";
import { dialog, field, placeFaults } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { grip } from "../parts/grip.js";
import { picker } from "../core/popover.js";
import { fieldMore, formMore } from "./form_more.js";

/** Resolves to the form as saved, or null. */
export async function editForm(model, form) {
  const members = await api.all(`${model.path}/members`);
  return new Promise((resolve) => { new FormEditor(model, form, members, resolve).open(); });
}

const NOT_ASKED = new Set(["list", "completed_at", "created_at", "created_by", "updated_at", "list_entered_at", "assignees"]);
const INPUTS = { number: "number", money: "number", date: "date", datetime: "datetime-local" };

class FormEditor {
  constructor(model, form, members, done) {
    Object.assign(this, { model, form, done, result: null, more: formMore(model, form, members, () => this.drawPreview()) });
    this.fields = structuredClone(form?.fields ?? [{ field: "title", required: true }]);
  }

  open() {
    const { form, model } = this;
    this.name = field(t("Name"), h("input", { type: "text", value: form?.name ?? "", maxlength: 200, autofocus: true, placeholder: t("Contact us, apply, report a fault …"), onInput: () => this.drawPreview() }));
    this.description = field(t("Introduction"), h("textarea", { rows: 2, maxlength: 2000, onInput: () => this.drawPreview() }));
    this.description.input.value = form?.description ?? "";
    const list = model.list(form?.list);
    this.target = field(t("Records come to the list"), h("select", {}, h("option", { value: "" }, t("The first one")), model.lists.map((known) => h("option", { value: known.id, selected: known === list }, known.name))));
    this.message = field(t("What visitors read afterwards"), h("input", { type: "text", value: form?.after?.message ?? "", maxlength: 2000, placeholder: t("Thank you.") }));
    this.rows = h("ol", { class: "action-list" });
    this.preview = h("section", { class: "form-preview", aria: { label: t("Preview") } });
    const add = h("button", { type: "button", class: "plain", onClick: (event) => this.add(event.currentTarget) }, icon("plus", 14), t("Add a field"));
    dialog({
      title: form ? t("Form “{name}”", { name: form.name }) : t("New form"), wide: true, className: "chart-editor",
      body: h("div", { class: "chart-editor-body" }, h("div", { class: "chart-form" }, this.name, this.description, h("fieldset", {}, h("legend", { class: "label" }, t("Fields")), this.rows, add), this.target, this.message, this.more.element), this.preview),
      actions: [{ label: t("Cancel"), run: (close) => close() }, { label: form ? t("Save") : t("Make the form"), kind: "primary", submit: true, run: (close) => this.save(close) }],
      onClose: () => this.done(this.result),
    });
    this.draw();
  }

  nameOf(item) { return this.model.column(item.field)?.name ?? item.field; }

  draw() {
    const move = (at, to) => { this.fields.splice(to, 0, ...this.fields.splice(at, 1)); this.draw(); };
    const change = (item, name, value) => { if (value === "" || value === false || value === undefined) delete item[name]; else item[name] = value; this.drawPreview(); };
    const extras = this.fields.map((item) => fieldMore(item, this.model.column(item.field), () => this.above(item), (name, value) => { if (value === false) item[name] = false; else change(item, name, value); this.drawPreview(); }));
    this.places = Object.fromEntries(extras.flatMap(({ places }, index) => Object.entries(places).map(([name, box]) => [`/fields/${index}/${name}`, box])));
    fill(this.rows, this.fields.map((item, index) => h("li", { class: "action-step" }, grip("form", this.nameOf(item), move), h("div", { class: "grow visible stack-s" },
      h("div", { class: "pair" }, h("input", { type: "text", value: item.label ?? "", placeholder: this.nameOf(item), maxlength: 500, aria: { label: t("Label of {name}", { name: this.nameOf(item) }) }, onInput: (event) => change(item, "label", event.target.value) }),
        h("input", { type: "text", value: item.help ?? "", placeholder: t("Help"), maxlength: 2000, aria: { label: t("Help for {name}", { name: this.nameOf(item) }) }, onInput: (event) => change(item, "help", event.target.value) })),
      h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: Boolean(item.required), disabled: item.field === "title", onChange: (event) => change(item, "required", event.target.checked) }), t("Required")), extras[index].element),
    iconButton(icon("x", 14), t("Leave out {name}", { name: this.nameOf(item) }), () => { this.fields.splice(index, 1); this.draw(); }, { disabled: item.field === "title" }))));
    this.drawPreview();
  }

  /** The project with those fields alone that a condition of this one can read. */
  above(item) {
    const before = this.fields.slice(0, this.fields.indexOf(item)).map((one) => this.model.column(one.field));
    const columns = before.filter((column) => column && !column.many && !["person", "record", "file"].includes(column.kind));
    return Object.create(this.model, { columns: { value: columns } });
  }

  add(anchor) {
    const used = new Set(this.fields.map((item) => this.model.column(item.field)?.key ?? item.field));
    const options = this.model.columns.filter((column) => column.editable && !used.has(column.key) && !NOT_ASKED.has(column.key)).map((column) => ({ value: column.key, label: column.name }));
    picker(anchor, { label: t("Field"), options, onChoose: (key) => { this.fields.push({ field: key }); this.draw(); } });
  }

  /** How it will look, with nothing to send. */
  drawPreview() {
    const input = (column) => {
      if (column?.kind === "boolean") return h("input", { type: "checkbox", disabled: true });
      if (column?.choices?.length) return h("select", { disabled: true }, h("option", {}, "—"));
      return column?.widget === "long_text" ? h("textarea", { rows: 3, disabled: true }) : h("input", { type: INPUTS[column?.kind] ?? "text", disabled: true });
    };
    fill(this.preview, h("h3", {}, this.name.input.value || t("New form")), this.description.input.value ? h("p", { class: "soft" }, this.description.input.value) : null,
      this.fields.filter((item) => !item.hidden).map((item) => h("div", { class: "field" }, h("label", {}, item.label || this.nameOf(item), item.required ? " *" : "", input(this.model.column(item.field))), item.help ? h("span", { class: "hint" }, item.help) : null)),
      h("div", {}, h("span", { class: "button primary" }, t("Send"))), this.more.told().map((line) => h("p", { class: "hint row" }, icon("clock", 13), line)));
  }

  async save(close) {
    const path = `${this.model.path}/forms`;
    const after = { ...this.form?.after, message: this.message.input.value || null };
    const body = { name: this.name.input.value, description: this.description.input.value || null, list: this.target.input.value || null, fields: this.fields, after, ...this.more.read() };
    try {
      this.result = this.form ? await api.patch(`${path}/${this.form.id}`, body) : await api.post(path, body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const rest = placeFaults(error, { "/name": this.name, "/description": this.description, "/list": this.target, "/after": this.message, ...this.places, ...this.more.places });
      for (const part of this.rows.closest("dialog").querySelectorAll("details")) part.open ||= Boolean(part.querySelector("[aria-invalid]"));
      throw new Error(rest || t("Mend what is marked."));
    }
    close();
  }
}
