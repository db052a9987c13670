// The calendar of a project: records on the days of any date field.

import { fill, h, icon, iconButton } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { shortcut } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { picker, popover } from "../core/popover.js";
import { hold, newest, redraw } from "../core/redraw.js";
import { place, setQuery } from "../core/router.js";
import { announce, complain } from "../core/toast.js";
import { createRecord, query, records, setValue } from "../data/records.js";
import { followLive } from "../data/following.js";
import { both } from "../filters/tree.js";
import { emptyState } from "../parts/empty.js";
import { projectPage } from "../parts/project_frame.js";

const iso = (date) => date.toISOString().slice(0, 10);
const dayAt = (text) => new Date(`${text}T00:00:00Z`);
const moved = (text, days) => { const date = dayAt(text); date.setUTCDate(date.getUTCDate() + days); return iso(date); };
const MOST = 1000;

export const dateColumns = (model) => model.columns.filter((column) => (column.kind === "date" || column.kind === "datetime") && !column.many && column.sortable);

/** The field that places records: the chosen one, else the first editable date. */
function dateColumn(state) {
  const all = dateColumns(state.model);
  return all.find((column) => column.key === state.date) ?? all.find((column) => column.field && column.editable) ?? all.find((column) => column.key === "due_at") ?? all[0] ?? null;
}

define("smalt-calendar", class extends Part {
  begin(model, state) { Object.assign(this, { model, state, found: [], newest: newest() }); }

  connected() {
    this.box = h("div", { class: "calendar" });
    fill(this, this.box);
    this.follow(this.state.changed, () => this.begun());
    this.listen(records, "record", ({ detail }) => { if (detail.projectId === this.model.id && !detail.optimistic) this.soon(); });
    followLive(this);
    this.atEnd(shortcut("t", t("To today"), () => this.show(format.today()), { group: t("Calendar") }));
    this.begun();
  }

  knows() { return false; }
  onLive() { this.soon(); }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.begun(), 150);
  }

  get month() { return (place.value.query.month || format.today()).slice(0, 7); }

  show(day) {
    setQuery({ month: day.slice(0, 7) === format.today().slice(0, 7) ? null : day.slice(0, 7) });
    this.begun();
  }

  async begun() {
    const column = dateColumn(this.state);
    if (!column) { fill(this.box, emptyState(icon("calendar", 26), t("No date field"), t("Add a date field to this project to see its records in a calendar."))); return; }
    this.column = column;
    const first = `${this.month}-01`;
    const begin = moved(first, -((dayAt(first).getUTCDay() + 6) % 7));
    const days = Array.from({ length: 42 }, (_, index) => moved(begin, index));
    if (!this.box.childElementCount) this.draw(days, new Map(), false);
    try {
      this.asked = { filter: both(this.state.condition, { field: column.key, op: "between", value: [days[0], days[41]] }), sort: column.key };
      this.ready = query(this.model, { ...this.asked, fields: ["title", "list", column.key], limit: MOST }, { signal: this.alive });
      const page = await this.newest(this.ready);
      if (!page) return;
      this.found = page.items;
      const byDay = new Map();
      for (const record of page.items) {
        const value = column.value(record);
        for (const day of this.daysOf(value, days)) byDay.set(day, [...(byDay.get(day) ?? []), record]);
      }
      redraw(this.box, () => this.draw(days, byDay, Boolean(page.next)));
    } catch (error) { complain(error); }
  }

  daysOf(value, days) {
    const day = (moment) => (String(moment).includes("T") ? format.dayOf(moment) : String(moment));
    if (!value?.start) return [day(value)];
    return days.filter((one) => one >= day(value.start) && one <= day(value.end));
  }

  draw(days, byDay, cut) {
    const title = format.day(`${this.month}-01`, { month: "long", year: "numeric" });
    const go = (step) => { const date = dayAt(`${this.month}-01`); date.setUTCMonth(date.getUTCMonth() + step); this.show(iso(date)); };
    const names = Array.from({ length: 7 }, (_, index) => format.day(moved("2024-01-01", index), { weekday: "short" }));
    const rows = Array.from({ length: 6 }, (_, row) => h("div", { class: "week", role: "row" }, days.slice(row * 7, row * 7 + 7).map((day) => this.day(day, byDay.get(day) ?? []))));
    fill(this.box,
      h("div", { class: "calendar-head" }, iconButton(icon("chevron-left"), t("The month before"), () => go(-1)), iconButton(icon("chevron-right"), t("The next month"), () => go(1)), h("h2", { aria: { live: "polite" } }, title), h("button", { type: "button", onClick: () => this.show(format.today()) }, t("Today")), cut ? h("span", { class: "hint" }, t("Only the first {count} records show. Narrow them by a filter.", { count: MOST })) : null),
      h("div", { class: "calendar-grid", role: "grid", aria: { label: title } }, h("div", { class: "week names", role: "row" }, names.map((name) => h("div", { role: "columnheader" }, name))), rows));
  }

  day(day, found) {
    const most = innerWidth < 760 ? 2 : 3;
    const number = Number(day.slice(8));
    const isToday = day === format.today();
    const cell = h("div", { class: ["day", !day.startsWith(this.month) && "other", isToday && "today"], role: "gridcell", tabindex: isToday || (number === 1 && day.startsWith(this.month)) ? "0" : "-1", data: { day }, aria: { label: `${format.day(day, { dateStyle: "full" })}, ${n("{count} record", "{count} records", found.length)}`, current: isToday ? "date" : undefined } },
      h("span", { class: "day-number" }, String(number)), found.slice(0, most).map((record) => this.entry(record)),
      found.length > most ? h("button", { type: "button", class: "link small", onClick: (event) => { const list = h("div", { class: "day-list" }, found.map((record) => this.entry(record))); popover(event.currentTarget, list, { label: format.day(day) }); } }, t("{count} more", { count: found.length - most })) : null);
    cell.key = day;
    cell.addEventListener("keydown", (event) => this.onKey(event, cell, day));
    cell.addEventListener("dblclick", (event) => { if (event.target === cell || event.target.classList.contains("day-number")) this.add(day); });
    cell.addEventListener("dragover", (event) => { event.preventDefault(); cell.classList.add("over"); });
    cell.addEventListener("dragleave", () => cell.classList.remove("over"));
    cell.addEventListener("drop", (event) => { event.preventDefault(); cell.classList.remove("over"); this.put(this.dragged, day); });
    return cell;
  }

  entry(record) {
    const made = h("button", { type: "button", class: "entry", draggable: this.column.editable ? "true" : undefined, title: record.title, data: { color: record.list?.color || "gray" }, onClick: () => setQuery({ record: record.id }, { replace: false }) }, h("span", { class: "clip" }, record.title));
    made.key = record.id;
    made.addEventListener("dragstart", (event) => {
      this.dragged = record;
      made.addEventListener("dragend", hold(made), { once: true });
      event.dataTransfer.setData("text/plain", record.title);
    });
    made.addEventListener("keydown", (event) => {
      const step = event.altKey ? { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key] : undefined;
      if (!step || !this.column.editable) return;
      event.preventDefault();
      event.stopPropagation();
      const [day] = this.daysOf(this.column.value(record), []);
      this.put(record, moved(day ?? String(this.column.value(record)?.start ?? "").slice(0, 10), step));
    });
    return made;
  }

  /** Put a record on another day; the time of day stays, and so does the length of a span. */
  put(record, day) {
    const { column } = this;
    if (!record || !column.editable) return;
    const value = column.value(record);
    const timed = column.kind === "datetime";
    const at = (moment, to) => (timed ? format.momentFrom(`${to}T${format.localMoment(moment).slice(11)}`) : to);
    let next;
    if (value?.start) {
      const start = timed ? format.dayOf(value.start) : value.start;
      const end = timed ? format.dayOf(value.end) : value.end;
      next = { start: at(value.start, day), end: at(value.end, moved(day, Math.round((dayAt(end) - dayAt(start)) / 86_400_000))) };
    } else next = at(value, day);
    announce(t("“{title}” is on {day} now", { title: record.title, day: format.day(day) }));
    setValue(this.model, record, column, next, next);
  }

  onKey(event, cell, day) {
    if (event.target !== cell) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    if (step) {
      event.preventDefault();
      const next = this.box.querySelector(`.day[data-day="${moved(day, step)}"]`);
      if (next) { next.tabIndex = 0; next.focus(); }
      else if (event.key) this.show(moved(day, step));
    } else if (event.key === "Enter") { event.preventDefault(); cell.querySelector(".entry")?.focus() ?? this.add(day); }
    else if (event.key === "n") { event.preventDefault(); event.stopPropagation(); this.add(day); }
  }

  async add(day) {
    const { column, model } = this;
    if (!model.can("create") || !column.editable) return;
    try {
      const value = column.kind === "datetime" ? format.momentFrom(`${day}T09:00`) : day;
      const record = await createRecord(model, { title: t("New record"), ...column.input(value) });
      setQuery({ record: record.id });
    } catch (error) { complain(error); }
  }

  async neighbours(id) {
    await this.ready;
    const at = this.found.findIndex((record) => record.id === id);
    return at < 0 ? null : { previous: this.found[at - 1]?.id, next: this.found[at + 1]?.id };
  }

  standing(id) {
    const at = this.found.findIndex((record) => record.id === id);
    return at < 0 ? null : { ...this.asked, at };
  }

  create() { this.add(format.today()); }
});

/** Which date places the records. */
function chooseDate(state, tool) {
  const column = dateColumn(state);
  if (!column) return null;
  return tool(icon("calendar", 15), t("By: {name}", { name: column.name }), false, (anchor) => picker(anchor, { label: t("Date"), chosen: new Set([column.key]), options: dateColumns(state.model).map((one) => ({ value: one.key, label: one.name })), onChoose: (key) => state.set({ date: key }) }));
}

export default (at) => projectPage(at, "calendar", "smalt-calendar", chooseDate);
