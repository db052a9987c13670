// What is computed: drawn by the kind of its value, never edited.

import { h, icon } from "../core/dom.js";
import * as format from "../core/format.js";
import { t } from "../core/i18n.js";
import { personChip } from "../parts/avatar.js";
import { pill, recordLinks } from "./choices.js";
import { plain, registerWidget } from "./registry.js";

const percent = (column) => column.config?.format === "percent";

function one(value, column, context) {
  if (value === null || value === undefined) return null;
  if (value.hidden) return h("span", { class: "soft" }, t("hidden record"));
  switch (column.kind) {
    case "money": return h("span", { class: "number clip" }, format.money(value));
    case "number": return h("span", { class: "number clip" }, numberText(value, column));
    case "boolean": return h("span", { class: ["check-box", value && "on"], role: "img", aria: { label: value ? t("yes") : t("no") } }, value ? icon("check", 12) : null);
    case "choice": return value.name ? pill(value) : plain(value);
    case "person": return personChip(value);
    case "record": return recordLinks([value], column, context);
    case "date": case "datetime": return h("span", { class: "clip" }, dateText(value));
    default: return textual(value, context);
  }
}

function textual(value, context) {
  const text = plain(value);
  if (/^https?:\/\/\S+$/i.test(text)) return h("a", { class: "clip", href: text, target: "_blank", rel: "noreferrer noopener", tabindex: context.roomy ? undefined : "-1" }, text.replace(/^https?:\/\/(www\.)?/i, ""));
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return h("a", { class: "clip", href: `mailto:${text}`, tabindex: context.roomy ? undefined : "-1" }, text);
  return h("span", { class: "clip" }, text);
}

const numberText = (value, column) => (percent(column) ? format.percent(value) : Number.isFinite(Number(value)) ? format.number(value, column.config?.decimals) : plain(value));

function dateText(value) {
  if (value.start) return `${dateText(value.start)} – ${dateText(value.end)}`;
  return String(value).includes("T") ? format.moment(value) : format.day(value);
}

function oneText(value, column) {
  if (value === null || value === undefined) return "";
  if (column.kind === "money") return format.money(value);
  if (column.kind === "number") return numberText(value, column);
  if (column.kind === "boolean") return value ? t("yes") : t("no");
  if (column.kind === "date" || column.kind === "datetime") return dateText(value);
  return plain(value);
}

registerWidget("derived", {
  width: 160,
  draw: (value, column, context) => (Array.isArray(value) ? h("span", { class: ["pills", context.roomy && "wrap", "values"] }, value.map((item) => one(item, column, context))) : one(value, column, context)),
  text: (value, column) => (Array.isArray(value) ? value.map((item) => oneText(item, column)).join(", ") : oneText(value, column)),
  parse: () => { throw new Error(t("This field fills itself.")); },
});
