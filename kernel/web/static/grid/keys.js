// The grid by keyboard, as people know it from spreadsheets.

import { isTyping } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isMac, shortcut } from "../core/keys.js";
import { clearRange, copyRange, cutRange, fillDown, pasteText } from "./clipboard.js";
import { cellMenu } from "./mouse.js";
import { ROW } from "./view.js";

const LISTED = [
  ["ArrowUp", () => t("Move through the cells")], ["shift+ArrowDown", () => t("Extend the range")], ["mod+ArrowDown", () => t("To the last row")], ["Enter", () => t("Edit the cell")],
  ["Space", () => t("Open the record")], ["shift+Space", () => t("Select the record")], ["mod+c", () => t("Copy")], ["mod+v", () => t("Paste")], ["mod+d", () => t("Fill down")], ["Delete", () => t("Empty the cells")],
];

export function bindKeys(grid) {
  for (const [keys, label] of LISTED) grid.atEnd(shortcut(keys, label(), () => false, { group: t("Grid") }));
  grid.listen(grid.scroller, "keydown", (event) => {
    if (event.target !== grid.scroller || event.isComposing || event.defaultPrevented) return;
    if (handle(grid, event)) event.preventDefault();
  });
  const mine = (event) => document.activeElement === grid.scroller && !isTyping(event.target);
  grid.listen(document, "copy", (event) => { if (mine(event)) { event.preventDefault(); copyRange(grid); } });
  grid.listen(document, "cut", (event) => { if (mine(event)) { event.preventDefault(); cutRange(grid); } });
  grid.listen(document, "paste", (event) => { if (mine(event)) { event.preventDefault(); pasteText(grid, event.clipboardData.getData("text/plain")); } });
}

/** True when the key was for the grid. */
function handle(grid, event) {
  const { selection, source } = grid;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const extend = event.shiftKey;
  const page = Math.max(1, Math.floor((grid.geometry?.seen ?? 600) / ROW) - 1);
  const lastRow = source.length - 1;
  const lastColumn = grid.columns.length - 1;
  const { row, column } = selection.active;
  if (event.altKey) return false;
  switch (event.key) {
    case "ArrowDown": selection.to(mod ? lastRow : row + 1, column, { extend }); return true;
    case "ArrowUp": selection.to(mod ? 0 : row - 1, column, { extend }); return true;
    case "ArrowRight": if (atGroup(grid, row) && !extend) return toggleGroup(grid, row, true); selection.to(row, mod ? lastColumn : column + 1, { extend }); return true;
    case "ArrowLeft": if (atGroup(grid, row) && !extend) return toggleGroup(grid, row, false); selection.to(row, mod ? 0 : column - 1, { extend }); return true;
    case "PageDown": selection.to(row + page, column, { extend }); return true;
    case "PageUp": selection.to(row - page, column, { extend }); return true;
    case "Home": selection.to(mod ? 0 : row, 0, { extend }); return true;
    case "End": selection.to(mod ? lastRow : row, lastColumn, { extend }); return true;
    case "Enter": case "F2": if (atGroup(grid, row)) return toggleGroup(grid, row); grid.edit(); return true;
    case "Escape": if (selection.isRange) { selection.to(row, column); return true; } if (selection.ids.size) { selection.unselect(); return true; } return false;
    case "Delete": case "Backspace": clearRange(grid); return true;
    case "ContextMenu": cellMenu(grid, grid.cell(row, column)); return true;
    case "F10": if (extend) { cellMenu(grid, grid.cell(row, column)); return true; } return false;
    case " ": return space(grid, extend);
    default:
  }
  if (mod && event.key.toLowerCase() === "d") { fillDown(grid); return true; }
  if (mod && event.key.toLowerCase() === "a") { selection.anchor = { row: 0, column: 0 }; selection.active = { row: lastRow, column: lastColumn }; grid.draw(); return true; }
  if (!mod && event.key.length === 1 && event.key !== "?") {
    if (grid.columns[column]?.editable) { grid.edit(event.key); return true; }
  }
  return false;
}

const atGroup = (grid, row) => Boolean(grid.source.at(row)?.group);

function toggleGroup(grid, row, open) {
  const { group } = grid.source.at(row);
  const isOpen = !grid.source.collapsed.has(group.key);
  if (open === undefined || open !== isOpen) { grid.source.toggle(group); grid.redraw(); }
  return true;
}

function space(grid, extend) {
  const { row, column } = grid.selection.active;
  const record = grid.recordAt(row);
  if (!record) return true;
  if (extend) grid.selection.toggle(record.id);
  else if (grid.columns[column].drawer.toggle && grid.columns[column].editable) grid.edit();
  else grid.open(record);
  return true;
}
