// What the settings of triggers and actions are filled in with: by what their schema says they name.

import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { projects } from "../core/session.js";
import { plainTree } from "../filters/tree.js";
import { formulaInput } from "../settings/formula.js";

/** Options are `[value, label, id]`; what is given by its id is meant by its value. */
const valueOf = (options, given) => options.find(([value, , id]) => value === given || (id && id === given))?.[0] ?? given;

const pick = (options, given, required, changed) => {
  const value = valueOf(options, given);
  const known = value === undefined || value === null || options.some(([key]) => key === value);
  const control = h("select", { onChange: changed }, required ? null : h("option", { value: "" }, t("any")), (known ? [] : [[value, value]]).concat(options).map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
  return { element: control, control, read: () => control.value || undefined };
};

const several = (options, value, changed) => {
  const chosen = new Set((value ?? []).map((one) => valueOf(options, one)));
  const unknown = [...chosen].filter((item) => !options.some(([key]) => key === item)).map((item) => [item, item]);
  const boxes = [...unknown, ...options].map(([key, label]) => h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: chosen.has(key), onChange: (event) => { if (event.target.checked) chosen.add(key); else chosen.delete(key); changed(); } }), label));
  return { element: h("div", { class: "check-grid several", tabindex: "-1" }, boxes), read: () => (chosen.size ? [...chosen] : undefined) };
};

/** Text with commas between, as a list. */
const listed = (value, changed, hint) => {
  const control = h("input", { type: "text", value: [].concat(value ?? []).join(", "), placeholder: hint, onInput: changed });
  const read = () => {
    const parts = control.value.split(",").map((part) => part.trim()).filter(Boolean);
    return parts.length ? parts : undefined;
  };
  return { element: control, control, read };
};

/** Dashboards by name, or by id where several are called the same. */
const dashboardsOf = ({ dashboards = [] }) => dashboards.map(({ id, name }) => [dashboards.filter((other) => other.name === name).length > 1 ? id : name, name]);

/**
 * For `schemaForm`: each member by the format of its schema; others are drawn as usual. `steps` draws a list of
 * actions; `known` holds what else may be named: `{forms, dashboards}`.
 */
export function automationMembers(model, known, steps) {
  const choices = {
    "smalt-list": () => model.lists.map((list) => [list.name, list.name, list.id]),
    "smalt-field": () => model.columns.map((column) => [column.key, column.name]),
    "smalt-tag": () => model.tags.map((tag) => [tag.name, tag.name, tag.id]),
    "smalt-person": () => model.people.map((person) => [person.email, person.name, person.id]),
    "smalt-dashboard": () => dashboardsOf(model),
    "smalt-files": () => model.columns.filter((column) => column.kind === "file" || column.field?.type === "file").map((column) => [column.key, column.name]),
    "smalt-form": () => known.forms.map((form) => [form.slug, form.name, form.id]),
    "smalt-dashboard": () => known.dashboards.map((board) => [board.name, board.name, board.id]),
    "smalt-project": () => projects.value.map((project) => [project.name, project.name, project.id]),
  };
  const draw = (member) => {
    const { schema, value, required, changed } = member;
    const format = schema.format ?? (schema.anyOf ?? []).find((choice) => choice.format)?.format;
    const items = schema.items?.format ?? (schema.anyOf ?? []).find((choice) => choice.items)?.items?.format;
    if (schema.items?.$ref?.endsWith("/ActionSpec")) return steps(value ?? [], changed);
    if (items === "smalt-recipient" || format === "smalt-recipient") return listed(value, changed, t("ewa@example.com, or a field in braces"));
    if (items && choices[items]) return several(choices[items](), value, changed);
    if (format === "smalt-tag") return tagInput(model, value, changed);
    if (format && choices[format]) return pick(choices[format](), value ?? schema.default, required, changed);
    if (format === "smalt-filter") return conditionsInput(model, value, changed);
    if (format === "smalt-expression") return formulaInput(model, member);
    if (schema.additionalProperties?.format === "smalt-input") return valuesInput(model, value, changed);
    if (!schema.type && !schema.anyOf && !schema.enum && !schema.$ref) return anyValue(value, changed);
    return undefined;
  };
  return new Proxy({}, { get: () => draw });
}

/** A filter as a sentence. */
function conditionsInput(model, value, changed) {
  const builder = h("smalt-filter-builder").begin(model, value ?? null, { none: t("No conditions yet."), inside: true });
  builder.addEventListener("filter", changed);
  return { element: builder, read: () => plainTree(builder.filter) ?? undefined };
}

/** A tag by name; one that does not exist is made. */
function tagInput(model, value, changed) {
  const id = `tags-${model.id}-${Math.random().toString(36).slice(2)}`;
  const control = h("input", { type: "text", list: id, value: value ?? "", autocomplete: "off", onInput: changed });
  return { element: h("div", {}, control, h("datalist", { id }, model.tags.map((tag) => h("option", { value: tag.name })))), control, read: () => control.value.trim() || undefined };
}

const asText = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** Numbers, lists and the like are written as in JSON, everything else is text. */
function asValue(text) {
  if (/^(\[|\{"|true$|false$|-?\d+(\.\d+)?$)/.test(text.trim())) { try { return JSON.parse(text); } catch { return text; } }
  return text;
}

function anyValue(value, changed) {
  const control = h("input", { type: "text", value: asText(value), onInput: changed });
  return { element: control, control, read: () => (control.value === "" ? undefined : asValue(control.value)) };
}

const BUILT_IN = ["title", "list", "tags", "assignees", "description", "start_at", "due_at"];

/** Values of a record, line by line: which field, which value. */
function valuesInput(model, value, changed) {
  const { fields = {}, ...rest } = value ?? {};
  const rows = [...Object.entries(rest), ...Object.entries(fields)].map(([key, given]) => ({ key, text: asText(given) }));
  if (!rows.length) rows.push({ key: "title", text: "{title}" });
  const list = h("ul", { class: "stack-s" });
  const listId = `keys-${model.id}-${Math.random().toString(36).slice(2)}`;
  const known = h("datalist", { id: listId }, model.columns.map((column) => h("option", { value: column.key }, column.name)));
  const draw = () => fill(list, rows.map((row, index) => h("li", { class: "value-row" },
    h("input", { type: "text", list: listId, value: row.key, aria: { label: t("Field {number}", { number: index + 1 }) }, onInput: (event) => { row.key = event.target.value; changed(); } }), h("span", { aria: { hidden: "true" } }, "="),
    h("input", { type: "text", value: row.text, aria: { label: t("Value of field {number}", { number: index + 1 }) }, onInput: (event) => { row.text = event.target.value; changed(); } }),
    iconButton(icon("x", 13), t("Remove item {number}", { number: index + 1 }), () => { rows.splice(index, 1); draw(); changed(); }))));
  draw();
  const read = () => {
    const found = {};
    for (const { key, text } of rows.filter((row) => row.key.trim())) {
      if (BUILT_IN.includes(key)) found[key] = asValue(text);
      else (found.fields ??= {})[key] = asValue(text);
    }
    return found;
  };
  return { element: h("div", {}, known, list, h("button", { type: "button", class: "plain", onClick: () => { rows.push({ key: "", text: "" }); draw(); list.lastElementChild.querySelector("input").focus(); } }, icon("plus", 14), t("Add a value"))), read };
}
