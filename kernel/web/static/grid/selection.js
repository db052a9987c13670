// What is chosen in a grid: the active cell, the range from it, and whole records by their ids.

import { freshId } from "../core/dom.js";
import { Signal } from "../core/signal.js";

export class Selection {
  constructor(grid) {
    this.grid = grid;
    this.active = { row: 0, column: 0 };
    this.anchor = { row: 0, column: 0 };
    this.ids = new Set();
    this.everything = false;
    this.changed = new Signal(0);
    this.cellId = freshId("cell");
  }

  clear() {
    this.active = { row: 0, column: 0 };
    this.anchor = { row: 0, column: 0 };
    this.unselect();
  }

  /** The rectangle between anchor and active cell. */
  get range() {
    const { active, anchor } = this;
    return { top: Math.min(active.row, anchor.row), bottom: Math.max(active.row, anchor.row), left: Math.min(active.column, anchor.column), right: Math.max(active.column, anchor.column) };
  }

  get isRange() { return this.active.row !== this.anchor.row || this.active.column !== this.anchor.column; }

  to(row, column, { extend = false } = {}) {
    const { grid } = this;
    const rows = grid.source.length;
    if (!rows) return;
    this.active = { row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(grid.columns.length - 1, column)) };
    if (!extend) this.anchor = this.active;
    grid.reveal(this.active.row, this.active.column);
    grid.draw();
  }

  /** Rows have come or gone: what is active goes with its record, without scrolling. */
  stay(id) {
    const found = this.grid.source.find(id);
    if (!found) return;
    const by = found.row - this.active.row;
    const { active, anchor } = this;
    this.active = { ...active, row: active.row + by };
    this.anchor = { ...anchor, row: Math.max(0, anchor.row + by) };
  }

  step(rows, columns, options = {}) {
    let { row, column } = this.active;
    column += columns;
    if (columns && !options.extend && column >= this.grid.columns.length && row < this.grid.source.length - 1) { column = 0; row += 1; }
    if (columns && !options.extend && column < 0 && row > 0) { column = this.grid.columns.length - 1; row -= 1; }
    row += rows;
    this.to(row, column, options);
  }

  /** Mark what is chosen on the elements that stand for it. */
  show() {
    const { grid, range } = this;
    for (const marked of grid.body.querySelectorAll(".active, .ranged")) {
      marked.classList.remove("active", "ranged");
      if (marked.id === this.cellId) marked.removeAttribute("id");
    }
    grid.scroller.removeAttribute("aria-activedescendant");
    if (!grid.source.length) return;
    if (this.isRange) {
      for (const [index, row] of grid.rows) {
        if (index < range.top || index > range.bottom) continue;
        for (let column = range.left; column <= range.right; column += 1) row.children[column + 1]?.classList.add("ranged");
      }
    }
    const cell = grid.cell(this.active.row, this.active.column);
    if (!cell) return;
    cell.classList.add("active");
    cell.id = this.cellId;
    grid.scroller.setAttribute("aria-activedescendant", this.cellId);
  }

  toggle(id, on = !this.ids.has(id)) {
    if (on) this.ids.add(id);
    else this.ids.delete(id);
    this.everything = false;
    this.tell();
  }

  unselect() {
    this.ids.clear();
    this.everything = false;
    this.tell();
  }

  tell() {
    this.changed.value += 1;
    if (this.grid.isConnected && this.grid.rows) this.grid.draw();
  }
}
