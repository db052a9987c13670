// Empty states: what this place is for, and the next step.

import { h } from "../core/dom.js";

export const emptyState = (picture, title, text, ...actions) => h("div", { class: "empty" },
  h("div", { class: "empty-picture", aria: { hidden: "true" } }, picture), h("h2", {}, title), text ? h("p", {}, text) : null, actions.length ? h("div", { class: "empty-actions" }, actions) : null);
