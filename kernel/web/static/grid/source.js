// The rows of a grid: sections of records, read in blocks as they come into sight.

import { aborted } from "../core/api.js";
import { complain } from "../core/toast.js";
import { aggregate, query } from "../data/records.js";
import { both } from "../filters/tree.js";
import { conditionOf, groupTerm } from "./groups.js";

export const BLOCK = 100;
const KEPT = 60; // blocks in memory; those not looked at longest go first

export class RowSource extends EventTarget {
  #waiting = new Map();
  #timer = 0;
  #round = 0;

  constructor(model, state) {
    super();
    this.model = model;
    this.state = state;
    this.sections = [];
    this.total = null;
    this.collapsed = new Set();
  }

  /** Begin anew with the state's filter, order and groups; resolves when the first rows are there. */
  async begin() {
    this.stop();
    const round = ++this.#round;
    const condition = this.state.condition;
    try {
      const sections = this.state.group ? await this.#groups(condition) : [await this.#whole(condition)];
      if (round !== this.#round) return;
      this.sections = sections;
      this.total = sections.reduce((sum, section) => sum + section.count, 0);
      this.trouble = null;
      this.#layout();
    } catch (error) {
      if (round !== this.#round || aborted(error)) return;
      this.sections = [];
      this.total = 0;
      this.trouble = error;
      this.#layout();
    }
    this.#tell();
  }

  stop() {
    clearTimeout(this.#timer);
    for (const waiting of this.#waiting.values()) waiting.abort();
    this.#waiting.clear();
  }

  async #whole(condition) {
    const section = { key: "", filter: condition, count: 0, blocks: new Map() };
    const page = await query(this.model, this.#body(section, 0, true));
    section.count = page.total;
    section.blocks.set(0, { records: page.items, next: page.next, at: performance.now() });
    return section;
  }

  async #groups(condition) {
    const column = this.model.column(this.state.group);
    const numeric = this.state.columns.filter((c) => c.numeric && !c.many);
    const measures = { count: { function: "count" }, ...Object.fromEntries(numeric.map((c) => [c.key, { function: "sum", field: c.key }])) };
    const found = await aggregate(this.model, { filter: condition, group_by: [groupTerm(column)], measures, limit: 1000 });
    return found.items.map((item) => {
      const value = Object.values(item.group)[0];
      const { count, ...sums } = item.measures;
      const key = JSON.stringify(value);
      return { key, value, column, sums, mixed: item.warnings?.map((warning) => warning.measure) ?? [], count, filter: both(condition, conditionOf(column, value)), blocks: new Map() };
    });
  }

  #body(section, block, count = false) {
    const before = section.blocks.get(block - 1);
    const place = before?.next ? { cursor: before.next } : block ? { offset: block * BLOCK } : {};
    return { filter: section.filter ?? undefined, sort: this.state.sort || undefined, fields: this.state.columns.map((column) => column.key), limit: BLOCK, count, ...place };
  }

  /** Where each section begins among the rows; a grouped one has a row of its own before its records. */
  #layout() {
    const grouped = Boolean(this.state.group);
    let at = 0;
    for (const section of this.sections) {
      section.start = at;
      section.head = grouped ? 1 : 0;
      section.rows = this.collapsed.has(section.key) ? 0 : section.count;
      at += section.head + section.rows;
    }
    this.length = at;
  }

  length = 0;

  toggle(section) {
    if (!this.collapsed.delete(section.key)) this.collapsed.add(section.key);
    this.#layout();
    this.#tell();
  }

  /** What stands at a row: `{group}` or `{record, section, offset}`; the record is null while it is read. */
  at(index) {
    const section = this.#sectionAt(index);
    if (!section) return null;
    const offset = index - section.start - section.head;
    if (offset < 0) return { group: section };
    const block = section.blocks.get(Math.floor(offset / BLOCK));
    return { section, offset, record: block?.records?.[offset % BLOCK] ?? null };
  }

  #sectionAt(index) {
    let low = 0;
    let high = this.sections.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const section = this.sections[middle];
      if (index < section.start) high = middle - 1;
      else if (index >= section.start + section.head + section.rows) low = middle + 1;
      else return section;
    }
    return null;
  }

  /** See to it that these rows are read, soon; what is no longer wanted is given up. */
  want(first, last) {
    const wanted = [];
    for (let index = Math.max(0, first); index <= Math.min(last, this.length - 1);) {
      const section = this.#sectionAt(index);
      if (!section) break;
      const offset = index - section.start - section.head;
      if (offset < 0) { index += 1; continue; }
      const block = Math.floor(offset / BLOCK);
      const known = section.blocks.get(block);
      if (known?.records) known.at = performance.now();
      else wanted.push([section, block]);
      index = section.start + section.head + Math.min(section.rows, (block + 1) * BLOCK);
    }
    clearTimeout(this.#timer);
    if (!wanted.length) return;
    this.#timer = setTimeout(() => this.#read(wanted), this.#waiting.size ? 60 : 0);
  }

  /** Read these rows now; resolves when they are there. */
  async read(first, last) {
    const wanted = new Map();
    for (let index = first; index <= last; index += 1) {
      const row = this.at(index);
      if (row && !row.group && !row.record) wanted.set(`${row.section.key}#${Math.floor(row.offset / BLOCK)}`, [row.section, Math.floor(row.offset / BLOCK)]);
    }
    await Promise.all([...wanted.values()].map(([section, block]) => this.#load(section, block)));
  }

  #read(wanted) {
    const keys = new Set(wanted.map(([section, block]) => `${section.key}#${block}`));
    for (const [key, waiting] of this.#waiting) {
      if (!keys.has(key)) { waiting.abort(); this.#waiting.delete(key); }
    }
    for (const [section, block] of wanted) if (!this.#waiting.has(`${section.key}#${block}`)) this.#load(section, block);
  }

  async #load(section, block) {
    const key = `${section.key}#${block}`;
    const stop = new AbortController();
    const round = this.#round;
    this.#waiting.set(key, stop);
    try {
      const page = await query(this.model, this.#body(section, block), { signal: stop.signal });
      if (round !== this.#round) return;
      section.blocks.set(block, { records: page.items, next: page.next, at: performance.now() });
      this.#forget(section);
      this.#tell();
    } catch (error) {
      complain(error);
    } finally {
      if (this.#waiting.get(key) === stop) this.#waiting.delete(key);
    }
  }

  #forget(section) {
    if (section.blocks.size <= KEPT) return;
    const oldest = [...section.blocks].sort((a, b) => a[1].at - b[1].at).slice(0, section.blocks.size - KEPT);
    for (const [block] of oldest) section.blocks.delete(block);
  }

  /** The loaded record with an id and its row, or null. */
  find(id) {
    for (const section of this.sections) {
      for (const [block, { records }] of section.blocks) {
        const place = records.findIndex((record) => record.id === id);
        if (place >= 0) return { record: records[place], row: section.start + section.head + block * BLOCK + place, put: (next) => { records[place] = next; } };
      }
    }
    return null;
  }

  /** Put a changed record in the place of what is shown of it. */
  update(record) {
    const found = this.find(record.id);
    if (!found) return false;
    found.put(record);
    this.#tell();
    return true;
  }

  #tell() { this.dispatchEvent(new Event("rows")); }
}
