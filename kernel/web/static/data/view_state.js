// How a project is looked at just now: filter, order, groups, columns. It stands in the address, on top
// of a saved view where one is open; widths and pins stay in this browser.

import { place, setQuery } from "../core/router.js";
import { Signal } from "../core/signal.js";
import { both, plainTree } from "../filters/tree.js";

const NONE = "-";
const MEMBERS = ["filter", "q", "sort", "group", "fields", "sum", "date"];

export class ViewState {
  constructor(model, kind, views = []) {
    this.model = model;
    this.kind = kind;
    this.views = views;
    this.changed = new Signal(0);
    this.read();
  }

  /** Take over the address; true when something else shows now. */
  read() {
    const { query } = place.value;
    const before = JSON.stringify(this.#now ?? null);
    const view = this.views.find((v) => v.id === query.view) ?? null;
    const given = (name, stored) => (name in query ? (query[name] === NONE ? null : query[name]) : stored ?? null);
    this.view = view;
    this.#now = {
      view: view?.id ?? null, filter: parse(given("filter", view?.filter)), q: query.q ?? "", sort: given("sort", view?.sort), group: given("group", view?.group),
      fields: given("fields", view?.fields?.map((field) => field.field).join(",") ?? view?.card_fields?.join(",")), sum: given("sum", null), date: given("date", view?.date_field),
    };
    if (view?.fields) for (const field of view.fields) if (field.width && !this.widths[field.field]) this.widths[field.field] = field.width;
    const differs = JSON.stringify(this.#now) !== before;
    if (differs) this.changed.value += 1;
    return differs;
  }

  #now = null;
  #local = null;

  get filter() { return this.#now.filter; }
  get q() { return this.#now.q; }
  get group() { return this.#now.group && this.model.column(this.#now.group)?.sortable !== false ? this.#now.group : null; }
  get date() { return this.#now.date; }
  get sum() { return this.#now.sum; }
  get sort() { return this.#now.sort || ""; }

  get sorts() {
    return this.sort.split(",").filter(Boolean).map((part) => ({ key: part.replace(/^[-+]/, ""), descending: part.startsWith("-") })).filter((s) => this.model.column(s.key.split(".")[0]));
  }

  /** Filter and search together, as the API takes them. */
  get condition() {
    const text = this.q.trim();
    return both(plainTree(this.filter), text ? { field: "title", op: "contains", value: text } : null);
  }

  /** The columns that show, in their order; the title is always the first. */
  get columns() {
    const { model } = this;
    const named = this.#now.fields?.split(",").map((key) => model.column(key)).filter(Boolean);
    const shown = named ?? this.ordered.filter((column) => !column.hidden);
    return [model.titleColumn, ...shown.filter((column) => column !== model.titleColumn)].filter(Boolean);
  }

  /** All columns, those that show in their order first. */
  get ordered() { return this.model.columns; }

  get differs() {
    const { query } = place.value;
    return MEMBERS.some((name) => name in query);
  }

  /** Change members and put them into the address: null takes away. */
  set(changes) {
    const written = {};
    for (const [name, value] of Object.entries(changes)) {
      const stored = this.view?.[name === "date" ? "date_field" : name];
      const text = name === "filter" && value && typeof value === "object" ? JSON.stringify(value) : value;
      written[name] = text || (stored && name !== "view" ? NONE : null);
    }
    setQuery(written);
    this.read();
  }

  openView(id) {
    setQuery({ view: id, ...Object.fromEntries(MEMBERS.map((name) => [name, null])) }, { replace: false });
    this.read();
  }

  // What stays in this browser.
  get #key() { return `smalt.columns.${this.model.id}`; }

  get local() {
    if (!this.#local) {
      try { this.#local = JSON.parse(localStorage.getItem(this.#key) || "{}"); } catch { this.#local = {}; }
    }
    return this.#local;
  }

  keepLocal() { localStorage.setItem(this.#key, JSON.stringify(this.local)); }
  get widths() { return (this.local.widths ??= {}); }
  get pinned() { return this.local.pinned ?? 1; }
  set pinned(count) { this.local.pinned = count; this.keepLocal(); this.changed.value += 1; }
  widthOf(column) { return this.widths[column.key] ?? column.width; }

  setWidth(column, width) {
    this.widths[column.key] = Math.round(Math.max(60, Math.min(1000, width)));
    this.keepLocal();
  }
}

function parse(text) {
  if (!text || typeof text !== "string") return text ?? null;
  if (!text.startsWith('{"')) return text;
  try { return JSON.parse(text); } catch { return text; }
}
