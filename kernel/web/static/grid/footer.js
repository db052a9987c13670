// The foot of a grid: how many records, and the sums of their numbers.

import { debounce, fill, h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import * as format from "../core/format.js";
import { aggregate } from "../data/records.js";

export class GridFooter {
  constructor(grid) {
    this.grid = grid;
    this.element = h("div", { class: "grid-foot", role: "rowgroup" });
    this.soon = debounce(() => { if (grid.isConnected) this.draw(); }, 400);
  }

  async draw() {
    const { grid } = this;
    const { columns, source } = grid;
    const numeric = columns.filter((column) => column.numeric && !column.many && column.sortable);
    const cells = columns.map((column, index) => {
      const cell = h("div", { class: ["grid-cell", column.align === "end" && "align-end"], role: "gridcell" });
      if (grid.lefts[index] !== null) { cell.classList.add("pinned"); cell.style.left = `${grid.lefts[index]}px`; }
      return cell;
    });
    fill(cells[0], source.total === null ? "" : n("{count} record", "{count} records", source.total));
    if (source.total && numeric.length) {
      try {
        const measures = Object.fromEntries(numeric.map((column) => [column.key, { function: "sum", field: column.key }]));
        const found = await aggregate(grid.model, { filter: grid.state.condition ?? undefined, measures });
        const [item] = found.items;
        for (const column of numeric) {
          const sum = item.measures[column.key];
          const mixed = item.warnings?.some((warning) => warning.measure === column.key);
          const text = sum === null ? (mixed ? t("several currencies") : "") : column.kind === "money" ? format.money(sum) : column.drawer.text(sum, column);
          if (text) fill(cells[columns.indexOf(column)], h("span", { class: "clip", title: t("Sum: {value}", { value: text }) }, h("span", { class: "sum-sign", aria: { hidden: "true" } }, "Σ "), h("span", { class: "visually-hidden" }, `${t("Sum")} `), text));
        }
      } catch { /* sums are no reason to complain */ }
    }
    if (columns !== grid.columns && columns.length !== grid.columns.length) return;
    fill(this.element, h("div", { class: "grid-row foot", role: "row" }, h("div", { class: "grid-cell gutter", role: "gridcell" }), cells));
  }
}
