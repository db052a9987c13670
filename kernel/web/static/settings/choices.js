// Lists and tags of a project: names, colors, order.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { drawList, newest, redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { grip } from "../parts/grip.js";
import { emptyState } from "../parts/empty.js";
import { COLORS, colorSelect, heading, tried } from "./part.js";

const words = {
  lists: () => ({ title: t("Lists"), text: t("The steps that records go through, in their order."), add: t("New list"), none: t("No lists yet"), hint: t("Add the steps of your process, such as To do and Done."), remove: t("Its records keep their values and wait in the trash with it until it comes back.") }),
  tags: () => ({ title: t("Tags"), text: t("What records are about; each may have several."), add: t("New tag"), none: t("No tags yet"), hint: t("Tags sort records by topic, across lists."), remove: t("Records lose it until it comes back from the trash.") }),
};

define("smalt-choices", class extends Part {
  begin(model, kind) { Object.assign(this, { model, kind, items: model[kind], newest: newest() }); }

  get path() { return `${this.model.path}/${this.kind}`; }

  connected() {
    const say = words[this.kind]();
    const name = h("input", { type: "text", placeholder: say.add, aria: { label: say.add }, maxlength: 200 });
    const form = h("form", { class: "add-line" }, name, h("button", { type: "submit", class: "primary" }, icon("plus"), t("Add")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!name.value.trim()) return;
      const done = await tried(this.model, () => api.post(this.path, { name: name.value.trim(), color: COLORS[(this.items.length * 3 + 2) % COLORS.length] }), null);
      if (!done) return;
      name.value = "";
      this.reload();
    });
    this.list = h("ul", { class: "choice-list" });
    this.none = () => h("li", {}, emptyState(this.kind === "lists" ? icon("square-kanban", 26) : icon("tags", 26), say.none, say.hint));
    fill(this, heading(say.title, say.text), this.list, form);
    this.draw();
  }

  draw() { redraw(this.list, () => drawList(this.list, this.items.map((item) => ({ ...item, position: null })), (item) => this.line(item), { none: this.none })); }

  line(item) {
    const name = h("input", { type: "text", value: item.name, aria: { label: t("Name of {name}", { name: item.name }) }, maxlength: 200 });
    name.addEventListener("change", async () => { if (!await tried(this.model, () => api.patch(`${this.path}/${item.id}`, { name: name.value }))) name.value = item.name; else this.reload(); });
    const move = async (from, to) => { if (await tried(this.model, () => api.patch(`${this.path}/${item.id}`, { position: to }), null)) await this.reload(); else this.draw(); };
    return h("li", { class: "choice-line" },
      grip(this.kind, item.name, move),
      colorSelect(item.color, (color) => tried(this.model, () => api.patch(`${this.path}/${item.id}`, { color }), null), t("Color of {name}", { name: item.name })), name,
      iconButton(icon("trash-2", 15), t("Delete {name}", { name: item.name }), () => this.removeItem(item)));
  }

  async removeItem(item) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: item.name }), text: words[this.kind]().remove, action: t("Delete"), danger: true })) return;
    if (await tried(this.model, () => api.delete(`${this.path}/${item.id}`), t("It is in the trash now."))) this.reload();
  }

  async reload() {
    try {
      const items = await this.newest(api.all(this.path, {}, { signal: this.alive }));
      if (!items) return;
      this.items = items;
      this.draw();
    } catch (error) { complain(error); }
  }
});

const make = (model, kind) => { const part = h("smalt-choices"); part.begin(model, kind); return part; };

export const lists = (model) => make(model, "lists");
export const tags = (model) => make(model, "tags");
