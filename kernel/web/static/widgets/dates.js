// Days, moments and spans.

import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { popover } from "../core/popover.js";
import { registerWidget } from "./registry.js";
import { inlineInput } from "./editing.js";

const one = (value, column) => (column.config?.time || column.kind === "datetime" ? shortMoment(value) : format.day(value));

function shortMoment(value) {
  // A moment at the beginning of a day in this zone is meant as that day.
  return format.localMoment(value).endsWith("T00:00") ? format.moment(value, { dateStyle: "medium" }) : format.moment(value);
}

function text(value, column) {
  if (!value) return "";
  if (typeof value === "object" && value.start) return `${one(value.start, column)} – ${one(value.end, column)}`;
  return one(value, column);
}

const isOverdue = (value, column, context) => column.key === "due_at" && context.record && !context.record.completed_at && new Date(value) < new Date();

registerWidget("date", {
  width: 130,
  draw: (value, column, context) => h("span", { class: ["clip", isOverdue(value, column, context) && "overdue"] }, text(value, column)),
  text,
  parse: (given) => given.trim() || null,
  edit: (session) => (session.column.config?.range ? range(session) : single(session)),
});

function single(session) {
  const timed = session.column.config?.time;
  const type = timed ? "datetime-local" : "date";
  const shown = timed ? format.localMoment(session.value) : session.value ?? "";
  return inlineInput({ ...session, initial: null }, {
    type, text: shown,
    read: (value) => { const found = value ? (timed ? format.momentFrom(value) : value) : null; return [found, found]; },
  });
}

function range(session) {
  const timed = session.column.config?.time;
  const type = timed ? "datetime-local" : "date";
  const show = (value) => (value ? (timed ? format.localMoment(value) : value) : "");
  const read = (input) => (input.value ? (timed ? format.momentFrom(input.value) : input.value) : null);
  const start = h("input", { type, value: show(session.value?.start), aria: { label: t("Start") } });
  const end = h("input", { type, value: show(session.value?.end), aria: { label: t("End") } });
  let done = false;
  const form = h("form", { class: "range-editor" }, h("label", {}, t("From"), start), h("label", {}, t("to"), end),
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("Save")), h("button", { type: "button", class: "plain", onClick: () => { start.value = ""; end.value = ""; form.requestSubmit(); } }, t("Clear"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done = true;
    const value = read(start) ? { start: read(start), end: read(end) ?? read(start) } : null;
    opened.close();
    session.commit(value, value);
  });
  const opened = popover(session.anchor, form, { label: session.column.name, onClose: () => { if (!done) session.cancel(); } });
  return { element: form, close: () => opened.close() };
}
