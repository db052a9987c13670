// The grid: few rows of elements, moved and drawn anew as one scrolls through many records.

import { fill, h, icon } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { define, Part } from "../core/part.js";
import { setQuery } from "../core/router.js";
import { announce } from "../core/toast.js";
import { isEmpty } from "../data/columns.js";
import { createRecord, records, setValue } from "../data/records.js";
import { followLive } from "../data/following.js";
import { emptyState } from "../parts/empty.js";
import { openEditor } from "../parts/edit_value.js";
import { press } from "../parts/press.js";
import { complain } from "../core/toast.js";
import { GridHeader } from "./header.js";
import { GridFooter } from "./footer.js";
import { bindKeys } from "./keys.js";
import { bindMouse } from "./mouse.js";
import { Selection } from "./selection.js";
import { RowSource } from "./source.js";
import { BulkBar } from "./bulk.js";

export const ROW = 33;
const GUTTER = 56;
const OVERSCAN = 6;
const MOST_PIXELS = 15_000_000; // browsers clamp taller elements

define("smalt-grid", class extends Part {
  begin(model, state) {
    this.model = model;
    this.state = state;
    this.source = new RowSource(model, state);
    this.selection = new Selection(this);
  }

  connected() {
    this.rows = new Map();
    this.pool = [];
    this.body = h("div", { class: "grid-body", role: "rowgroup" });
    this.header = new GridHeader(this);
    this.footer = new GridFooter(this);
    this.scroller = h("div", { class: "grid", role: "grid", tabindex: "0", aria: { label: t("Records of {name}", { name: this.model.name }), multiselectable: "true" } }, this.header.element, this.body, this.footer.element);
    this.note = h("div", { class: "grid-note" });
    this.bulk = new BulkBar(this);
    fill(this, this.scroller, this.note, this.bulk.element);
    this.listen(this.scroller, "scroll", () => this.later(), { passive: true });
    this.listen(this.source, "rows", () => this.later());
    this.listen(records, "record", (event) => this.onRecord(event.detail));
    this.follow(this.state.changed, () => this.begun());
    const observer = new ResizeObserver(() => this.later());
    observer.observe(this.scroller);
    this.atEnd(() => { observer.disconnect(); this.source.stop(); });
    bindKeys(this);
    bindMouse(this);
    followLive(this);
    this.begun();
  }

  get columns() { return this.state.columns; }

  /** Read anew: the filter, the order or the columns have changed. */
  async begun({ keep = false } = {}) {
    const asked = JSON.stringify([this.state.condition, this.state.sort, this.state.group, this.columns.map((column) => column.key).sort()]);
    const fresh = keep || asked !== this.asked || this.source.total === null;
    if (keep && this.editor) { this.missed = true; return; }
    this.asked = asked;
    if (!keep) this.arrange();
    if (!fresh) { this.redraw(); this.footer.draw(); return; }
    const same = this.rowsAsked === JSON.stringify([this.state.condition, this.state.sort, this.state.group]);
    this.rowsAsked = JSON.stringify([this.state.condition, this.state.sort, this.state.group]);
    if (!keep && !same) { this.scroller.scrollTop = 0; this.selection.clear(); }
    this.scroller.setAttribute("aria-busy", "true");
    const { row } = this.selection.active;
    const record = keep && this.recordAt(row);
    this.ready = this.source.begin();
    await this.ready;
    if (record && row === this.selection.active.row) this.selection.stay(record.id);
    this.scroller.removeAttribute("aria-busy");
    this.redraw();
    this.pool.splice(0).forEach((spare) => spare.remove()); // they show what is there no more
    this.footer.draw();
    this.tellEmpty();
    if (!keep && this.source.total !== null) announce(n("{count} record", "{count} records", this.source.total));
  }

  /** Widths and pins of the columns, as custom properties that all rows share. */
  arrange() {
    const { columns, state } = this;
    const widths = columns.map((column) => state.widthOf(column));
    this.scroller.style.setProperty("--columns", [GUTTER, ...widths].map((width) => `${width}px`).join(" "));
    this.scroller.style.setProperty("--width", `${GUTTER + widths.reduce((sum, width) => sum + width, 0)}px`);
    const narrow = this.scroller.clientWidth && this.scroller.clientWidth < 560;
    this.pinned = narrow ? 0 : Math.min(state.pinned, columns.length);
    let left = GUTTER;
    this.lefts = widths.map((width, index) => { const at = left; left += width; return index < this.pinned ? at : null; });
    this.scroller.setAttribute("aria-colcount", String(columns.length + 1));
    this.header.draw();
    this.drawnColumns = columns;
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.pool = [];
  }

  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => { this.frame = 0; if (this.isConnected) this.draw(); });
  }

  redraw() {
    for (const row of this.rows.values()) row.drawn = undefined;
    this.draw();
  }

  /** How many rows, and how pixels of the scroll bar stand to them. */
  measure() {
    const count = this.source.length;
    const height = count * ROW;
    const pixels = Math.min(height, MOST_PIXELS);
    this.body.style.height = `${pixels}px`;
    const seen = this.scroller.clientHeight - this.header.element.offsetHeight - this.footer.element.offsetHeight;
    const most = Math.max(1, pixels - seen);
    return { count, seen: Math.max(ROW, seen), factor: height > pixels ? (height - seen) / most : 1 };
  }

  draw() {
    const { count, seen, factor } = this.measure();
    this.geometry = { count, seen, factor };
    const top = this.scroller.scrollTop * factor;
    const first = Math.max(0, Math.floor(top / ROW) - OVERSCAN);
    const last = Math.min(count - 1, Math.ceil((top + seen) / ROW) + OVERSCAN);
    for (const [index, row] of this.rows) {
      if (index < first || index > last) { this.rows.delete(index); this.pool.push(row); }
    }
    for (let index = first; index <= last; index += 1) {
      let row = this.rows.get(index);
      if (!row) {
        row = this.pool.pop() || this.newRow();
        row.drawn = undefined;
        this.rows.set(index, row);
      }
      this.drawRow(row, index);
      row.style.transform = `translateY(${factor === 1 ? index * ROW : this.scroller.scrollTop + index * ROW - top}px)`;
      row.hidden = false;
    }
    for (const row of this.pool) row.hidden = true;
    this.scroller.setAttribute("aria-rowcount", String(count + 1));
    this.source.want(first, last);
    this.selection.show();
    this.editor?.reposition?.();
  }

  newRow() {
    const row = h("div", { class: "grid-row", role: "row" }, h("div", { class: "grid-cell gutter", role: "rowheader" }));
    this.columns.forEach((column, index) => {
      const cell = h("div", { class: ["grid-cell", column.align !== "start" && `align-${column.align}`, !column.editable && "fixed"], role: "gridcell", aria: { colindex: index + 2, readonly: column.editable ? undefined : "true" } });
      if (this.lefts[index] !== null) { cell.classList.add("pinned"); cell.style.left = `${this.lefts[index]}px`; }
      if (index === this.pinned - 1) cell.classList.add("pin-edge");
      row.append(cell);
    });
    this.body.append(row);
    return row;
  }

  drawRow(row, index) {
    const found = this.source.at(index);
    if (!found) return;
    const record = found.record;
    const mark = found.group ?? record ?? found.section;
    const selected = record && this.selection.ids.has(record.id);
    if (row.drawn === mark && row.index === index && row.selected === selected) return;
    const same = row.drawn && record && row.recordId === record.id;
    row.drawn = mark;
    row.index = index;
    row.selected = selected;
    row.recordId = record?.id;
    row.setAttribute("aria-rowindex", String(index + 2));
    row.classList.toggle("group-row", Boolean(found.group));
    row.classList.toggle("selected", Boolean(selected));
    row.classList.toggle("waiting", !record && !found.group);
    if (record) row.setAttribute("aria-selected", String(Boolean(selected)));
    else row.removeAttribute("aria-selected");
    const [gutter, ...cells] = row.children;
    if (found.group) { this.drawGroup(row, found.group); return; }
    this.drawGutter(gutter, record, found.offset, selected);
    this.columns.forEach((column, at) => this.drawCell(cells[at], column, record, same));
  }

  /** The number of a row and what acts on it: made once, then only told anew, which is much less work. */
  drawGutter(gutter, record, offset, selected) {
    if (!gutter.querySelector(".row-number")) {
      fill(gutter, h("span", { class: "row-number", aria: { hidden: "true" } }), h("input", { type: "checkbox", tabindex: "-1", class: "row-check" }),
        h("button", { type: "button", class: "row-open", tabindex: "-1", title: t("Open") }, icon("maximize-2", 12)));
    }
    const [number, check, open] = gutter.children;
    number.textContent = record ? String(offset + 1) : "";
    check.hidden = open.hidden = !record;
    if (!record) return;
    check.checked = selected;
    check.setAttribute("aria-label", t("Select {title}", { title: record.title }));
    open.setAttribute("aria-label", t("Open {title}", { title: record.title }));
  }

  drawCell(cell, column, record, same) {
    if (!record) { cell.value = undefined; cell.record = null; fill(cell, h("span", { class: "bone" })); return; }
    const value = column.value(record);
    if (same && cell.record && cell.value === value) { cell.record = record; return; }
    cell.value = value;
    cell.record = record;
    try {
      fill(cell, isEmpty(value) && !column.drawer.drawEmpty ? (column.broken ? h("span", { class: "soft clip", title: column.broken }, t("broken source")) : null)
        : column.drawer.draw(value, column, { record, press: () => press(this.model, record, column) }));
    } catch (error) {
      console.error(error);
      fill(cell, String(value));
    }
  }

  drawGroup(row, group) {
    const [gutter, ...cells] = row.children;
    const open = !this.source.collapsed.has(group.key);
    const { column } = group;
    fill(gutter, h("button", { type: "button", class: "icon-button", tabindex: "-1", aria: { expanded: String(open), label: t("Group") } }, icon(open ? "chevron-down" : "chevron-right", 14)));
    const label = isEmpty(group.value) ? h("span", { class: "soft" }, t("empty")) : groupLabel(column, group.value);
    cells.forEach((cell, at) => {
      cell.value = undefined;
      cell.record = null;
      const own = this.columns[at];
      const sum = group.sums[own.key];
      if (at === 0) fill(cell, label, h("span", { class: "group-count" }, format.number(group.count)));
      else fill(cell, sum !== undefined ? h("span", { class: "number clip sum" }, sum === null ? (group.mixed.includes(own.key) ? t("several currencies") : "") : own.kind === "money" ? format.money(sum) : own.drawer.text(sum, own)) : null);
    });
  }

  cell(rowIndex, columnIndex) { return this.rows.get(rowIndex)?.children[columnIndex + 1] ?? null; }

  recordAt(index) { return this.source.at(index)?.record ?? null; }

  /** Scroll so that a row is in sight. */
  reveal(index, columnIndex) {
    const { seen = this.scroller.clientHeight, factor = 1 } = this.geometry || {};
    const top = this.scroller.scrollTop * factor;
    if (index * ROW < top) this.scroller.scrollTop = (index * ROW) / factor;
    else if ((index + 1) * ROW > top + seen) this.scroller.scrollTop = ((index + 1) * ROW - seen) / factor;
    if (columnIndex === undefined) return;
    const lefts = this.columns.map((column) => this.state.widthOf(column));
    const left = GUTTER + lefts.slice(0, columnIndex).reduce((sum, width) => sum + width, 0);
    const pinnedTo = GUTTER + lefts.slice(0, this.pinned).reduce((sum, width) => sum + width, 0);
    if (columnIndex < this.pinned) return;
    if (left - pinnedTo < this.scroller.scrollLeft) this.scroller.scrollLeft = left - pinnedTo;
    else if (left + lefts[columnIndex] > this.scroller.scrollLeft + this.scroller.clientWidth) this.scroller.scrollLeft = left + lefts[columnIndex] - this.scroller.clientWidth;
  }

  /** Edit the active cell; `initial` is what was typed. */
  edit(initial = null) {
    const { row, column: at } = this.selection.active;
    const column = this.columns[at];
    const record = this.recordAt(row);
    if (!record || !column) return;
    if (!column.editable) {
      announce(column.computed ? t("{field} fills itself.", { field: column.name }) : t("You may not change {field}.", { field: column.name }));
      return;
    }
    if (column.drawer.toggle) { const next = column.drawer.toggle(column.value(record)); setValue(this.model, record, column, next, next); return; }
    const quick = initial !== null ? column.drawer.key?.(initial, column) : undefined;
    if (quick) { setValue(this.model, record, column, quick[0], quick[1]); return; }
    if (!column.drawer.edit) return;
    this.reveal(row, at);
    this.draw();
    const cell = this.cell(row, at);
    const ended = (move) => {
      this.editor = null;
      if (!this.isConnected) return;
      if (this.missed) this.begun({ keep: true });
      this.missed = false;
      if (document.activeElement === document.body || this.contains(document.activeElement)) this.scroller.focus({ preventScroll: true });
      if (move) this.selection.step(move.row ?? 0, move.column ?? 0);
    };
    this.editor = openEditor({
      cell, host: this.body, model: this.model, record, column, initial,
      done: (shown, input, move) => { ended(move); setValue(this.model, this.source.find(record.id)?.record ?? record, column, shown, input); },
      cancelled: ended,
    });
  }

  open(record) { setQuery({ record: record.id }, { replace: false }); }

  /** What stands before and after a record, for the record's side; null when it is not here. */
  async neighbours(id) {
    await this.ready;
    const found = this.source.find(id);
    if (!found) return null;
    const near = async (step) => {
      for (let index = found.row + step; index >= 0 && index < this.source.length; index += step) {
        if (this.source.at(index).group) continue;
        await this.source.read(index, index);
        return this.recordAt(index)?.id;
      }
      return undefined;
    };
    return { previous: await near(-1), next: await near(1) };
  }

  standing(id) {
    const found = this.source.find(id);
    if (!found) return null;
    const { section, offset } = this.source.at(found.row);
    return { filter: section.filter, sort: this.state.sort, at: offset };
  }

  /** The record beside the grid is another now: go there, too. */
  reveals(id) {
    const found = this.source.find(id);
    if (found) this.selection.to(found.row, this.selection.active.column);
  }

  async create() {
    try {
      const record = await createRecord(this.model, { title: t("New record") });
      setQuery({ record: record.id });
    } catch (error) { complain(error); }
  }

  onRecord({ kind, projectId, record }) {
    if (projectId !== this.model.id) return;
    if (kind === "changed") {
      this.source.update(record);
      this.footer.soon();
    } else {
      clearTimeout(this.rereading);
      this.rereading = setTimeout(() => this.begun({ keep: true }), kind === "created" ? 0 : 50);
    }
  }

  /** What somebody else did. */
  async onLive(kind, id, record) {
    if (kind === "changed" && record) {
      if (!this.source.update(record)) return;
      this.draw();
      const found = this.source.find(id);
      const row = found && this.rows.get(found.row);
      if (row) { row.classList.remove("flash"); void row.offsetWidth; row.classList.add("flash"); }
      this.footer.soon();
    } else {
      clearTimeout(this.rereading);
      this.rereading = setTimeout(() => this.begun({ keep: true }), 300);
    }
  }

  knows(id) { return Boolean(this.source.find(id)); }

  tellEmpty() {
    const { source, state, model } = this;
    if (source.trouble) fill(this.note, emptyState(icon("circle-alert", 26), t("The records cannot be shown"), source.trouble.sentence ?? source.trouble.message, state.filter ? h("button", { type: "button", onClick: () => state.set({ filter: null, q: null }) }, t("Clear filter")) : null));
    else if (source.total === 0 && (state.filter || state.q)) fill(this.note, emptyState(icon("search-x", 26), t("No record matches"), t("Nothing passes the filter."), h("button", { type: "button", class: "primary", onClick: () => state.set({ filter: null, q: null }) }, t("Clear filter"))));
    else if (source.total === 0) fill(this.note, emptyState(icon("rows-3", 26), t("No records yet"), t("Add the first one, or import a file."), model.can("create") ? h("button", { type: "button", class: "primary", onClick: () => this.create() }, icon("plus"), t("New record")) : null));
    else fill(this.note);
    this.note.hidden = source.total !== 0;
  }
});

function groupLabel(column, value) {
  if (column.kind === "date" || column.kind === "datetime") return h("span", { class: "clip" }, format.day(String(value), { month: "long", year: "numeric" }));
  try { return column.drawer.draw(column.many ? [value] : value, column, {}); } catch { return h("span", { class: "clip" }, String(value)); }
}

