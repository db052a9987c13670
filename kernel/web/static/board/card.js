// A card: title, tags, a few fields, people, and when it is due.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { isEmpty } from "../data/columns.js";
import { both, filterByValue } from "../filters/tree.js";
import { avatar } from "../parts/avatar.js";

export function card(board, record) {
  const { model, state } = board;
  const narrow = (column, value) => (event) => {
    event.stopPropagation();
    state.set({ filter: both(state.filter, filterByValue(column, [value])) });
  };
  const tags = model.column("tags");
  const assignees = model.column("assignees");
  const lines = board.cardColumns.filter((column) => !isEmpty(column.value(record))).map((column) => line(column, record));
  const due = model.column("due_at") && record.due_at ? h("span", { class: ["due", !record.completed_at && new Date(record.due_at) < new Date() && "overdue"] }, icon("calendar-clock", 12), format.day(format.dayOf(record.due_at), { day: "numeric", month: "short" })) : null;
  const people = assignees && record.assignees?.length ? h("span", { class: "people" }, record.assignees.map((person) => h("button", { type: "button", class: "face", tabindex: "-1", title: t("Only those of {name}", { name: person.name }), aria: { label: t("Only those of {name}", { name: person.name }) }, onClick: narrow(assignees, person) }, avatar(person, 20)))) : null;
  const element = h("article", { class: "card", tabindex: "0", role: "listitem", data: { id: record.id }, aria: { label: record.title, roledescription: t("card") } },
    h("div", { class: "card-title" }, record.title),
    tags && record.tags?.length ? h("div", { class: "pills wrap" }, record.tags.map((tag) => h("button", { type: "button", class: "pill", tabindex: "-1", data: { color: tag.color || "gray" }, title: t("Only those with {name}", { name: tag.name }), onClick: narrow(tags, tag) }, tag.name))) : null,
    lines.length ? h("dl", { class: "card-fields" }, lines) : null,
    due || people ? h("div", { class: "card-foot" }, due, h("span", { class: "grow" }), people) : null);
  element.record = record;
  element.addEventListener("click", (event) => { if (!event.target.closest("a, button") && !element.dragged) board.open(record); });
  return element;
}

function line(column, record) {
  const value = column.value(record);
  let drawn;
  try { drawn = column.drawer.draw(value, column, { record, press: () => import("../parts/press.js").then((m) => m.press(column.model, record, column)) }); } catch { drawn = String(value); }
  return h("div", {}, h("dt", { class: "clip" }, column.name), h("dd", {}, drawn));
}

