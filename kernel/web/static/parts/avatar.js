// People as small circles with their initials.

import { h } from "../core/dom.js";
import { initials } from "../core/format.js";

const COLORS = ["blue", "green", "amber", "purple", "teal", "rose", "orange", "indigo"];

function colorFor(text) {
  let sum = 0;
  for (const char of String(text)) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return COLORS[sum % COLORS.length];
}

/** `person` is `{id, name}`. */
export function avatar(person, size = 20) {
  return h("span", { class: "avatar", data: { color: colorFor(person.id || person.name) }, style: { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.42)}px` }, title: person.name || "", aria: { hidden: "true" } }, initials(person.name));
}

export const personChip = (person) => h("span", { class: "person" }, avatar(person, 18), h("span", { class: "clip" }, person.name || ""));
