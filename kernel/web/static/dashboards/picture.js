// A chart's picture as the server draws it, put into the page so that its colors follow the theme; and
// the same figures as a table.

import { h } from "../core/dom.js";
import { day, money, number, percent } from "../core/format.js";
import { n, t } from "../core/i18n.js";

/** The nodes of an SVG document; null when it is none. What it could do by itself does not come along. */
export function picture(text) {
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (drawn.localName !== "svg") return null;
  for (const node of [drawn, ...drawn.querySelectorAll("*")]) {
    if (["script", "foreignObject", "style"].includes(node.localName)) { node.remove(); continue; }
    for (const { name, value } of [...node.attributes]) {
      if (/^on/i.test(name) || name === "style" || (/href$/i.test(name) && !value.startsWith("#"))) node.removeAttribute(name);
    }
  }
  return document.importNode(drawn, true);
}

/** A figure in the unit of the chart. */
export function figure(value, data) {
  if (value === null || value === undefined) return "—";
  if (data.unit === "share") return percent(value);
  return data.currency ? money({ amount: value, currency: data.currency }) : number(value);
}

/** The figures as a table. Where `show` is given, each is a button that shows its records: `show({group, series}, button)`. */
export function table(data, title, show) {
  const groups = data.series[0]?.points ?? [];
  const several = data.series.length > 1;
  const told = (value, words, keys) => {
    const text = figure(value, data);
    return show && Number(value) ? h("button", { type: "button", class: "link", aria: { label: `${words}: ${text}. ${t("Show the records")}` }, onClick: (event) => show(keys, event.currentTarget) }, text) : text;
  };
  const words = (point, series) => [point.label || t("Empty"), several ? series.name : ""].filter(Boolean).join(", ");
  return h("table", { class: "plain-table chart-table" }, h("caption", { class: "visually-hidden" }, title),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Group")), data.series.map((series) => h("th", { scope: "col", class: "end" }, series.name)))),
    h("tbody", {}, groups.map((point, index) => h("tr", {}, h("th", { scope: "row" }, point.label || t("Empty")), data.series.map((series) => h("td", { class: "end number" }, told(series.points[index]?.value, words(point, series), { group: point.key, series: series.key })))))),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t("In all")), h("td", { class: "end number", colspan: several ? data.series.length : undefined }, told(data.total, t("In all"), {})))));
}

/** What the figures do not include, in a sentence; nothing where they are complete. */
export const leftOut = (data) => (data.left_out || []).filter((part) => part.count).map((part) => `${n("{count} record left out", "{count} records left out", part.count)}: ${part.reason}`).join(" ");

export const asOf = (data) => day(data.as_of);
