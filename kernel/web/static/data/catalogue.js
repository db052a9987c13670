// What the enabled plugins bring: field types, charts, triggers, actions, importers, and the functions of expressions. Asked for once.

import { api } from "../core/api.js";

const asked = new Map();

function once(path) {
  if (!asked.has(path)) {
    const answer = api.all(path);
    asked.set(path, answer);
    answer.catch(() => asked.delete(path));
  }
  return asked.get(path);
}

export const fieldTypes = async () => new Map((await once("/field-types")).map((type) => [type.key, type]));
export const functions = () => once("/functions");
export const chartTypes = () => once("/chart-types");
export const triggers = () => once("/triggers");
export const actions = () => once("/actions");
export const importers = () => once("/importers");

/** Ask again, for example after a plugin was switched on. */
export const forget = () => asked.clear();
