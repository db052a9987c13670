// Ranges as text with tabs between, so that they go to spreadsheets and come from them.

import { n, t } from "../core/i18n.js";
import { announce, complain, toast } from "../core/toast.js";
import { isEmpty } from "../data/columns.js";
import { setValue, writeMany } from "../data/records.js";

const MOST_ROWS = 10_000;

/** The records of the range; those out of sight are read first. */
async function recordsOf(grid, top, bottom) {
  if (bottom - top + 1 > MOST_ROWS) throw new Error(t("At most {count} rows at once.", { count: MOST_ROWS }));
  await grid.source.read(top, bottom);
  const found = [];
  for (let index = top; index <= bottom; index += 1) {
    const record = grid.recordAt(index);
    if (record) found.push(record);
  }
  return found;
}

const quoted = (text) => (/["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export async function copyRange(grid) {
  try {
    const { top, bottom, left, right } = grid.selection.range;
    const columns = grid.columns.slice(left, right + 1);
    const found = await recordsOf(grid, top, bottom);
    await navigator.clipboard.writeText(found.map((record) => columns.map((column) => quoted(copied(column, record))).join("\t")).join("\n"));
    announce(n("{count} row copied", "{count} rows copied", found.length));
  } catch (error) { complain(error); }
}

/** Numbers are copied as they are, so that what takes them can calculate. */
function copied(column, record) {
  const value = column.value(record);
  if (isEmpty(value)) return "";
  if (column.kind === "money" && !Array.isArray(value)) return `${value.amount} ${value.currency}`;
  if (column.kind === "number" && typeof value !== "object") return String(value);
  if (column.kind === "date" && typeof value === "string") return value;
  return column.text(record);
}

export async function cutRange(grid) {
  await copyRange(grid);
  await clearRange(grid);
}

export async function clearRange(grid) {
  const { top, bottom, left, right } = grid.selection.range;
  const columns = grid.columns.slice(left, right + 1).filter((column) => column.editable && !column.required);
  if (!columns.length) { announce(t("Nothing here can be emptied.")); return; }
  try {
    const found = await recordsOf(grid, top, bottom);
    const empty = (column) => (column.many ? [] : null);
    if (found.length === 1 && columns.length === 1) { await setValue(grid.model, found[0], columns[0], empty(columns[0]), empty(columns[0])); return; }
    await writeMany(grid.model, { update: found.map((record) => patchOf(record, columns.map((column) => [column, empty(column)]))) });
  } catch (error) { complain(error); }
}

function patchOf(record, pairs) {
  const patch = { id: record.id };
  for (const [column, input] of pairs) {
    const part = column.input(input);
    if (part.fields) patch.fields = { ...patch.fields, ...part.fields };
    else Object.assign(patch, part);
  }
  return patch;
}

/** Paste from the active cell on; one single value fills the whole range. */
export async function pasteText(grid, text) {
  const rows = parseTsv(text);
  if (!rows.length) return;
  const { range } = grid.selection;
  const single = rows.length === 1 && rows[0].length === 1;
  const bottom = single ? range.bottom : Math.min(grid.source.length - 1, range.top + rows.length - 1);
  try {
    const found = await recordsOf(grid, range.top, bottom);
    const faults = [];
    const update = found.map((record, index) => {
      const given = single ? Array(range.right - range.left + 1).fill(rows[0][0]) : rows[index] ?? [];
      const pairs = given.map((cell, at) => [grid.columns[range.left + at], cell]).filter(([column]) => column?.editable).flatMap(([column, cell]) => {
        try { return [[column, cell.trim() === "" ? (column.many ? [] : null) : column.drawer.parse(cell, column)]]; } catch (error) { faults.push(error.message); return []; }
      });
      return patchOf(record, pairs);
    }).filter((patch) => Object.keys(patch).length > 1);
    if (faults.length) toast(`${n("{count} cell was left out.", "{count} cells were left out.", faults.length)} ${faults[0]}`, { kind: "error" });
    if (!update.length) { if (!faults.length) toast(t("Nothing here can be changed.")); return; }
    await writeMany(grid.model, { update }, n("{count} row pasted", "{count} rows pasted", update.length));
    if (rows.length > found.length && !single) toast(n("{count} row did not fit.", "{count} rows did not fit.", rows.length - found.length));
  } catch (error) { complain(error); }
}

/** Give the whole range what its first row has. */
export async function fillDown(grid) {
  const { top, bottom, left, right } = grid.selection.range;
  const columns = grid.columns.slice(left, right + 1).filter((column) => column.editable);
  if (bottom === top || !columns.length) return;
  try {
    const [first, ...rest] = await recordsOf(grid, top, bottom);
    const pairs = columns.map((column) => [column, asInput(column, column.value(first))]);
    await writeMany(grid.model, { update: rest.map((record) => patchOf(record, pairs)) });
  } catch (error) { complain(error); }
}

/** A value of an answer as input. */
export function asInput(column, value) {
  if (isEmpty(value)) return column.many ? [] : null;
  if (["choice", "person", "record"].includes(column.kind)) {
    const ids = [].concat(value).map((item) => item.id);
    return column.many ? ids : ids[0] ?? null;
  }
  return value?.code ?? value;
}

/** Text with tabs and lines as a table; quotes hold tabs and line breaks together. */
export function parseTsv(text) {
  const rows = [[]];
  let cell = "";
  let inside = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (inside) {
      if (char === '"' && source[i + 1] === '"') { cell += '"'; i += 1; }
      else if (char === '"') inside = false;
      else cell += char;
    } else if (char === '"' && cell === "") inside = true;
    else if (char === "\t") { rows.at(-1).push(cell); cell = ""; }
    else if (char === "\n") { rows.at(-1).push(cell); cell = ""; rows.push([]); }
    else cell += char;
  }
  rows.at(-1).push(cell);
  return rows;
}
