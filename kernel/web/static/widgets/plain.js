// Text, numbers and what is like them.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { registerWidget, plain } from "./registry.js";
import { inlineInput, readNumber } from "./editing.js";

const asIs = (text) => { const value = text.trim() ? text : null; return [value, value]; };
const span = (text, className = "clip") => h("span", { class: className }, text);

registerWidget("text", {
  width: 180,
  draw: (value) => span(plain(value)),
  edit: (session) => inlineInput(session, { text: plain(session.value), read: asIs }),
});

registerWidget("unavailable", { draw: () => span(t("not available"), "soft clip") });

registerWidget("long_text", {
  width: 240,
  draw: (value, column, context) => (context.roomy ? h("div", { class: "long-text" }, plain(value)) : span(plain(value).replace(/\s+/g, " "))),
  edit: (session) => inlineInput(session, { text: plain(session.value), read: asIs, multiline: true, attributes: { rows: 5 } }),
});

registerWidget("number", {
  width: 110, align: "end",
  draw: (value, column) => span(numberText(value, column), "number clip"),
  text: numberText,
  parse: (text) => readNumber(text),
  edit: (session) => inlineInput(session, { text: plain(session.value), attributes: { inputmode: "decimal" }, read: (text) => { const value = readNumber(text); return [value, value]; } }),
});

function numberText(value, column) {
  if (typeof value === "object") return plain(value);
  return Number.isFinite(Number(value)) ? format.number(value, column.config?.decimals) : plain(value);
}

registerWidget("percent", {
  width: 100, align: "end",
  draw: (value, column) => span(format.percent(value, column.config?.decimals ?? 2), "number clip"),
  text: (value, column) => format.percent(value, column.config?.decimals ?? 2),
  parse: (text) => { const read = readNumber(text.replace("%", "")); return read === null ? null : `${read}%`; },
  edit: (session) => inlineInput(session, {
    text: session.value === null || session.value === undefined ? "" : String(+(Number(session.value) * 100).toFixed(6)), attributes: { inputmode: "decimal" },
    read: (text) => { const read = readNumber(text.replace("%", "")); return read === null ? [null, null] : [String(+(Number(read) / 100).toFixed(8)), `${read}%`]; },
  }),
});

const currencyOf = (column) => column.config?.currency || column.model?.project.currency || "EUR";
const SIGNS = { "€": "EUR", $: "USD", "£": "GBP", "¥": "JPY", "zł": "PLN", "₴": "UAH" };

/** `12.50`, `€ 12.50` or `12.50 USD`; anything else is said to be no number. */
const moneyFrom = (text, column) => {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const mark = /[A-Za-z]{3}\b|€|\$|£|¥|zł|₴/.exec(trimmed)?.[0];
  const amount = readNumber(mark ? trimmed.replace(mark, "") : trimmed);
  return { amount, currency: mark ? SIGNS[mark] ?? mark.toUpperCase() : currencyOf(column) };
};

registerWidget("currency", {
  width: 130, align: "end",
  draw: (value) => span(format.money(value), "number clip"),
  text: (value) => format.money(value),
  parse: (text, column) => moneyFrom(text, column),
  edit: (session) => inlineInput(session, {
    text: session.value ? (session.value.currency === currencyOf(session.column) ? session.value.amount : `${session.value.amount} ${session.value.currency}`) : "",
    attributes: { inputmode: "decimal" },
    read: (text) => { const value = moneyFrom(text, session.column); return [value, value]; },
  }),
});

registerWidget("duration", {
  width: 110, align: "end",
  draw: (value) => span(format.duration(value), "number clip"),
  text: format.duration,
  edit: (session) => inlineInput(session, { text: session.value ? format.duration(session.value) : "", attributes: { placeholder: "1:30" }, read: (text) => (text.trim() ? [session.value ?? 0, text.trim()] : [null, null]) }),
});

registerWidget("rating", {
  width: 120,
  draw: (value, column, context) => stars(value, column, context),
  text: (value) => String(value),
  parse: (text) => readNumber(String((text.match(/★/g) || []).length || text)),
  edit: (session) => inlineInput(session, { text: plain(session.value), type: "number", attributes: { min: 1, max: maximum(session.column) }, read: (text) => { const value = text.trim() ? Number(text) : null; return [value, value]; } }),
  key: (key, column) => (/^[0-9]$/.test(key) && Number(key) <= maximum(column) ? [Number(key) || null, Number(key) || null] : undefined),
});

const maximum = (column) => column.config?.maximum ?? column.options?.max ?? 5;

function stars(value, column, context) {
  const most = maximum(column);
  const given = Math.max(0, Math.min(most, Number(value) || 0));
  if (context.set && column.editable) {
    return h("span", { class: "stars", role: "group", aria: { label: column.name } }, Array.from({ length: most }, (_, i) =>
      h("button", { type: "button", class: ["star", i < given ? "" : "off"], aria: { label: t("{count} of {most}", { count: i + 1, most }), pressed: String(i + 1 === given) }, onClick: () => context.set(i + 1 === given ? null : i + 1) }, i < given ? "★" : "☆")));
  }
  return h("span", { class: "stars", role: "img", aria: { label: t("{count} of {most}", { count: given, most }) } }, "★".repeat(given), h("span", { class: "off" }, "★".repeat(Math.max(0, most - given))));
}

registerWidget("checkbox", {
  width: 90, align: "center",
  draw: (value, column, context) => (context.set && column.editable
    ? h("input", { type: "checkbox", checked: value === true, aria: { label: column.name }, onChange: (event) => context.set(event.target.checked) })
    : h("span", { class: ["check-box", value === true && "on"], role: "img", aria: { label: value === true ? t("yes") : t("no") } }, value === true ? icon("check", 12) : null)),
  drawEmpty: true,
  text: (value) => (value ? t("yes") : t("no")),
  parse: (text) => { const word = text.trim().toLowerCase(); return word === "" ? null : ["true", "yes", "1", "x", "✓", "tak", "on", t("yes")].includes(word); },
  toggle: (value) => !value,
});

registerWidget("email", {
  width: 210,
  draw: (value, column, context) => link(value, `mailto:${value}`, context),
  edit: (session) => inlineInput(session, { type: "email", text: plain(session.value), read: asIs }),
});

registerWidget("phone", {
  width: 150,
  draw: (value, column, context) => link(value, `tel:${String(value).replace(/[^+\d]/g, "")}`, context),
  edit: (session) => inlineInput(session, { type: "tel", text: plain(session.value), read: asIs }),
});

registerWidget("url", {
  width: 200,
  draw: (value, column, context) => (/^https?:/i.test(String(value)) ? link(String(value).replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, ""), String(value), context, true) : span(plain(value))),
  edit: (session) => inlineInput(session, { type: "url", text: plain(session.value), attributes: { placeholder: "https://" }, read: asIs }),
});

/** A link; in the grid it is not a stop of the Tab key, so the cell keeps the keyboard. */
function link(text, href, context, outside = false) {
  return h("a", { class: "clip", href, tabindex: context.roomy ? undefined : "-1", ...(outside ? { target: "_blank", rel: "noreferrer noopener" } : {}) }, text);
}

registerWidget("country", {
  width: 150,
  draw: (value) => span(countryName(value)),
  text: countryName,
  edit: (session) => inlineInput(session, { text: session.value ? countryName(session.value) : "", read: (text) => (text.trim() ? [{ code: "", name: text.trim() }, text.trim()] : [null, null]) }),
});

function countryName(value) {
  if (!value?.code) return plain(value);
  try { return new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(value.code); } catch { return value.name; }
}

registerWidget("location", {
  width: 220,
  draw: (value) => span(plain(value)),
  edit: (session) => inlineInput(session, { text: session.value?.address ?? "", read: (text) => (text.trim() ? [{ address: text.trim() }, text.trim()] : [null, null]) }),
});

registerWidget("unique_id", { width: 110, draw: (value) => span(plain(value), "number clip") });

registerWidget("button", {
  width: 130,
  drawEmpty: true,
  draw: (value, column, context) => h("button", { type: "button", class: "press", tabindex: context.roomy ? undefined : "-1", onClick: (event) => { event.stopPropagation(); context.press?.(); } }, column.config?.label || column.name),
  text: () => "",
});
