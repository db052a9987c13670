// Groups: what records are grouped by, and the filter that stands for one group.

import { plainTree } from "../filters/tree.js";

const dated = (column) => column.kind === "date" || column.kind === "datetime";

/** The term of an aggregation; dates are grouped by month. */
export const groupTerm = (column) => (dated(column) ? { field: column.key, interval: "month" } : { field: column.key });

export function conditionOf(column, value) {
  const field = column.key;
  if (value === null || value === undefined) return { field, op: "is_empty" };
  if (dated(column)) {
    const first = String(value).slice(0, 10);
    const [year, month] = first.split("-").map(Number);
    const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
    return { field, op: "between", value: [first, last] };
  }
  const exact = value.id ?? (column.kind === "number" ? Number(value) : value.name ?? value);
  return plainTree(column.many ? { field, op: "any_of", value: [exact] } : { field, op: "eq", value: exact });
}
