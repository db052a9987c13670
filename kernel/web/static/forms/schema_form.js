// A form made from a JSON Schema: how the configs of field types, charts, triggers, actions and importers are
// filled in. What it cannot draw is written as JSON, so nothing is out of reach.

import { h, fill, freshId, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { grip } from "../parts/grip.js";

const LONG = 200;

/**
 * `schema` is the JSON Schema of an object (with `$defs`), `value` what it holds now.
 * `special` maps member names to `(member) => {element, read()}`, for what a page can offer better than a
 * text field, such as the fields of a project; `member` is `{name, schema, value, path, changed}`.
 * Returns `{element, read(), fault(pointer, text), clear()}`; `read()` leaves out what is empty and not required.
 */
export function schemaForm(schema, value = {}, { special = {}, changed = () => {}, labels = {}, leaveOut = [] } = {}) {
  const root = { definitions: schema.$defs || {}, special, changed, labels, faults: new Map() };
  const made = objectInput(root, schema, value ?? {}, "", leaveOut);
  return {
    element: made.element,
    read: made.read,
    /** Show a fault where it belongs; false when there is no such place. */
    fault(pointer, text) {
      const place = [...root.faults.keys()].filter((path) => pointer === path || pointer.startsWith(`${path}/`)).sort((a, b) => b.length - a.length)[0];
      if (place === undefined) return false;
      root.faults.get(place)(text);
      return true;
    },
    clear() { for (const show of root.faults.values()) show(""); },
  };
}

/** `maximum_length` as `Maximum length`. */
export const labelOf = (name) => { const words = name.replaceAll("_", " "); return words.charAt(0).toUpperCase() + words.slice(1); };

function resolved(root, schema) {
  let found = schema ?? {};
  while (found.$ref) found = { ...root.definitions[found.$ref.split("/").pop()], ...Object.fromEntries(Object.entries(found).filter(([key]) => key !== "$ref")) };
  return found;
}

/** A schema without the choice of null: `{schema, optional}`. */
function plain(root, schema) {
  const found = resolved(root, schema);
  const choices = found.anyOf || found.oneOf;
  if (choices) {
    const kept = choices.filter((choice) => resolved(root, choice).type !== "null");
    const rest = { ...found };
    delete rest.anyOf;
    delete rest.oneOf;
    if (kept.length === 1) return { schema: { ...rest, ...resolved(root, kept[0]) }, optional: kept.length < choices.length };
    return { schema: { ...rest, anyOf: kept }, optional: kept.length < choices.length };
  }
  if (Array.isArray(found.type)) return { schema: { ...found, type: found.type.find((type) => type !== "null") }, optional: found.type.includes("null") };
  return { schema: found, optional: false };
}

function objectInput(root, schema, value, path, leaveOut = []) {
  const needed = new Set(schema.required || []);
  const members = Object.entries(schema.properties || {}).filter(([name]) => !leaveOut.includes(name)).map(([name, member]) => memberInput(root, name, member, value?.[name], `${path}/${name}`, needed.has(name)));
  return {
    element: h("div", { class: "schema-object" }, members.map((member) => member.element)),
    read: () => {
      const found = {};
      for (const member of members) {
        const read = member.read();
        if (read !== undefined) found[member.name] = read;
      }
      return found;
    },
  };
}

function memberInput(root, name, given, value, path, required) {
  const { schema, optional } = plain(root, given);
  const label = root.labels[path] ?? root.labels[name] ?? schema.title ?? labelOf(name);
  const fault = h("span", { class: "fault", hidden: true, id: freshId("fault") });
  root.faults.set(path, (text) => { fault.hidden = !text; fill(fault, text || ""); input?.control?.toggleAttribute?.("aria-invalid", Boolean(text)); });
  let input;
  if (root.special[name]) input = root.special[name]({ name, schema, value, path, required, changed: root.changed });
  input ??= inputFor(root, schema, value ?? schema.default, path, required);
  const hint = schema.description ? h("span", { class: "hint" }, schema.description) : null;
  const title = [label, required ? h("span", { class: "soft", aria: { hidden: "true" } }, " *") : null];
  let element;
  if (input.inline) element = h("div", { class: "field" }, h("label", { class: "check-line" }, input.element, title), hint, fault);
  else if (input.control) {
    input.control.id ||= freshId("field");
    input.control.setAttribute("aria-describedby", fault.id);
    if (required) input.control.setAttribute("aria-required", "true");
    element = h("div", { class: "field" }, h("label", { for: input.control.id }, title), input.element, hint, fault);
  } else element = h("fieldset", { class: "field" }, h("legend", { class: "label" }, title), input.element, hint, fault);
  return {
    name, element,
    read: () => {
      const read = input.read();
      if (read === undefined && optional && value !== undefined && value !== null) return null;
      return read;
    },
  };
}

function inputFor(root, schema, value, path, required) {
  if (schema.enum || schema.const !== undefined) return choice(root, schema, value, required);
  switch (schema.type) {
    case "boolean": return flag(root, value);
    case "integer": case "number": return number(root, schema, value);
    case "string": return text(root, schema, value);
    case "array": return resolved(root, schema.items).enum ? several(root, resolved(root, schema.items), value) : listInput(root, schema, value, path);
    case "object": return schema.properties ? objectInput(root, schema, value, path) : json(root, value);
    default: return json(root, value);
  }
}

const onChange = (root, control) => { control.addEventListener("input", () => root.changed()); return control; };

function text(root, schema, value) {
  const long = (schema.maxLength ?? 0) > LONG;
  const types = { date: "date", "date-time": "datetime-local", email: "email", uri: "url" };
  const control = onChange(root, long ? h("textarea", { rows: 3, maxlength: schema.maxLength, spellcheck: "false" }) : h("input", { type: types[schema.format] ?? "text", maxlength: schema.maxLength }));
  control.value = value ?? "";
  return { element: control, control, read: () => (control.value.trim() === "" ? undefined : control.value) };
}

function number(root, schema, value) {
  const control = onChange(root, h("input", { type: "number", min: schema.minimum ?? schema.exclusiveMinimum, max: schema.maximum, step: schema.type === "integer" ? 1 : "any" }));
  control.value = value ?? "";
  return { element: control, control, read: () => (control.value === "" ? undefined : Number(control.value)) };
}

function flag(root, value) {
  const control = onChange(root, h("input", { type: "checkbox", checked: value === true }));
  return { element: control, inline: true, control, read: () => control.checked };
}

/** The options of an enumeration with what they are called: `[[value, label]]`. */
export function optionsOf(schema) {
  const labels = schema["x-labels"] ?? {};
  const order = Object.keys(labels);
  return (schema.enum ?? [schema.const]).filter((option) => option !== null).sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((option) => [option, labels[option] ?? labelOf(String(option))]);
}

function choice(root, schema, value, required) {
  const control = h("select", { onChange: () => root.changed() }, required ? null : h("option", { value: "" }, "—"), optionsOf(schema).map(([option, label]) => h("option", { value: JSON.stringify(option), selected: option === value }, label)));
  return { element: control, control, read: () => (control.value === "" ? undefined : JSON.parse(control.value)) };
}

function several(root, schema, value) {
  const boxes = optionsOf(schema).map(([option, label]) => h("label", { class: "check-line" }, h("input", { type: "checkbox", value: option, checked: (value || []).includes(option), onChange: () => root.changed() }), label));
  return { element: h("div", { class: "stack" }, boxes), read: () => boxes.map((box) => box.querySelector("input")).filter((input) => input.checked).map((input) => input.value) };
}

/** A list: one line per item, added, removed and moved by buttons. */
function listInput(root, schema, value, path) {
  const { schema: items } = plain(root, schema.items ?? {});
  const rows = [];
  const id = freshId("list");
  const list = h("ul", { class: "schema-list" });
  const add = (item) => { rows.push(inputFor(root, items, item, `${path}/${rows.length}`, false)); draw(); };
  const move = (at, to) => { rows.splice(to, 0, ...rows.splice(at, 1)); draw(); root.changed(); };
  const draw = () => fill(list, rows.map((row, at) => {
    if (row.control) row.control.setAttribute("aria-label", t("Item {number}", { number: at + 1 }));
    return h("li", { class: "schema-item" }, grip(id, t("Item {number}", { number: at + 1 }), move), h("div", { class: "grow" }, row.element),
      iconButton(icon("x", 13), t("Remove item {number}", { number: at + 1 }), () => { rows.splice(at, 1); draw(); root.changed(); }));
  }));
  for (const item of value || []) add(item);
  const button = h("button", { type: "button", class: "plain", onClick: () => { add(undefined); root.changed(); list.lastElementChild?.querySelector("input, select, textarea")?.focus(); } }, icon("plus", 14), t("Add one"));
  return { element: h("div", {}, list, button), read: () => rows.map((row) => row.read()).filter((item) => item !== undefined) };
}

function json(root, value) {
  const control = onChange(root, h("textarea", { rows: 3, class: "mono", spellcheck: "false" }));
  control.value = value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
  control.addEventListener("input", () => control.setCustomValidity(""));
  return {
    element: control, control,
    read: () => {
      if (!control.value.trim()) return undefined;
      try { return JSON.parse(control.value); } catch { throw new Error(t("This must be JSON: {text}", { text: control.value.slice(0, 40) })); }
    },
  };
}
