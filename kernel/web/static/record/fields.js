// The fields of a record: a label, the value by its widget, and its editor in place.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { redraw } from "../core/redraw.js";
import { announce } from "../core/toast.js";
import { isEmpty } from "../data/columns.js";
import { setValue } from "../data/records.js";
import { openEditor } from "../parts/edit_value.js";
import { press } from "../parts/press.js";

const ELSEWHERE = new Set(["title", "list", "description", "completed_at", "created_at", "created_by", "updated_at", "list_entered_at"]);

export class Fields {
  constructor(view) {
    this.view = view;
    this.cells = new Map();
    this.shown = view.model.columns.filter((column) => !ELSEWHERE.has(column.key));
    this.element = h("dl", { class: "record-fields" }, this.shown.map((column) => this.line(column)));
    this.update(view.record);
  }

  line(column) {
    const cell = h("dd", { class: ["field-value", column.editable && "editable"] });
    this.cells.set(column.key, cell);
    const origin = this.origin(column);
    return h("div", { class: "field-line" }, h("dt", { title: column.description || column.name }, h("span", { class: "clip" }, column.name), column.required ? h("span", { class: "soft", title: t("Required") }, " *") : null, origin), cell);
  }

  /** Where a computed value comes from. */
  origin(column) {
    if (column.builtIn || !column.computed) return null;
    const { reference, field, expression, source } = column.config || {};
    const from = this.view.model.column(reference);
    const words = reference ? t("Looked up: {path}", { path: `${from?.name ?? reference} → ${field}` }) : expression ? t("Formula: {expression}", { expression }) : source ? t("Rolled up") : t("Computed");
    return h("span", { class: "origin", title: words, role: "img", aria: { label: words } }, icon(reference ? "corner-down-right" : "sigma", 12));
  }

  update(record) {
    this.record = record;
    for (const column of this.shown) {
      const cell = this.cells.get(column.key);
      const value = column.value(record);
      const from = JSON.stringify(value) ?? "";
      if (cell.editing || (cell.from === from && !column.drawer.drawEmpty)) continue;
      cell.from = from;
      redraw(cell, () => this.draw(column, cell, value));
    }
  }

  draw(column, cell, value) {
    const context = { roomy: true, record: this.record, press: () => press(this.view.model, this.record, column), set: (next) => setValue(this.view.model, this.record, column, next, next) };
    const empty = isEmpty(value) && !column.drawer.drawEmpty;
    const direct = column.drawer.toggle || column.widget === "rating" || column.widget === "button";
    const drawn = empty && !(direct && column.editable) ? h("span", { class: "soft" }, column.broken ? t("broken source") : column.editable ? t("Empty") : "—") : column.drawer.draw(value, column, context);
    if (!column.editable || direct || !column.drawer.edit) { fill(cell, drawn); return; }
    const button = h("button", { type: "button", class: "edit-button", aria: { label: t("{field}: {value}. Edit", { field: column.name, value: empty ? t("Empty") : column.text(this.record) }) } }, icon("pencil", 12));
    const target = h("div", { class: "edit-target" }, drawn, button);
    target.addEventListener("click", (event) => { if (!event.target.closest("a")) this.edit(column, cell, target); });
    button.addEventListener("keydown", (event) => {
      if (event.key === "F2") { event.preventDefault(); event.stopPropagation(); this.edit(column, cell, target); }
      if ((event.key === "Delete" || event.key === "Backspace") && !column.required) { event.preventDefault(); setValue(this.view.model, this.record, column, column.many ? [] : null, column.many ? [] : null); announce(t("Emptied")); }
    });
    fill(cell, target);
  }

  edit(column, cell, target) {
    if (cell.editing) return;
    cell.editing = true;
    const ended = (move) => {
      cell.editing = false;
      this.update(this.record); // what came meanwhile
      const targets = [...this.element.querySelectorAll(".edit-button")];
      const at = targets.indexOf(cell.querySelector(".edit-button"));
      const next = move?.column ? targets[at + move.column] : null;
      (next ?? cell.querySelector(".edit-button"))?.focus({ preventScroll: true });
    };
    openEditor({
      cell: target, host: cell, model: this.view.model, record: this.record, column, initial: null,
      done: (shown, input, move) => { ended(move); setValue(this.view.model, this.record, column, shown, input); }, cancelled: ended,
    });
  }
}

