// One list of a board: its head with count and sum, its cards, and the field that adds one.

import { aborted } from "../core/api.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { newest, redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { createRecord, query } from "../data/records.js";
import { card } from "./card.js";

const PAGE = 40;

export class BoardColumn {
  constructor(board, list) {
    this.board = board;
    this.list = list;
    this.records = [];
    this.cards = new Map();
    this.next = null;
    this.newest = newest();
    this.folded = board.collapsed.has(list.id);
    this.count = h("span", { class: "list-count" });
    this.sum = h("span", { class: "list-sum" });
    this.body = h("div", { class: "cards", role: "list", aria: { label: t("Cards of {name}", { name: list.name }) } });
    this.sentinel = h("div", { class: "sentinel" });
    this.scroll = h("div", { class: "list-scroll", data: { list: list.id } }, this.body, this.sentinel);
    this.fold = iconButton(icon("chevrons-right-left", 14), this.folded ? t("Unfold {name}", { name: list.name }) : t("Fold {name}", { name: list.name }), () => this.toggle(), { aria: { expanded: String(!this.folded) } });
    const add = board.model.can("create") ? iconButton(icon("plus", 15), t("Add a card to {name}", { name: list.name }), () => this.addCard()) : null;
    this.adder = h("div", { class: "adder" });
    this.element = h("section", { class: ["board-list", this.folded && "folded"], role: "listitem", data: { list: list.id }, aria: { label: list.name } },
      h("header", { class: "list-head" }, h("span", { class: "dot", data: { color: list.color || "gray" }, aria: { hidden: "true" } }), h("h2", { class: "clip", title: list.name }, list.name), this.count, h("span", { class: "grow" }), add, this.fold), this.sum, this.adder, this.scroll);
    this.watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) this.more(); }, { root: this.scroll, rootMargin: "400px" });
    board.atEnd(() => this.watcher.disconnect());
  }

  toggle() {
    this.folded = !this.folded;
    this.element.classList.toggle("folded", this.folded);
    this.fold.setAttribute("aria-expanded", String(!this.folded));
    const label = this.folded ? t("Unfold {name}", { name: this.list.name }) : t("Fold {name}", { name: this.list.name });
    this.fold.setAttribute("aria-label", label);
    this.fold.title = label;
    this.board.collapse(this.list.id, this.folded);
    if (!this.folded && !this.loaded) this.load();
  }

  tally(item, column) {
    const count = item?.measures.count ?? 0;
    fill(this.count, format.number(count), h("span", { class: "visually-hidden" }, ` ${n("{count} card", "{count} cards", count)}`));
    const sum = item?.measures.sum;
    const text = !column || sum === null || sum === undefined ? (item?.warnings?.length ? t("several currencies") : "") : column.kind === "money" ? format.money(sum) : column.drawer.text(sum, column);
    fill(this.sum, text ? [h("span", { class: "visually-hidden" }, `${column.name}: `), text] : "");
    this.sum.title = text && column ? `${column.name}: ${text}` : "";
  }

  async load() {
    if (this.folded) return;
    this.loaded = true;
    await this.read(undefined, PAGE);
    this.watcher.observe(this.sentinel);
  }

  /** Read again what is shown, keeping the place. */
  async reload() {
    if (!this.loaded) return;
    await this.read(undefined, Math.min(1000, Math.max(PAGE, this.records.length)));
  }

  async more() {
    if (this.reading || !this.next) return;
    await this.read(this.next, PAGE);
  }

  async read(cursor, limit) {
    this.reading = true;
    try {
      const page = await this.newest(query(this.board.model, { ...this.board.queryOf(this.list), limit, cursor }, { signal: this.board.alive }));
      if (!page || !this.element.isConnected) return;
      this.next = page.next;
      if (cursor) this.records.push(...page.items.filter((record) => !this.cards.has(record.id)));
      else this.records = page.items;
      this.draw();
    } catch (error) { if (!aborted(error)) complain(error); } finally { this.reading = false; }
  }

  draw() { redraw(this.body, () => this.show()); }

  /** Bring the cards into the order of the records, touching only what differs. */
  show() {
    const kept = new Set(this.records.map((record) => record.id));
    for (const [id, element] of this.cards) if (!kept.has(id)) { element.remove(); this.cards.delete(id); }
    let at = this.body.firstElementChild;
    for (const record of this.records) {
      while (at?.matches(".hole")) at = at.nextElementSibling; // somebody drags a card just now
      let element = this.cards.get(record.id);
      if (element && element.record !== record && element.from === JSON.stringify(record)) element.record = record;
      if (element?.record !== record) {
        const fresh = Object.assign(card(this.board, record), { key: record.id, from: JSON.stringify(record) });
        if (element) { if (at === element) at = element.nextElementSibling; element.replaceWith(fresh); }
        this.cards.set(record.id, fresh);
        element = fresh;
      }
      if (element === at) { at = at.nextElementSibling; continue; }
      if (element.nextElementSibling !== at || element.parentElement !== this.body) this.body.insertBefore(element, at);
    }
    this.body.classList.toggle("empty-list", !this.records.length);
  }

  find(id) { return this.records.find((record) => record.id === id); }

  update(record) {
    const at = this.records.findIndex((other) => other.id === record.id);
    if (at < 0) return;
    this.records[at] = record;
    this.draw();
  }

  remove(id) {
    this.records = this.records.filter((record) => record.id !== id);
    this.draw();
  }

  /** `place`: `{before}`, `{after}` or `{position}`. */
  insert(record, place) {
    this.records = this.records.filter((other) => other.id !== record.id);
    let at = place?.position === "last" ? this.records.length : 0;
    if (place?.before) at = this.records.findIndex((other) => other.id === place.before);
    if (place?.after) at = this.records.findIndex((other) => other.id === place.after) + 1;
    if (place && place.position === null) { this.draw(); return; }
    this.records.splice(at < 0 ? this.records.length : at, 0, record);
    this.draw();
  }

  flash(id) {
    const element = this.cards.get(id);
    if (!element) return;
    element.classList.remove("flash");
    void element.offsetWidth;
    element.classList.add("flash");
  }

  addCard() {
    if (!this.board.model.can("create")) return true;
    if (this.folded) this.toggle();
    const input = h("textarea", { rows: 2, class: "add-input", placeholder: t("Title"), aria: { label: t("Title of the new card in {name}", { name: this.list.name }) }, maxlength: 500 });
    const close = () => fill(this.adder);
    const add = async () => {
      const title = input.value.replace(/\s+/g, " ").trim();
      if (!title) return;
      input.value = "";
      try {
        const record = await createRecord(this.board.model, { title, list: this.list.id });
        if (!this.board.state.sort) await this.board.move(record, this.list, { position: "first" });
      } catch (error) { input.value = title; complain(error); }
      input.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") { event.preventDefault(); add(); }
      if (event.key === "Escape") { close(); this.body.querySelector(".card")?.focus(); }
    });
    input.addEventListener("blur", () => { if (!input.value.trim()) close(); });
    fill(this.adder, h("div", { class: "add-card" }, input, h("span", { class: "hint" }, t("Enter adds, Escape ends"))));
    input.focus();
    return true;
  }
}
