// The head of a grid: names, order, widths, and where columns stand.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { menu } from "../core/popover.js";
import { GROUPABLE } from "../parts/view_bar.js";

const STEP = 40;
const DRAG = 6;

export class GridHeader {
  constructor(grid) {
    this.grid = grid;
    this.element = h("div", { class: "grid-head", role: "rowgroup" });
  }

  draw() {
    const { grid } = this;
    const sorts = new Map(grid.state.sorts.map((sort) => [sort.key, sort]));
    const all = h("input", { type: "checkbox", tabindex: "-1", aria: { label: t("Select all that are shown") }, onChange: (event) => grid.bulk.chooseAll(event.target.checked) });
    this.all = all;
    fill(this.element, h("div", { class: "grid-row head", role: "row", aria: { rowindex: 1 } }, h("div", { class: "grid-cell gutter", role: "columnheader" }, all), grid.columns.map((column, index) => this.cell(column, index, sorts.get(column.key)))));
  }

  cell(column, index, sort) {
    const { grid } = this;
    const button = h("button", { type: "button", class: "head-button", tabindex: "-1", title: column.description || column.name, aria: { haspopup: "menu" }, onClick: (event) => { if (!this.moved) this.menu(event.currentTarget, column, index); } }, h("span", { class: "clip" }, column.name), column.computed && !column.builtIn ? icon("sigma", 12) : null, sort ? icon(sort.descending ? "arrow-down" : "arrow-up", 13) : null);
    const edge = h("span", { class: "resize", aria: { hidden: "true" } });
    const cell = h("div", { class: ["grid-cell", column.align === "end" && "align-end"], role: "columnheader", aria: { colindex: index + 2, sort: sort ? (sort.descending ? "descending" : "ascending") : "none" } }, button, edge);
    if (grid.lefts[index] !== null) { cell.classList.add("pinned"); cell.style.left = `${grid.lefts[index]}px`; }
    if (index === grid.pinned - 1) cell.classList.add("pin-edge");
    edge.addEventListener("pointerdown", (event) => this.resize(event, column));
    button.addEventListener("pointerdown", (event) => this.reorder(event, column, index, cell));
    return cell;
  }

  resize(event, column) {
    event.preventDefault();
    event.stopPropagation();
    const { grid } = this;
    const begun = grid.state.widthOf(column);
    const move = (at) => { grid.state.setWidth(column, begun + at.clientX - event.clientX); grid.arrange(); grid.draw(); };
    const end = () => { window.removeEventListener("pointermove", move); window.removeEventListener("pointerup", end); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  }

  reorder(event, column, index, cell) {
    this.moved = false;
    if (event.button || index === 0) return;
    const { grid } = this;
    let target = index;
    const move = (at) => {
      if (!this.moved && Math.abs(at.clientX - event.clientX) < DRAG) return;
      this.moved = true;
      cell.classList.add("dragged");
      const over = document.elementFromPoint(at.clientX, cell.getBoundingClientRect().top + 8)?.closest(".grid-head .grid-cell");
      const cells = [...cell.parentElement.children].slice(1);
      cells.forEach((other) => other.classList.remove("drop-before", "drop-after"));
      const place = cells.indexOf(over);
      if (place > 0) { target = place; over.classList.add(place > index ? "drop-after" : "drop-before"); }
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      cell.classList.remove("dragged");
      if (this.moved && target !== index) this.put(column, target);
      setTimeout(() => { this.moved = false; });
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  }

  put(column, place) {
    const { grid } = this;
    const keys = grid.columns.map((c) => c.key).filter((key) => key !== column.key);
    keys.splice(Math.max(1, place), 0, column.key);
    grid.state.set({ fields: keys.slice(1).join(",") });
  }

  menu(anchor, column, index) {
    const { grid } = this;
    const { state } = grid;
    const width = (step) => { state.setWidth(column, state.widthOf(column) + step); grid.arrange(); grid.draw(); };
    menu(anchor, [
      column.description ? { heading: column.description } : null,
      column.sortable ? { label: t("Order upwards"), icon: icon("arrow-up"), run: () => state.set({ sort: column.key }) } : null,
      column.sortable ? { label: t("Order downwards"), icon: icon("arrow-down"), run: () => state.set({ sort: `-${column.key}` }) } : null,
      column.sortable && GROUPABLE.has(column.kind) && index ? { label: state.group === column.key ? t("Without groups") : t("Group by this"), icon: icon("rows-3"), run: () => state.set({ group: state.group === column.key ? null : column.key }) } : null,
      "-",
      { label: state.pinned === index + 1 ? t("Pin only the title") : t("Pin up to here"), icon: icon("pin"), run: () => { state.pinned = state.pinned === index + 1 ? 1 : index + 1; } },
      index > 1 ? { label: t("Move left"), icon: icon("arrow-left"), run: () => this.put(column, index - 1) } : null,
      index && index < grid.columns.length - 1 ? { label: t("Move right"), icon: icon("arrow-right"), run: () => this.put(column, index + 1) } : null,
      { label: t("Wider"), icon: icon("chevrons-left-right"), keep: true, run: () => width(STEP) },
      { label: t("Narrower"), icon: icon("chevrons-right-left"), keep: true, run: () => width(-STEP) },
      index ? { label: t("Hide"), icon: icon("eye-off"), run: () => state.set({ fields: grid.columns.filter((c) => c !== column).map((c) => c.key).slice(1).join(",") || "title" }) } : null,
    ], { label: column.name });
  }
}
