// An automation as a sentence: when, if, then. How a trigger or an action is said stands in its `sentence`.

import { sentence as filterSentence } from "../filters/tree.js";
import { optionsOf } from "../forms/schema_form.js";

const LONG = 60;
const cut = (text) => (text.length > LONG ? `${text.slice(0, LONG).trimEnd()}…` : text);
const isGiven = (value) => value !== undefined && value !== null && value !== false && value !== "" && value !== 0 && !(typeof value === "object" && !Object.keys(value).length);

/** The schema of a member without its choice of null. */
const bare = (schema = {}) => ({ ...schema, ...(schema.anyOf ?? []).find((choice) => choice.type !== "null") });

/** Texts in which fields stand in braces: those by their names. */
const named = (model, text, around = (name) => name) => String(text).replace(/\{(\w+)(\.[\w.]+)?\}/g, (whole, key, rest = "") => (model.column(key) ? around(model.column(key).name + rest.replaceAll(".", " › ")) : whole));

/** A filter, a tree or an expression, as people read it. */
const inWords = (model, filter) => named(model, filterSentence(filter, model));

/** What a config says at one member, in words. */
function said(model, schema, value, types) {
  const known = bare(schema);
  if (known.items?.$ref) return value.map((spec) => one(model, spec, types)).join("; ");
  if (Array.isArray(value)) return value.map((item) => said(model, known.items, item, types)).join(", ");
  if (known.enum) return optionsOf(known).find(([option]) => option === value)?.[1] ?? String(value);
  if (known.minimum < 0) return value > 0 ? `+${value}` : String(value).replace("-", "−");
  switch (known.format) {
    case "smalt-field": case "smalt-files": return model.column(value)?.name ?? value;
    case "smalt-list": return model.list(value)?.name ?? value;
    case "smalt-person": case "smalt-recipient": return model.people.find((person) => [person.email, person.id].includes(value))?.name ?? named(model, value);
    case "smalt-filter": case "smalt-expression": return inWords(model, value);
    default:
  }
  if (value === true) return "";
  if (typeof value === "object") return Object.entries(value).flatMap(([name, item]) => (name === "fields" ? Object.entries(item) : [[name, item]])).map(([name, item]) => `${model.column(name)?.name ?? name}: ${said(model, {}, item, types)}`).join(", ");
  return cut(named(model, value, (name) => `[${name}]`));
}

function one(model, spec, types) {
  const type = types.find((known) => known.key === spec.type);
  if (!type?.sentence) return type?.label ?? spec.type;
  const members = type.config_schema.properties ?? {};
  const of = (name) => spec.config?.[name] ?? members[name]?.default;
  const whole = type.sentence.replace(/\[([^\]]*)\]/g, (_, inside) => ([...inside.matchAll(/\{(\w+)/g)].every(([, name]) => isGiven(of(name))) ? inside : ""));
  return whole.replace(/\{(\w+)(?:\|([^}]*))?\}/g, (_, name, otherwise = "") => (isGiven(of(name)) ? said(model, members[name], of(name), types) : otherwise));
}

/** `{when, condition, then}`; condition is empty where there is none. */
export function automationWords(model, automation, triggers, actions) {
  return {
    when: one(model, automation.trigger, triggers),
    condition: automation.condition ? inWords(model, automation.condition) : "",
    then: automation.actions.map((action) => one(model, action, actions)),
  };
}
