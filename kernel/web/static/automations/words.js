// An automation as a sentence: when, if, then.

import { t } from "../core/i18n.js";
import { sentence as filterSentence } from "../filters/tree.js";

const LONG = 60;

/** What a config says, in few words: the names and numbers in it. */
function details(config) {
  const found = [];
  const walk = (value) => {
    if (value === null || value === undefined || value === false || value === "") return;
    if (typeof value === "object") Object.values(value).forEach(walk);
    else found.push(String(value));
  };
  walk(config ?? {});
  const text = found.join(", ");
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

const one = (spec, types) => {
  const label = t(types.find((type) => type.key === spec.type)?.label ?? spec.type);
  const more = details(spec.config);
  return more ? `${label} (${more})` : label;
};

/** `{when, condition, then}`; condition is empty where there is none. */
export function automationWords(model, automation, triggers, actions) {
  return {
    when: one(automation.trigger, triggers),
    condition: automation.condition ? filterSentence(automation.condition, model) : "",
    then: automation.actions.map((action) => one(action, actions)),
  };
}
