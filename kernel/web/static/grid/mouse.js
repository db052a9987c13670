// The grid by mouse and touch.

import { icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { menu } from "../core/popover.js";
import { both, filterByValue } from "../filters/tree.js";
import { isEmpty } from "../data/columns.js";
import { deleteRecord, records } from "../data/records.js";
import { complain } from "../core/toast.js";
import { api } from "../core/api.js";
import { clearRange, copyRange, fillDown } from "./clipboard.js";

export function bindMouse(grid) {
  const place = (event) => {
    const cell = event.target.closest?.(".grid-cell");
    const row = cell?.parentElement;
    return cell && row.index !== undefined ? { cell, row: row.index, column: [...row.children].indexOf(cell) - 1 } : null;
  };
  let dragging = false;
  let before = null;
  grid.listen(grid.body, "pointerdown", (event) => {
    const at = place(event);
    if (!at || event.button || event.target.closest("button, input, textarea")) return;
    before = grid.selection.active.row === at.row && grid.selection.active.column === at.column && document.activeElement === grid.scroller ? { ...at } : null;
    if (at.column < 0) return;
    grid.selection.to(at.row, at.column, { extend: event.shiftKey });
    dragging = event.pointerType === "mouse";
    grid.scroller.focus({ preventScroll: true });
    if (event.pointerType === "mouse") event.preventDefault();
  });
  grid.listen(grid.body, "pointermove", (event) => {
    if (!dragging || !(event.buttons & 1)) { dragging = false; return; }
    const at = place({ target: document.elementFromPoint(event.clientX, event.clientY) });
    if (at && at.column >= 0 && (at.row !== grid.selection.active.row || at.column !== grid.selection.active.column)) grid.selection.to(at.row, at.column, { extend: true });
  });
  grid.listen(window, "pointerup", () => { dragging = false; });
  // A link leads on in the cell that is active already; before, a click only makes the cell active.
  grid.listen(grid.body, "click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey) return;
    if (!before || event.detail > 1) { event.preventDefault(); event.stopPropagation(); }
  }, { capture: true });
  grid.listen(grid.body, "click", (event) => {
    const at = place(event);
    if (!at) return;
    const found = grid.source.at(at.row);
    if (found?.group) { if (at.column < 1) { grid.source.toggle(found.group); grid.redraw(); } return; }
    if (!found?.record) return;
    if (event.target.closest(".row-check")) choose(grid, at.row, found.record, event.shiftKey);
    else if (event.target.closest(".row-open")) grid.open(found.record);
    else if (event.target.closest("a, button, input, textarea")) return;
    else if (before && before.row === at.row && before.column === at.column && !event.shiftKey) { grid.edit(); }
    else if (event.pointerType === "touch" && at.column === 0) grid.open(found.record);
  });
  grid.listen(grid.body, "dblclick", (event) => {
    const at = place(event);
    if (at && at.column >= 0 && !grid.editor && !event.target.closest("button, input")) grid.edit();
  });
  grid.listen(grid.body, "contextmenu", (event) => {
    const at = place(event);
    if (!at || at.column < 0 || event.target.closest("a")) return;
    event.preventDefault();
    const { range } = grid.selection;
    if (at.row < range.top || at.row > range.bottom || at.column < range.left || at.column > range.right) grid.selection.to(at.row, at.column);
    cellMenu(grid, { x: event.clientX, y: event.clientY });
  });
}

/** Select a record; with Shift all from the last one on. */
function choose(grid, row, record, extend) {
  const { selection } = grid;
  const on = !selection.ids.has(record.id);
  if (extend && selection.lastChosen !== undefined) {
    for (let index = Math.min(row, selection.lastChosen); index <= Math.max(row, selection.lastChosen); index += 1) {
      const between = grid.recordAt(index);
      if (between) selection.ids.add(between.id);
    }
    selection.toggle(record.id, true);
  } else selection.toggle(record.id, on);
  selection.lastChosen = row;
}

export function cellMenu(grid, anchor) {
  const { row, column: at } = grid.selection.active;
  const record = grid.recordAt(row);
  const column = grid.columns[at];
  if (!record || !column || !anchor) return;
  const value = column.value(record);
  const { model, state, selection } = grid;
  menu(anchor, [
    { label: t("Open"), icon: icon("maximize-2"), hint: t("Space"), run: () => grid.open(record) },
    column.editable ? { label: t("Edit"), icon: icon("pencil"), hint: "⏎", run: () => grid.edit() } : null,
    "-",
    { label: t("Copy"), icon: icon("copy"), run: () => copyRange(grid) },
    selection.isRange ? { label: t("Fill down"), icon: icon("arrow-down-to-line"), run: () => fillDown(grid) } : null,
    column.editable ? { label: t("Empty"), icon: icon("eraser"), run: () => clearRange(grid) } : null,
    column.operators.length && column.sortable ? { label: isEmpty(value) ? t("Filter by: empty") : t("Filter by this value"), icon: icon("list-filter"), run: () => state.set({ filter: both(state.filter, filterByValue(column, value)) }) } : null,
    "-",
    model.can("create") ? { label: t("Duplicate"), icon: icon("copy-plus"), run: () => duplicate(grid, record) } : null,
    model.can("delete") ? { label: t("Delete"), icon: icon("trash-2"), danger: true, run: () => deleteRecord(model, record).catch(complain) } : null,
  ], { label: record.title });
}

async function duplicate(grid, record) {
  try {
    const copy = await api.post(`${grid.model.path}/records/${record.id}/copy`, {});
    records.dispatchEvent(new CustomEvent("record", { detail: { kind: "created", projectId: grid.model.id, record: grid.model.adopt(copy), id: copy.id } }));
  } catch (error) { complain(error); }
}

