// Attached files: names that lead to them.

import { h, icon } from "../core/dom.js";
import { registerWidget } from "./registry.js";

registerWidget("file", {
  width: 180,
  draw: (value, column, context) => h("span", { class: ["pills", context.roomy && "wrap"] }, (Array.isArray(value) ? value : [value]).map((file) =>
    h("a", { class: "record-chip", href: file.url ?? `/api/v1/files/${file.id}/content`, target: "_blank", rel: "noopener", tabindex: context.roomy ? undefined : "-1" }, icon("paperclip", 12), file.name))),
  text: (value) => (Array.isArray(value) ? value : [value]).map((file) => file.name).join(", "),
});
