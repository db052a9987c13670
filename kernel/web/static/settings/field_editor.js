// The editor of a field: name, type, config as a form made from the schema, rules, what another type would lose.

import { api, Problem } from "../core/api.js";
import { confirmed, dialog, field as labelled, placeFaults } from "../core/dialog.js";
import { fill, h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { schemaForm } from "../forms/schema_form.js";
import { specialMembers } from "./special_members.js";

/** Resolves to the field as saved, or null. */
export function editField(model, field) {
  return new Promise((resolve) => { new FieldEditor(model, field, resolve).open(); });
}

class FieldEditor {
  constructor(model, field, done) { Object.assign(this, { model, field, done, result: null, config: structuredClone(field?.config ?? {}) }); }

  open() {
    const { field, model } = this;
    const types = [...model.types.values()].sort((a, b) => a.label.localeCompare(b.label));
    this.name = labelled(t("Name"), h("input", { type: "text", value: field?.name ?? "", maxlength: 200, autofocus: true }));
    this.type = labelled(t("Type"), h("select", { onChange: () => { this.config = {}; this.drawConfig(); } }, types.map((type) => h("option", { value: type.key, selected: type.key === (field?.type ?? "text") }, type.label))));
    this.about = h("p", { class: "hint" });
    this.box = h("div", {});
    const check = (label, on) => h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: Boolean(on) }), label);
    this.required = check(t("Required"), field?.required);
    this.unique = check(t("No two records have the same value"), field?.unique);
    this.indexed = check(t("Quick to sort and filter by, also among many records"), field?.indexed);
    this.rules = h("fieldset", {}, h("legend", { class: "label" }, t("Rules")), this.required, this.unique, this.indexed);
    this.description = labelled(t("Description"), h("input", { type: "text", value: field?.description ?? "", maxlength: 1000 }));
    dialog({
      title: field ? t("Field “{name}”", { name: field.name }) : t("New field"), wide: true,
      body: h("div", { class: "stack" }, h("div", { class: "pair" }, this.name, this.type), this.about, this.box, this.rules, this.description),
      actions: [{ label: t("Cancel"), run: (close) => close() }, { label: field ? t("Save") : t("Make the field"), kind: "primary", submit: true, run: (close) => this.save(close) }],
      onClose: () => this.done(this.result),
    });
    this.drawConfig();
  }

  drawConfig() {
    const type = this.model.types.get(this.type.input.value);
    fill(this.about, type.description);
    this.form = schemaForm(type.config_schema, this.config, { special: specialMembers(this.model, () => this.form.read()), labels: { project_id: t("Project") } });
    fill(this.box, this.form.element);
    // What is computed has no rules of its own.
    this.rules.hidden = type.operators === null && type.key !== "reference";
  }

  content() {
    const on = (line) => !this.rules.hidden && line.querySelector("input").checked;
    return { name: this.name.input.value, type: this.type.input.value, config: this.form.read(), required: on(this.required), unique: on(this.unique), indexed: on(this.indexed), description: this.description.input.value || null };
  }

  async save(close) {
    const { model, field } = this;
    const body = this.content();
    this.form.clear();
    try {
      if (field) {
        const loss = await this.mayLose(body);
        if (loss === null) return;
        this.result = await api.patch(`${model.path}/fields/${field.id}`, { ...body, ...(loss ? { accept_loss: true } : {}) }, { headers: { "If-Match": `"${field.version}"` } });
      } else this.result = await api.post(`${model.path}/fields`, body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Somebody was quicker: closing the dialog shows what they made of it.
      if (error.status === 412) this.result = field;
      const rest = error.errors.filter((fault) => !(fault.pointer.startsWith("/config") && this.form.fault(fault.pointer.slice("/config".length), fault.detail)));
      const words = placeFaults({ errors: rest, message: error.message }, { "/name": this.name, "/type": this.type, "/description": this.description });
      throw new Error((rest.length ? words : "") || t("Mend what is marked."));
    }
    close();
  }

  /** Whether values would be lost and that is accepted; null when it is not. */
  async mayLose(body) {
    const { model, field } = this;
    if (body.type === field.type && JSON.stringify(body.config) === JSON.stringify(field.config)) return false;
    const would = await api.post(`${model.path}/fields/${field.id}/convert`, { type: body.type, config: body.config, preview: true });
    if (!would.lost && !would.reduced) return false;
    const samples = would.samples.slice(0, 4).map((sample) => `${shown(sample.before)} → ${shown(sample.after)}`).join("; ");
    const text = `${n("{count} value would be emptied.", "{count} values would be emptied.", would.lost)} ${n("{count} value would be shortened.", "{count} values would be shortened.", would.reduced)} ${samples ? t("For example: {samples}", { samples }) : ""}`;
    return await confirmed({ title: t("Some values do not fit"), text, action: t("Go on and lose them"), danger: true }) ? true : null;
  }
}

const shown = (value) => (value === null || value === undefined ? "—" : typeof value === "object" ? value.name ?? value.title ?? (value.amount ? `${value.amount} ${value.currency}` : JSON.stringify(value)) : String(value));
