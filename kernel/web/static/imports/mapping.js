// Where the columns of a file go: to fields that are there, to new ones, or nowhere.

import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";

const NEW = "+";

/** `{element, read()}`; `read()` gives the mapping as the API takes it. */
export function mappingTable(model, job) {
  const rows = job.columns.map((column) => new Row(model, column, job.mapping[column.name]));
  const element = h("div", { class: "scroll mapping", tabindex: "0", role: "region", aria: { label: t("Columns") } }, h("table", { class: "plain-table" }, h("thead", {}, h("tr", {}, [t("Column"), t("Samples"), t("Goes to")].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows.map((row) => row.element))));
  return { element, read: () => Object.fromEntries(rows.map((row) => [row.column.name, row.read()])) };
}

/** What records can be given by a file: built-in fields and those that are not computed. */
const targets = (model) => model.columns.filter((column) => (column.builtIn ? !["created_by", "updated_at", "list_entered_at"].includes(column.key) : column.editable));

class Row {
  constructor(model, column, mapped) {
    Object.assign(this, { model, column, mapped: mapped ?? null });
    const guess = this.mapped ?? column.guess;
    const fresh = guess?.create ?? (guess?.type ? { name: column.name, type: guess.type, config: guess.config ?? {} } : null);
    this.fresh = fresh ?? { name: column.name, type: "text", config: {} };
    const current = this.mapped?.field ? model.column(this.mapped.field)?.key ?? this.mapped.field : this.mapped?.create ? NEW : "";
    const options = targets(model);
    this.target = h("select", { aria: { label: t("{column} goes to", { column: column.name }) }, onChange: () => this.drawMore() }, h("option", { value: "" }, t("Leave out")), h("option", { value: NEW, selected: current === NEW }, t("A new field")), h("optgroup", { label: t("Fields") }, (current && current !== NEW && !options.some((option) => option.key === current) ? [h("option", { value: current, selected: true }, current)] : []), options.map((option) => h("option", { value: option.key, selected: option.key === current }, option.name))));
    this.more = h("div", { class: "row" });
    this.element = h("tr", {}, h("th", { scope: "row" }, column.name), h("td", { class: "soft samples" }, column.samples.slice(0, 3).join(" · ")), h("td", {}, this.target, this.more));
    this.drawMore();
  }

  drawMore() {
    const field = this.model.column(this.target.value);
    this.more.replaceChildren();
    this.match = null;
    if (this.target.value === NEW) {
      this.name = h("input", { type: "text", value: this.fresh.name, maxlength: 200, aria: { label: t("Name of the new field for {column}", { column: this.column.name }) } });
      const types = [...this.model.types.values()].filter((type) => type.operators !== null).sort((a, b) => a.label.localeCompare(b.label));
      this.type = h("select", { aria: { label: t("Type of the new field for {column}", { column: this.column.name }) } }, types.map((type) => h("option", { value: type.key, selected: type.key === this.fresh.type }, type.label)));
      this.more.append(this.name, this.type);
    } else if (field?.type === "reference") {
      this.match = h("input", { type: "text", value: this.mapped?.match ?? "title", aria: { label: t("Match {column} by this field of the linked records", { column: this.column.name }) } });
      this.more.append(h("label", { class: "row hint" }, t("matched by"), this.match));
    }
  }

  read() {
    const { value } = this.target;
    if (!value) return null;
    if (value !== NEW) return this.match ? { field: value, match: this.match.value.trim() || "title" } : { field: value };
    return { create: { name: this.name.value, type: this.type.value, config: this.type.value === this.fresh.type ? this.fresh.config ?? {} : {} } };
  }
}
