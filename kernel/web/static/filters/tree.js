// Filters: trees as the API takes them, the same as an expression, and as a sentence for people.

import { t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { fromExpression } from "./parse.js";

const SIGNS = { eq: "=", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" };
const CALLS = { contains: "CONTAINS", starts_with: "STARTS_WITH", ends_with: "ENDS_WITH", within: "WITHIN" };

/** Relative spans of days, as `within` takes them. */
export const periods = () => ({
  today: t("today"), yesterday: t("yesterday"), tomorrow: t("tomorrow"), this_week: t("this week"), last_week: t("last week"), next_week: t("next week"),
  this_month: t("this month"), last_month: t("last month"), next_month: t("next month"), this_quarter: t("this quarter"), last_quarter: t("last quarter"), this_year: t("this year"), last_year: t("last year"),
  last_7_days: t("the last 7 days"), last_30_days: t("the last 30 days"), last_90_days: t("the last 90 days"), next_7_days: t("the next 7 days"), next_30_days: t("the next 30 days"), past: t("the past"), future: t("the future"),
});

/** What an operator is called for values of a kind. */
export function operatorLabel(operator, kind) {
  const dated = kind === "date" || kind === "datetime";
  const labels = {
    eq: dated ? t("is on") : t("is"), ne: dated ? t("is not on") : t("is not"), lt: dated ? t("is before") : t("is less than"), le: dated ? t("is on or before") : t("is at most"),
    gt: dated ? t("is after") : t("is more than"), ge: dated ? t("is on or after") : t("is at least"), contains: t("contains"), not_contains: t("does not contain"),
    starts_with: t("begins with"), ends_with: t("ends with"), in: t("is one of"), not_in: t("is none of"), any_of: t("has any of"), all_of: t("has all of"), none_of: t("has none of"),
    between: t("is between"), within: t("is in"), is_empty: t("is empty"), is_not_empty: t("is not empty"),
  };
  return labels[operator] || operator;
}

export const takesNothing = (operator) => operator === "is_empty" || operator === "is_not_empty";
export const takesMany = (operator) => ["in", "not_in", "any_of", "all_of", "none_of"].includes(operator);

/** Whether a condition says enough to be asked. */
export function isComplete(node) {
  if (!node) return false;
  if (node.all || node.any) return (node.all || node.any).some(isComplete);
  if (node.not) return isComplete(node.not);
  if (takesNothing(node.op)) return true;
  if (takesMany(node.op)) return Array.isArray(node.value) && node.value.length > 0;
  if (node.op === "between") return Array.isArray(node.value) && node.value.every((end) => end !== "" && end !== null && end !== undefined);
  return node.value !== undefined && node.value !== null && node.value !== "";
}

/** The tree without what is not filled in; null when nothing is left. */
export function pruned(node) {
  if (!node || !isComplete(node)) return null;
  for (const name of ["all", "any"]) {
    if (!node[name]) continue;
    const members = node[name].map(pruned).filter(Boolean);
    return members.length ? { [name]: members } : null;
  }
  return node;
}

/** The tree as the API takes it, without what the page adds. */
export function plainTree(node) {
  if (!node || typeof node === "string") return node;
  for (const name of ["all", "any"]) if (node[name]) return { [name]: node[name].map(plainTree) };
  if (node.not) return { not: plainTree(node.not) };
  return { field: node.field, op: node.op, ...("value" in node ? { value: node.value } : {}) };
}

function literal(value) {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number") return String(value);
  return `'${String(value).replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** The same filter as an expression. */
export function toExpression(node) {
  if (typeof node === "string") return node;
  if (node.all || node.any) {
    const members = node.all || node.any;
    if (!members.length) return node.all ? "TRUE" : "FALSE";
    return members.map((member) => (member.all || member.any ? `(${toExpression(member)})` : toExpression(member))).join(node.all ? " AND " : " OR ");
  }
  if (node.not) return `NOT (${toExpression(node.not)})`;
  const field = `{${node.field}}`;
  const list = () => node.value.map(literal).join(", ");
  switch (node.op) {
    case "is_empty": return `${field} = BLANK()`;
    case "is_not_empty": return `${field} != BLANK()`;
    case "not_contains": return `NOT CONTAINS(${field}, ${literal(node.value)})`;
    case "in": case "any_of": return `${field} IN (${list()})`;
    case "not_in": case "none_of": return `${field} NOT IN (${list()})`;
    case "all_of": return node.value.map((value) => `${field} = ${literal(value)}`).join(" AND ");
    case "between": return `${field} >= ${literal(node.value[0])} AND ${field} <= ${literal(node.value[1])}`;
    default: return CALLS[node.op] ? `${CALLS[node.op]}(${field}, ${literal(node.value)})` : `${field} ${SIGNS[node.op]} ${literal(node.value)}`;
  }
}

/** Two filters together, each a tree, an expression, or nothing. */
export function both(first, second) {
  if (!first) return second ?? null;
  if (!second) return first;
  if (typeof first === "string" || typeof second === "string") return `(${toExpression(first)}) AND (${toExpression(second)})`;
  return { all: [first, second] };
}

/** As a sentence: `List is Negotiations and Amount is more than 5,000`. */
export function sentence(node, model, inner = false) {
  if (!node) return "";
  if (typeof node === "string") {
    const tree = fromExpression(node, model);
    return tree ? sentence(tree, model) : node;
  }
  if (node.all || node.any) {
    const text = (node.all || node.any).map((member) => sentence(member, model, true)).join(node.all ? ` ${t("and")} ` : ` ${t("or")} `);
    return inner && (node.all || node.any).length > 1 ? `(${text})` : text;
  }
  if (node.not) return `${t("not")} (${sentence(node.not, model)})`;
  const column = model.column(node.field);
  const value = takesNothing(node.op) ? "" : shownValue(node, column, model);
  return [column?.name ?? node.field, operatorLabel(node.op, column?.kind), value].filter(Boolean).join(" ");
}

export function shownValue(node, column, model) {
  const values = Array.isArray(node.value) ? node.value : [node.value];
  const words = values.map((value) => shownOne(value, node, column, model));
  return node.op === "between" ? words.join(` ${t("and")} `) : words.join(", ");
}

function shownOne(value, node, column, model) {
  if (value === undefined || value === null || value === "") return "…";
  if (node.op === "within") return periods()[value] ?? String(value).replaceAll("_", " ");
  switch (column?.kind) {
    case "person": return model.person(value)?.name ?? value;
    case "record": return node.labels?.[value] ?? value;
    case "date": case "datetime": return /^\d{4}-\d\d-\d\d/.test(value) ? format.day(value) : value;
    case "number": case "money": return Number.isFinite(Number(value)) ? format.number(value) : value;
    case "boolean": return value ? t("yes") : t("no");
    case "choice": return column.choices.find((choice) => choice.id === value)?.name ?? value;
    default: return String(value);
  }
}

/** A filter for one value of a column, as for "filter by this value". */
export function filterByValue(column, value) {
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return { field: column.key, op: "is_empty" };
  const one = Array.isArray(value) ? value[0] : value;
  if (column.kind === "choice") return { field: column.key, op: column.many ? "any_of" : "eq", value: column.many ? [one.name] : one.name };
  if (column.kind === "person" || column.kind === "record") return { field: column.key, op: column.many ? "any_of" : "eq", value: column.many ? [one.id] : one.id };
  if (column.kind === "money") return { field: column.key, op: "eq", value: Number(one.amount) };
  if (column.kind === "number") return { field: column.key, op: "eq", value: Number(one) };
  if (column.kind === "boolean") return { field: column.key, op: "eq", value: one };
  if (column.kind === "date") return { field: column.key, op: "eq", value: one.start ?? one };
  if (column.kind === "datetime") return { field: column.key, op: "eq", value: format.dayOf(one.start ?? one) };
  return { field: column.key, op: "eq", value: one.name ?? String(one) };
}
