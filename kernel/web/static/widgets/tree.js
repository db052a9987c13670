// A neutral tree for types that no stock widget fits: `{"t": "row", "c": [{"t": "bar", "pct": "$.pct"}]}`.
// It stands under "tree" in the widget's options. A text that begins with "$" takes from the value:
// "$" is the value itself, "$.a.b" what is inside. Unknown nodes draw nothing.

import { h } from "../core/dom.js";
import * as format from "../core/format.js";
import { plain, registerWidget } from "./registry.js";
import { inlineInput } from "./editing.js";

const TONES = ["red", "orange", "amber", "green", "teal", "blue", "purple", "gray"];
const MOST_DEPTH = 6;

const take = (value, given) => (typeof given === "string" && given.startsWith("$") ? given.split(".").slice(1).reduce((at, name) => at?.[name], value) : given);

const nodes = {
  text: (node, value) => h("span", { class: "clip" }, plain(take(value, node.text))),
  badge: (node, value) => h("span", { class: "pill", data: { color: tone(node, value) } }, plain(take(value, node.text))),
  bar: (node, value) => {
    const share = Math.max(0, Math.min(100, Number(take(value, node.pct)) || 0));
    return h("span", { class: "meter", data: { color: tone(node, value) }, role: "img", aria: { label: `${share} %` } }, h("span", { style: { width: `${share}%` } }));
  },
  icon: (node, value) => h("span", { class: "dot", data: { color: tone(node, value) } }),
  link: (node, value) => {
    const href = plain(take(value, node.href));
    return /^(https?|mailto|tel):/i.test(href) ? h("a", { class: "clip", href, target: "_blank", rel: "noreferrer noopener" }, plain(take(value, node.text)) || href) : null;
  },
  date: (node, value) => h("span", { class: "clip" }, format.day(plain(take(value, node.date)))),
  person: (node, value) => h("span", { class: "clip" }, plain(take(value, node.name))),
};

function tone(node, value) {
  const wanted = take(value, node.tone);
  return TONES.includes(wanted) ? wanted : "gray";
}

function draw(node, value, depth = 0) {
  if (!node || typeof node !== "object" || depth > MOST_DEPTH) return null;
  if (node.t === "row" || node.t === "stack") return h("span", { class: `tree-${node.t}` }, (node.c || []).map((child) => draw(child, value, depth + 1)));
  return Object.hasOwn(nodes, node.t) ? nodes[node.t](node, value) : null;
}

registerWidget("tree", {
  width: 160,
  draw: (value, column) => draw(column.options?.tree, value),
  edit: (session) => inlineInput(session, { text: plain(session.value), read: (text) => { const value = text.trim() || null; return [value, value]; } }),
});

