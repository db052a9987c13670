// The parts of the editor of a chart: the figure, groups, weights, currency, and what is needed less.

import { field } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { choice } from "./sources.js";

const SUMMED = ["number", "money", "duration", "boolean"];
const DATED = ["date", "datetime"];

const functions = () => ({ count: t("Number of records"), sum: t("Sum of"), average: t("Average of"), min: t("Smallest of"), max: t("Largest of"), median: t("Median of"), count_distinct: t("Different values of"), expression: t("An expression") });
const intervals = () => [["day", t("Day")], ["week", t("Week")], ["month", t("Month")], ["quarter", t("Quarter")], ["year", t("Year")]];

/** What the chart measures. */
export function measurePart({ config, models, again, changed }) {
  const [model] = models;
  const measure = config.measure ?? { function: "count" };
  const kind = measure.expression !== undefined ? "expression" : measure.function === "distinct" ? "count_distinct" : measure.function;
  const columns = model.columns.filter((column) => column.sortable && column.key !== "list" && (kind === "count_distinct" || SUMMED.includes(column.kind) || (["min", "max"].includes(kind) && DATED.includes(column.kind))));
  const choose = (next) => {
    const summed = model.columns.find((column) => column.kind === "money") ?? model.columns.find((column) => SUMMED.includes(column.kind));
    config.measure = next === "expression" ? { expression: asExpression(measure) } : next === "count" ? { function: "count" } : { function: next, field: columns.some((column) => column.key === measure.field) ? measure.field : summed?.key ?? "title" };
    again();
  };
  const parts = [choice(t("Figure"), Object.entries(functions()), kind, choose, { part: "measure" })];
  if (kind === "expression") {
    const area = h("textarea", { class: "mono", rows: 2, spellcheck: "false", data: { part: "expression" } });
    area.value = measure.expression;
    area.addEventListener("input", () => { config.measure = { expression: area.value }; changed(); });
    parts.push(field(t("Expression"), area, { hint: t("Such as SUM({amount} * {confidence} / 5). Fields stand in braces.") }));
  } else if (kind !== "count") {
    parts.push(choice(t("Field"), columns.map((column) => [column.key, column.name]), model.column(measure.field)?.key, (key) => { config.measure = { ...measure, field: key }; changed(); }, { part: "measure-field" }));
  }
  return h("div", { class: "pair" }, parts);
}

const asExpression = ({ function: name, field: of }) => (of ? `${{ average: "AVERAGE", min: "MIN", max: "MAX", median: "MEDIAN", count_distinct: "COUNTUNIQUE" }[name] ?? "SUM"}({${of}})` : "COUNT()");

/** Groups, or what divides them: a field, or when a record entered a list. */
export function groupingPart({ config, models, again, changed }, member, label) {
  const [model] = models;
  const given = typeof config[member] === "string" ? { field: config[member] } : config[member] ?? {};
  const columns = model.columns.filter((column) => column.operators.length && column.sortable && column.kind !== "money");
  const options = [["", t("Nothing")], ...columns.map((column) => [column.key, column.name]), ...(models.length > 1 ? [["project", t("Project")]] : []), ...(member === "group_by" && model.lists.length ? [["event:entered_list", t("When it entered a list")], ["event:as_of", t("How it was at the end of each")]] : [])];
  const current = given.event ? `event:${given.event}` : model.column(given.field)?.key ?? given.field ?? "";
  if (current && !options.some(([key]) => key === current)) options.push([current, current]);
  const set = (value) => { config[member] = value; };
  const choose = (key) => {
    if (!key) set(null);
    else if (key === "event:entered_list") set({ event: "entered_list", list: (model.lists.find((list) => /won|done|zamkn|wygran/i.test(list.name)) ?? model.lists.at(-1)).name, interval: "month" });
    else if (key === "event:as_of") set({ event: "as_of", interval: "month" });
    else set(DATED.includes(model.column(key)?.kind) ? { field: key, interval: "month" } : { field: key });
    if (!key && member === "group_by") config.stack_by = null;
    again();
  };
  const parts = [choice(label, options, current, choose, { part: member })];
  if (given.event === "entered_list") parts.push(choice(t("List"), model.lists.map((list) => [list.name, list.name]), model.lists.find((list) => list.name === given.list || list.id === given.list)?.name, (name) => { set({ ...given, list: name }); changed(); }));
  if (given.event || DATED.includes(model.column(given.field)?.kind)) parts.push(choice(t("Per"), intervals(), given.interval ?? "month", (interval) => { set({ ...given, interval }); changed(); }));
  return h("div", { class: "pair" }, parts);
}

/** To begin with: the further on, the likelier; what is lost does not count. */
function likely(names) {
  const alive = names.filter((name) => !/lost|n\/a|cancel|przegran|stracon|anulowan/i.test(name));
  return Object.fromEntries(alive.map((name, index) => [name, String(Math.round((100 * (index + 1)) / alive.length) / 100)]));
}

/** How much the records of each list count: 50 % of what was proposed, 90 % of what is nearly signed. */
export function weightsPart({ config, models, again, changed }) {
  if (config.weights_by) return null; // by the options of a field: kept as it is
  const names = [...new Map(models.flatMap((model) => model.lists).map((list) => [list.name.trim().toLowerCase(), list.name])).values()];
  if (!names.length) return null;
  const on = Boolean(config.weights);
  const toggle = h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: on, data: { part: "weights" }, onChange: (event) => { config.weights = event.target.checked ? likely(names) : null; again(); } }), t("Weigh by list, for a forecast"));
  if (!on) return toggle;
  const rows = names.map((name) => {
    const known = Object.keys(config.weights).find((key) => key.trim().toLowerCase() === name.trim().toLowerCase()) ?? name;
    const input = h("input", { type: "number", min: 0, max: 1000, step: "any", aria: { label: t("Weight of {name}, in percent", { name }) } });
    input.value = config.weights[known] === undefined ? "" : String(Number((Number(config.weights[known]) * 100).toFixed(6)));
    input.addEventListener("input", () => {
      if (input.value === "") delete config.weights[known];
      else config.weights[known] = String(Number((Number(input.value) / 100).toFixed(8)));
      changed();
    });
    return h("li", { class: "weight-row" }, h("span", { class: "grow clip" }, name), input, h("span", { class: "soft" }, "%"));
  });
  return h("div", { class: "stack-s" }, toggle, h("ul", { class: "weights" }, rows), h("p", { class: "hint" }, t("What is left empty does not count.")));
}

/** One currency where there may be several: they are never added as they are. */
export function currencyPart({ config, models, changed }) {
  const [model] = models;
  const money = config.measure?.expression !== undefined || model.column(config.measure?.field)?.kind === "money";
  if (!money) return null;
  const code = h("input", { type: "text", maxlength: 3, value: config.currency?.code ?? "", placeholder: model.project.currency, autocapitalize: "characters" });
  const convert = h("select", {}, h("option", { value: "" }, t("only amounts in it")), h("option", { value: "yes", selected: Boolean(config.currency?.convert) }, t("all, converted at the rate of today")));
  const read = () => {
    const text = code.value.trim().toUpperCase();
    config.currency = text ? { ...config.currency, code: text, convert: convert.value === "yes" } : null;
    changed();
  };
  code.addEventListener("input", read);
  convert.addEventListener("change", read);
  return h("div", { class: "pair" }, field(t("Currency"), code), field(t("Which amounts"), convert));
}

const number = (label, value, set, attributes = {}) => {
  const input = h("input", { type: "number", step: "any", ...attributes });
  input.value = value ?? "";
  input.addEventListener("input", () => set(input.value === "" ? null : input.value));
  return field(label, input);
};

/** Target, comparison, order, the largest alone, adding up. */
export function morePart({ config, changed }) {
  const set = (name) => (value) => { config[name] = value === "" ? null : value; changed(); };
  const check = (label, name) => h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: Boolean(config[name]), onChange: (event) => { config[name] = event.target.checked || null; changed(); } }), label);
  const box = h("details", { class: "more", open: ["target", "compare", "top", "sort", "cumulative", "show_empty"].some((name) => config[name]) || undefined }, h("summary", {}, t("More")),
    h("div", { class: "stack" },
      h("div", { class: "pair" }, number(t("Target"), config.target, set("target")), choice(t("Compare with"), [["", t("Nothing")], ["previous_period", t("the period before")], ["previous_year", t("the year before")]], config.compare, set("compare"))),
      config.group_by ? h("div", { class: "pair" }, choice(t("Order"), [["", t("As it is")], ["group", t("By group")], ["value", t("Largest first")]], config.sort, set("sort")), number(t("Only the largest"), config.top, (value) => set("top")(value === null ? null : Number(value)), { min: 1, max: 500, step: 1 })) : null,
      config.group_by ? check(t("Add up from group to group"), "cumulative") : null,
      config.group_by ? check(t("Show groups without records"), "show_empty") : null));
  return box;
}
