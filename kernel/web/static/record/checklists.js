// Checklists: what is to be done, ticked off in place.

import { api } from "../core/api.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { day, dayOf } from "../core/format.js";
import { drawList } from "../core/redraw.js";
import { remember } from "../core/undo.js";
import { avatar } from "../parts/avatar.js";
import { grip } from "../parts/grip.js";
import { menu, picker, popover } from "../core/popover.js";
import { Section } from "./section.js";

export class Checklists extends Section {
  constructor(view) {
    super(view, "checklists", t("Checklists"));
    this.editable = view.model.can("edit") && view.model.rule("checklists") === "edit";
    if (this.editable) this.actions.append(iconButton(icon("plus", 15), t("New checklist"), () => this.addList()));
  }

  read() { return api.all(`${this.path}/checklists`, {}, { signal: this.view.alive }); }

  draw(lists) {
    const items = lists.flatMap((list) => list.items);
    this.tally(items.length ? `${items.filter((item) => item.done).length}/${items.length}` : 0);
    drawList(this.box, lists, (list) => this.list(list), { none: () => h("p", { class: "soft" }, t("Nothing to tick off yet.")) });
  }

  /** It stays as it is while its items come and go, with what is being typed. */
  list({ id }) {
    const input = h("input", { type: "text", placeholder: t("Add an item"), maxlength: 500 });
    input.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter" || !input.value.trim()) return;
      event.preventDefault();
      const title = input.value.trim();
      input.value = "";
      if (!await this.act(() => api.post(`${this.path}/checklists/${id}/items`, { title }))) input.value ||= title;
    });
    const head = h("div", { class: "row" });
    const items = h("ul", {});
    const update = (list) => {
      input.setAttribute("aria-label", t("New item of {name}", { name: list.name }));
      fill(head, h("strong", {}, list.name), h("progress", { max: Math.max(1, list.items.length), value: list.done, aria: { label: t("Done: {done} of {count}", { done: list.done, count: list.items.length }) } }), h("span", { class: "grow" }), this.editable ? iconButton(icon("trash-2", 14), t("Remove {name}", { name: list.name }), () => this.remove(list)) : null);
      drawList(items, list.items.map((item) => ({ ...item, position: null })), (item) => this.item(list, item));
    };
    return Object.assign(h("div", { class: "checklist" }, head, items, this.editable ? input : null), { update });
  }

  item(list, item) {
    const path = `${this.path}/checklists/${list.id}/items/${item.id}`;
    const check = h("input", { type: "checkbox", checked: item.done, disabled: !this.editable, aria: { label: item.title }, onChange: async () => { if (!await this.act(() => api.patch(path, { done: check.checked }))) check.checked = item.done; } });
    return h("li", { class: ["check-item", item.done && "done"] },
      this.editable ? grip(`checklist ${list.id}`, item.title, (from, to) => this.act(() => this.move(path, from, to))) : null, check, h("span", { class: "grow" }, item.title), item.assignee ? avatar(item.assignee, 18) : null, item.due_at ? h("span", { class: "soft" }, day(dayOf(item.due_at))) : null,
      this.editable ? iconButton(icon("ellipsis", 14), t("More for {name}", { name: item.title }), (event) => this.more(event.currentTarget, path, item)) : null);
  }

  async move(path, from, to) {
    await api.patch(path, { position: to });
    remember(t("Item moved"), async () => { await this.move(path, to, from); this.refresh(); });
  }

  more(anchor, path, item) {
    menu(anchor, [
      { label: t("Assign"), icon: icon("user-plus"), run: () => picker(anchor, { label: t("Assign"), clear: true, chosen: new Set(item.assignee ? [item.assignee.id] : []), options: this.view.model.people.map((person) => ({ value: person.id, label: person.name, icon: avatar(person, 18) })), onChoose: (id) => this.act(() => api.patch(path, { assignee: id })) }) },
      { label: t("Due"), icon: icon("calendar"), run: () => this.askDue(anchor, path, item) },
      { label: t("Remove"), icon: icon("trash-2"), danger: true, run: () => this.act(async () => { await api.delete(path); remember(t("Item removed"), async () => { await api.post(`${path}/restore`); this.refresh(); return null; }, { tell: true }); }) },
    ]);
  }

  askDue(anchor, path, item) {
    const input = h("input", { type: "date", value: item.due_at ? dayOf(item.due_at) : "", aria: { label: t("Due") } });
    const form = h("form", { class: "range-editor" }, input, h("button", { type: "submit", class: "primary" }, t("Save")));
    const opened = popover(anchor, form, { label: t("Due") });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      opened.close();
      this.act(() => api.patch(path, { due_at: input.value || null }));
    });
  }

  addList() { this.act(() => api.post(`${this.path}/checklists`, { name: t("Checklist") })); }

  remove(list) {
    const path = `${this.path}/checklists/${list.id}`;
    this.act(async () => {
      await api.delete(path);
      remember(t("Checklist removed"), async () => { await api.post(`${path}/restore`); this.refresh(); return null; }, { tell: true });
    });
  }
}
