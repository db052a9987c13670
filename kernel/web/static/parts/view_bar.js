// The bar over a view: saved views, search, filter, order, groups, columns, and what makes records.

import { api } from "../core/api.js";
import { confirmed, dialog, field } from "../core/dialog.js";
import { debounce, fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { shortcut } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { menu, picker, popover } from "../core/popover.js";
import { redraw } from "../core/redraw.js";
import { complain, toast } from "../core/toast.js";
import { sentence } from "../filters/tree.js";
import "../filters/builder.js";
import { arrangeColumns } from "./columns_menu.js";

export const GROUPABLE = new Set(["choice", "person", "boolean", "record", "date", "text", "number"]);

define("smalt-view-bar", class extends Part {
  begin(model, state, kind, { create, more }) { Object.assign(this, { model, state, kind, create, more }); }

  connected() {
    this.search = h("input", { type: "search", class: "bar-search", placeholder: t("Find by title"), aria: { label: t("Find by title") }, value: this.state.q });
    const later = debounce(() => this.state.set({ q: this.search.value }), 250);
    this.search.addEventListener("input", later);
    this.search.addEventListener("keydown", (event) => { if (event.key === "Enter") later.now(); if (event.key === "Escape" && this.search.value) { this.search.value = ""; later(); event.stopPropagation(); } });
    this.atEnd(shortcut("/", t("Find by title"), () => this.search.focus(), { group: t("Records") }));
    this.atEnd(shortcut("f", t("Filter"), () => this.openFilter(), { group: t("Records") }));
    this.parts = h("div", { class: "bar-parts" });
    this.sentence = h("div", { class: "bar-sentence", hidden: true });
    fill(this, h("div", { class: "bar-line" }, this.parts, h("span", { class: "grow" }), h("div", { class: "bar-find" }, icon("search", 14), this.search),
      this.model.can("create") ? h("button", { type: "button", class: "primary new-record", title: t("New record"), onClick: (event) => this.create(event.currentTarget) }, icon("plus"), h("span", {}, t("New"))) : null), this.sentence);
    this.draw();
    this.follow(this.state.changed, () => this.draw());
  }

  draw() {
    const { state, model } = this;
    const count = countConditions(state.filter);
    const sorts = state.sorts.length;
    if (document.activeElement !== this.search) this.search.value = state.q;
    const tool = (picture, label, on, run) => h("button", { type: "button", class: ["tool", on && "on"], aria: { haspopup: "dialog" }, onClick: (event) => run(event.currentTarget) }, picture, h("span", {}, label));
    const views = h("button", { type: "button", class: "tool view-button", aria: { haspopup: "menu" }, onClick: (event) => this.openViews(event.currentTarget) }, icon("layers", 15), h("span", { class: "clip" }, state.view?.name ?? t("All records")), state.differs && state.view ? h("span", { class: "changed-dot", title: t("Changed, not saved") }) : null, icon("chevron-down", 13));
    const groupColumn = state.group ? model.column(state.group) : null;
    const filter = tool(icon("list-filter", 15), count ? t("Filter: {count}", { count }) : t("Filter"), count > 0, () => this.openFilter());
    redraw(this.parts, () => fill(this.parts, views, filter,
      this.kind === "calendar" ? null : tool(icon("arrow-up-down", 15), sorts ? t("Order: {count}", { count: sorts }) : t("Order"), sorts > 0, (anchor) => this.openSort(anchor)),
      this.kind === "grid" ? tool(icon("rows-3", 15), groupColumn ? t("Groups: {name}", { name: groupColumn.name }) : t("Groups"), Boolean(groupColumn), (anchor) => this.openGroup(anchor)) : null,
      tool(icon("columns-3", 15), t("Fields"), false, (anchor) => arrangeColumns(anchor, state)), this.more ? this.more(state, tool) : null));
    this.sentence.hidden = !state.filter;
    if (state.filter) fill(this.sentence, h("span", { class: "clip" }, h("b", {}, `${t("Showing")}: `), sentence(state.filter, model)), h("button", { type: "button", class: "link", onClick: () => state.set({ filter: null }) }, t("Clear filter")));
  }

  openFilter() {
    const builder = h("smalt-filter-builder").begin(this.model, this.state.filter);
    builder.addEventListener("filter", (event) => this.state.set({ filter: event.detail }));
    popover(this.parts.children[1], builder, { className: "filter-popover", label: t("Filter") });
  }

  openGroup(anchor) {
    const options = this.model.columns.filter((column) => column.sortable && GROUPABLE.has(column.kind) && column.key !== "title").map((column) => ({ value: column.key, label: column.name }));
    picker(anchor, { label: t("Groups"), options, chosen: new Set(this.state.group ? [this.state.group] : []), clear: true, onChoose: (key) => this.state.set({ group: key }) });
  }

  openSort(anchor) {
    const box = h("div", { class: "sort-box" });
    const opened = popover(anchor, box, { label: t("Order") });
    const write = (sorts) => { this.state.set({ sort: sorts.map((s) => (s.descending ? "-" : "") + s.key).join(",") }); draw(); };
    const draw = () => {
      const { sorts } = this.state;
      fill(box, sorts.map((sort, index) => h("div", { class: "sort-line" },
        h("span", { class: "grow" }, this.model.column(sort.key)?.name ?? sort.key),
        h("select", { aria: { label: t("Direction") }, onChange: (event) => { sort.descending = event.target.value === "down"; write(sorts); } }, h("option", { value: "up", selected: !sort.descending }, t("upwards")), h("option", { value: "down", selected: sort.descending }, t("downwards"))),
        h("button", { type: "button", class: "icon-button", aria: { label: t("Remove") }, onClick: () => write(sorts.filter((_, i) => i !== index)) }, icon("x", 14)))),
      h("button", { type: "button", class: "plain", onClick: (event) => picker(event.currentTarget, { label: t("Field"), options: this.model.columns.filter((column) => column.sortable && !sorts.some((s) => s.key === column.key)).map((column) => ({ value: column.key, label: column.name })), onChoose: (key) => write([...sorts, { key, descending: false }]) }) }, icon("plus", 14), t("Order by a field")));
      opened.reposition();
    };
    draw();
    box.querySelector("button, select")?.focus();
  }

  openViews(anchor) {
    const { state, model } = this;
    const views = state.views.filter((view) => view.kind === this.kind);
    menu(anchor, [
      { label: t("All records"), checked: !state.view, run: () => state.openView(null) },
      ...views.map((view) => ({ label: view.name, checked: state.view?.id === view.id, hint: view.shared ? t("shared") : "", run: () => state.openView(view.id) })),
      "-",
      state.view?.editable && state.differs ? { label: t("Save the changes to “{name}”", { name: state.view.name }), icon: icon("save"), run: () => this.save(state.view) } : null,
      { label: t("Save as a new view …"), icon: icon("bookmark-plus"), run: () => this.saveNew() },
      state.differs ? { label: t("Back to how it was"), icon: icon("rotate-ccw"), run: () => state.openView(state.view?.id ?? null) } : null,
      state.view?.editable ? { label: t("Delete “{name}”", { name: state.view.name }), icon: icon("trash-2"), danger: true, run: () => this.remove(state.view) } : null,
    ], { label: t("Views of {name}", { name: model.name }) });
  }

  content() {
    const { state } = this;
    const fields = state.columns.map((column) => ({ field: column.key, width: this.kind === "grid" ? Math.round(state.widthOf(column)) : null }));
    return { filter: state.filter, sort: state.sort || null, group: state.group, ...(this.kind === "grid" ? { fields } : {}), ...(this.kind === "board" ? { card_fields: state.columns.map((column) => column.key).filter((key) => key !== "title") } : {}), ...(this.kind === "calendar" ? { date_field: state.date } : {}) };
  }

  saveNew() {
    const name = field(t("Name"), h("input", { type: "text", autofocus: true, maxlength: 200 }));
    const shared = h("input", { type: "checkbox" });
    dialog({
      title: t("Save as a new view"), body: h("div", { class: "stack" }, name, this.model.can("configure") ? h("label", { class: "check-line" }, shared, t("For everybody in this project")) : null),
      actions: [{ label: t("Cancel"), run: (close) => close() }, {
        label: t("Save"), kind: "primary", submit: true,
        run: async (close) => {
          const made = await api.post(`${this.model.path}/views`, { name: name.input.value, kind: this.kind, shared: shared.checked, ...this.content() });
          this.state.views.push(made);
          close();
          this.state.openView(made.id);
          this.draw();
        },
      }],
    });
  }

  async save(view) {
    try {
      const after = await api.patch(`${this.model.path}/views/${view.id}`, this.content());
      Object.assign(view, after);
      this.state.openView(view.id);
      this.draw();
      toast(t("Saved."), { kind: "good" });
    } catch (error) { complain(error); }
  }

  async remove(view) {
    if (!await confirmed({ title: t("Delete this view?"), text: t("The records stay as they are."), action: t("Delete"), danger: true })) return;
    try {
      await api.delete(`${this.model.path}/views/${view.id}`);
      this.state.views.splice(this.state.views.indexOf(view), 1);
      this.state.openView(null);
      this.draw();
    } catch (error) { complain(error); }
  }
});

function countConditions(filter) {
  if (!filter) return 0;
  if (typeof filter === "string") return 1;
  const inside = filter.all || filter.any;
  return inside ? inside.reduce((sum, node) => sum + countConditions(node), 0) : 1;
}

