// What can be done with the records that are selected.

import { confirmed, dialog } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { picker } from "../core/popover.js";
import { complain } from "../core/toast.js";
import { query, writeMany } from "../data/records.js";
import { pill } from "../widgets/choices.js";
import { avatar } from "../parts/avatar.js";
import { openEditor } from "../parts/edit_value.js";

const MOST = 10_000;

export class BulkBar {
  constructor(grid) {
    this.grid = grid;
    this.element = h("div", { class: "bulk-bar", role: "toolbar", hidden: true, aria: { label: t("Selected records") } });
    grid.selection.changed.watch(() => this.draw());
  }

  draw() {
    const { grid } = this;
    const { selection, model, source } = grid;
    const count = selection.ids.size;
    this.element.hidden = !count;
    if (grid.header?.all) { grid.header.all.checked = count > 0 && count >= (source.total ?? 0); grid.header.all.indeterminate = count > 0 && count < (source.total ?? 0); }
    if (!count) return;
    const act = (picture, label, run, danger) => h("button", { type: "button", class: danger ? "plain danger-text" : "plain", onClick: (event) => run(event.currentTarget) }, picture, h("span", {}, label));
    fill(this.element, h("strong", {}, n("{count} selected", "{count} selected", count)),
      source.total > count && count < MOST ? h("button", { type: "button", class: "link", onClick: () => this.chooseAll(true) }, t("Select all {count}", { count: Math.min(source.total, MOST) })) : null,
      model.can("edit") && model.column("list")?.editable ? act(icon("square-kanban", 15), t("Move to"), (anchor) => this.move(anchor)) : null,
      model.column("tags")?.editable ? act(icon("tag", 15), t("Tag"), (anchor) => this.tag(anchor)) : null,
      model.column("assignees")?.editable ? act(icon("user-plus", 15), t("Assign"), (anchor) => this.assign(anchor)) : null,
      model.can("edit") ? act(icon("pencil", 15), t("Set a field"), (anchor) => this.setField(anchor)) : null,
      model.can("delete") ? act(icon("trash-2", 15), t("Delete"), () => this.remove(), true) : null,
      iconButton(icon("x"), t("Clear the selection"), () => selection.unselect()));
  }

  async chooseAll(on) {
    const { grid } = this;
    if (!on) { grid.selection.unselect(); return; }
    try {
      let cursor;
      do {
        const page = await query(grid.model, { filter: grid.state.condition ?? undefined, sort: grid.state.sort || undefined, fields: ["title"], limit: 1000, cursor });
        page.items.forEach((record) => grid.selection.ids.add(record.id));
        cursor = page.next;
      } while (cursor && grid.selection.ids.size < MOST);
      grid.selection.tell();
    } catch (error) { complain(error); }
  }

  get ids() { return [...this.grid.selection.ids]; }

  async write(changes, label) {
    try {
      await writeMany(this.grid.model, { update: this.ids.map((id) => ({ id, ...(typeof changes === "function" ? changes(id) : changes) })) }, label);
    } catch (error) { complain(error); }
  }

  move(anchor) {
    const { lists } = this.grid.model;
    picker(anchor, { label: t("Move to"), options: lists.map((list) => ({ value: list.id, label: list.name, draw: () => pill(list) })), onChoose: (id) => this.write({ list: id }) });
  }

  tag(anchor) {
    const { tags } = this.grid.model;
    picker(anchor, { label: t("Tag"), options: tags.map((tag) => ({ value: tag.id, label: tag.name, draw: () => pill(tag) })), onChoose: (id) => this.addTo("tags", id) });
  }

  assign(anchor) {
    const { people } = this.grid.model;
    picker(anchor, { label: t("Assign"), options: people.map((person) => ({ value: person.id, label: person.name, icon: avatar(person, 18) })), onChoose: (id) => this.addTo("assignees", id) });
  }

  /** Add to what each record has; so what they have is read first. */
  async addTo(member, id) {
    try {
      const has = new Map();
      for (let at = 0; at < this.ids.length; at += 500) {
        const page = await query(this.grid.model, { filter: { field: "id", op: "in", value: this.ids.slice(at, at + 500) }, fields: [member], limit: 1000 });
        for (const record of page.items) has.set(record.id, record[member].map((item) => item.id));
      }
      await this.write((record) => ({ [member]: [...new Set([...(has.get(record) ?? []), id])] }));
    } catch (error) { complain(error); }
  }

  setField(anchor) {
    const { model } = this.grid;
    const usable = model.columns.filter((column) => column.editable && column.drawer.edit && column.key !== "title");
    picker(anchor, { label: t("Field"), options: usable.map((column) => ({ value: column.key, label: column.name })), onChoose: (key) => this.askValue(model.column(key)) });
  }

  askValue(column) {
    let input = column.many ? [] : null;
    const cell = h("div", { class: "value-box", tabindex: "0", role: "button", aria: { label: column.name } }, h("span", { class: "soft" }, t("empty")));
    const holder = h("div", { class: "value-holder" }, cell);
    const edit = () => openEditor({
      cell, host: holder, model: this.grid.model, record: { id: "", title: "", fields: {} }, column, initial: null,
      done: (shown, value) => { input = value; fill(cell, shown === null ? h("span", { class: "soft" }, t("empty")) : column.drawer.draw(shown, column, { roomy: true })); cell.focus(); }, cancelled: () => cell.focus(),
    });
    cell.addEventListener("click", edit);
    cell.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); edit(); } });
    dialog({
      title: t("Set {field} of {count} records", { field: column.name, count: this.ids.length }), body: holder,
      actions: [{ label: t("Cancel"), run: (close) => close() }, { label: t("Set"), kind: "primary", submit: true, run: async (close) => { close(); await this.write(column.input(input)); } }],
    });
  }

  async remove() {
    const { ids, grid } = this;
    if (ids.length > 20 && !await confirmed({ title: n("Delete {count} record?", "Delete {count} records?", ids.length), text: t("They go to the trash, from where they can come back."), action: t("Delete"), danger: true })) return;
    try {
      await writeMany(grid.model, { delete: ids }, n("{count} record deleted", "{count} records deleted", ids.length));
      grid.selection.unselect();
    } catch (error) { complain(error); }
  }
}
