// The board: a column per list, cards that move by mouse, touch and keyboard.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { shortcut } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { newest } from "../core/redraw.js";
import { setQuery } from "../core/router.js";
import { announce, complain } from "../core/toast.js";
import { aggregate, moveRecord, records } from "../data/records.js";
import { followLive } from "../data/following.js";
import { both } from "../filters/tree.js";
import { emptyState } from "../parts/empty.js";
import { BoardColumn } from "./column.js";
import { bindDrag } from "./drag.js";

const ON_CARDS = ["title", "list", "tags", "assignees", "due_at", "completed_at"];

define("smalt-board", class extends Part {
  begin(model, state) { Object.assign(this, { model, state, newest: newest() }); }

  connected() {
    this.strip = h("div", { class: "board", role: "list", aria: { label: t("Lists of {name}", { name: this.model.name }) } });
    fill(this, this.strip);
    this.follow(this.state.changed, () => this.begun());
    this.listen(records, "record", ({ detail }) => this.onRecord(detail));
    this.listen(this.strip, "keydown", (event) => this.onKey(event));
    this.listen(this.strip, "focusin", (event) => { const card = event.target.closest(".card"); if (card) this.focused = card.dataset.id; });
    followLive(this);
    bindDrag(this);
    const listed = { group: t("Board") };
    this.atEnd(shortcut("alt+ArrowRight", t("Move the card to the next list"), () => false, listed));
    this.atEnd(shortcut("alt+ArrowDown", t("Move the card down"), () => false, listed));
    this.atEnd(shortcut("n", t("Add a card to the list"), () => { this.columnOf(this.focused)?.addCard() ?? this.columns[0]?.addCard(); }, listed));
    this.begun();
  }

  get collapsed() {
    try { return new Set(JSON.parse(localStorage.getItem(`smalt.collapsed.${this.model.id}`) || "[]")); } catch { return new Set(); }
  }

  collapse(id, on) {
    const all = this.collapsed;
    if (on) all.add(id);
    else all.delete(id);
    localStorage.setItem(`smalt.collapsed.${this.model.id}`, JSON.stringify([...all]));
  }

  /** The fields that cards show beside the title. */
  get cardColumns() {
    const hidden = new Set(["title", "list", "tags", "assignees", "due_at", "description"]);
    const chosen = this.state.columns.filter((column) => !hidden.has(column.key));
    return chosen.slice(0, this.state.differs || this.state.view ? 12 : 4);
  }

  /** The number that the heads of the lists sum up. */
  get sumColumn() {
    const wanted = this.state.sum ? this.model.column(this.state.sum) : null;
    return wanted ?? this.model.columns.find((column) => column.kind === "money" && !column.many && column.sortable) ?? this.model.columns.find((column) => column.kind === "number" && !column.builtIn && !column.many && column.sortable) ?? null;
  }

  async begun() {
    const asked = JSON.stringify([this.state.condition, this.state.sort, this.cardColumns.map((c) => c.key), this.state.sum]);
    if (asked === this.asked) return;
    this.asked = asked;
    this.columns = this.model.lists.map((list) => new BoardColumn(this, list));
    if (!this.columns.length) { this.tellEmpty(); return; }
    fill(this.strip, this.columns.map((column) => column.element));
    this.tally();
    this.ready = Promise.all(this.columns.map((column) => column.load()));
    await this.ready;
  }

  tellEmpty() {
    const setUp = this.model.can("configure") ? h("a", { class: "button primary", href: `/app/projects/${this.model.id}/settings/lists` }, icon("plus"), t("New list")) : null;
    fill(this, emptyState(icon("square-kanban", 26), t("No lists yet"), t("Add the steps of your process, such as To do and Done."), setUp));
  }

  /** Counts and sums of all lists, with one question. */
  async tally() {
    const column = this.sumColumn;
    try {
      const found = await this.newest(aggregate(this.model, { filter: this.state.condition ?? undefined, group_by: ["list"], measures: { count: { function: "count" }, ...(column ? { sum: { function: "sum", field: column.key } } : {}) } }, { signal: this.alive }));
      if (!found) return;
      const byList = new Map(found.items.map((item) => [item.group.list?.id, item]));
      for (const one of this.columns) one.tally(byList.get(one.list.id), column);
    } catch (error) { complain(error); }
  }

  tallySoon() {
    clearTimeout(this.tallying);
    this.tallying = setTimeout(() => { if (this.isConnected) this.tally(); }, 250);
  }

  queryOf(list) {
    return { filter: both(this.state.condition, { field: "list", op: "eq", value: list.id }), sort: this.state.sort || "position", fields: [...ON_CARDS.filter((key) => this.model.column(key)), "position", ...this.cardColumns.map((column) => column.key)] };
  }

  columnOf(id) { return this.columns.find((column) => column.find(id)); }
  columnFor(listId) { return this.columns.find((column) => column.list.id === listId); }
  knows(id) { return Boolean(this.columnOf(id)); }

  onRecord({ kind, projectId, record, place, refused }) {
    if (projectId !== this.model.id) return;
    if (kind === "many") { this.asked = null; this.begun(); return; }
    if (kind === "deleted") this.columnOf(record.id)?.remove(record.id);
    else this.put(record, refused ? null : place);
    this.tallySoon();
  }

  /** Show a record where it belongs now. */
  put(record, place) {
    const before = this.columnOf(record.id);
    const after = this.columnFor(record.list_id);
    if (before && before === after && !place) { before.update(record); return; }
    if (!before && !after) return;
    const focused = document.activeElement?.closest?.(".card")?.dataset.id === record.id;
    before?.remove(record.id);
    after?.insert(record, place ?? { position: before ? "last" : "first" });
    if (focused) after?.cards.get(record.id)?.focus({ preventScroll: false });
  }

  onLive(kind, id, record) {
    if (kind === "changed" && record) {
      const column = this.columnOf(id);
      const moved = column && column.list.id !== record.list_id;
      if (moved || String(column?.find(id)?.position) !== String(record.position)) this.reread(record);
      else column?.update(record);
      this.columnOf(id)?.flash(id);
      this.tallySoon();
    } else if (kind === "deleted") {
      this.columnOf(id)?.remove(id);
      this.tallySoon();
    } else {
      clearTimeout(this.rereading);
      this.rereading = setTimeout(() => { this.tally(); for (const column of this.columns) column.reload(); }, 200);
    }
  }

  /** A card that somebody else moved: put it between its neighbours by their positions. */
  reread(record) {
    const column = this.columnFor(record.list_id);
    this.columnOf(record.id)?.remove(record.id);
    if (!column) return;
    const next = this.state.sort ? null : column.records.find((other) => BigInt(other.position) > BigInt(record.position));
    column.insert(record, next ? { before: next.id } : { position: column.next ? null : "last" });
  }

  /** Move a card: optimistic, and back when the server refuses. */
  move(record, list, neighbour) {
    const place = { list_id: list.id, ...neighbour };
    const among = this.columnOf(record.id)?.records ?? [];
    const at = among.findIndex((other) => other.id === record.id);
    const back = list.id !== record.list_id ? null : at > 0 ? { list_id: list.id, after: among[at - 1].id } : among[at + 1] ? { list_id: list.id, before: among[at + 1].id } : null;
    announce(t("“{title}” moved to {list}", { title: record.title, list: list.name }));
    return moveRecord(this.model, record, place, back);
  }

  get movable() { return this.model.can("edit") && this.model.rule("list") === "edit"; }

  onKey(event) {
    const card = event.target.closest?.(".card");
    if (!card || event.target !== card) return;
    const column = this.columnOf(card.dataset.id);
    const at = column.records.findIndex((record) => record.id === card.dataset.id);
    const record = column.records[at];
    const horizontal = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const vertical = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!horizontal && !vertical) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.open(record); }
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!event.altKey) { this.focusNear(column, at, horizontal, vertical); return; }
    if (!this.movable) return;
    if (vertical && !this.state.sort) {
      const other = column.records[at + vertical];
      if (other) this.move(record, column.list, vertical > 0 ? { after: other.id } : { before: other.id });
    } else if (horizontal) {
      const target = this.columns[this.columns.indexOf(column) + horizontal];
      if (target) this.move(record, target.list, { position: "first" });
    }
  }

  focusNear(column, at, horizontal, vertical) {
    if (vertical) { column.cards.get(column.records[at + vertical]?.id)?.focus(); return; }
    for (let index = this.columns.indexOf(column) + horizontal; this.columns[index]; index += horizontal) {
      const { records: found, cards, folded } = this.columns[index];
      if (folded || !found.length) continue;
      cards.get(found[Math.min(at, found.length - 1)].id)?.focus();
      return;
    }
  }

  open(record) { setQuery({ record: record.id }, { replace: false }); }

  /** What stands before and after a card, from list to list; null when it is not here. */
  async neighbours(id) {
    await this.ready;
    const own = this.columnOf(id);
    if (!own) return null;
    if (own.records.at(-1).id === id) await own.more();
    const cards = this.columns.filter((column) => !column.folded || column === own).flatMap((column) => column.records);
    const at = cards.findIndex((record) => record.id === id);
    return { previous: cards[at - 1]?.id, next: cards[at + 1]?.id };
  }

  standing(id) {
    const column = this.columnOf(id);
    if (!column) return null;
    const { filter, sort } = this.queryOf(column.list);
    return { filter, sort, at: column.records.findIndex((record) => record.id === id) };
  }

  reveals(id) { this.columnOf(id)?.cards.get(id)?.scrollIntoView({ block: "nearest", inline: "nearest" }); }

  create() { (this.columnOf(this.focused) ?? this.columns.find((column) => !column.folded))?.addCard(); }
});

