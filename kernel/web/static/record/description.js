// The description: Markdown, read as it is meant and written as it is.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { patchRecord } from "../data/records.js";
import { markdown } from "./markdown.js";

export class Description {
  constructor(view) {
    this.view = view;
    this.column = view.model.column("description");
    this.box = h("div", { class: "description" });
    this.element = h("section", { class: "record-section" }, h("div", { class: "section-head" }, h("h2", {}, t("Description"))), this.box);
    this.draw();
  }

  update() { if (!this.editing && this.drawn !== this.view.record.description) this.draw(); }

  draw() {
    const text = this.view.record.description;
    this.drawn = text;
    const shown = text ? markdown(text) : h("span", { class: "soft" }, this.column.editable ? t("Add a description …") : "—");
    if (!this.column.editable) { fill(this.box, shown); return; }
    const target = h("div", { class: "edit-target prose-target", onClick: (event) => { if (!event.target.closest("a")) this.edit(); } }, shown, h("button", { type: "button", class: "edit-button", aria: { label: t("Edit the description") } }, icon("pencil", 12)));
    fill(this.box, target);
  }

  edit() {
    this.editing = true;
    const area = h("textarea", { rows: 8, aria: { label: t("Description") } });
    area.value = this.view.record.description ?? "";
    const end = () => { this.editing = false; this.draw(); this.box.querySelector(".edit-button")?.focus(); };
    const save = () => {
      const text = area.value.trim() ? area.value : null;
      const { model, record } = this.view;
      end();
      if (text === (record.description ?? null)) return;
      patchRecord(model, record, { description: text }, { ...record, description: text }, t("{field} of “{title}”", { field: t("Description"), title: record.title }));
    };
    area.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") { event.preventDefault(); end(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); }
    });
    fill(this.box, area, h("div", { class: "row section-foot" }, h("button", { type: "button", class: "primary", onClick: save }, t("Save")), h("button", { type: "button", class: "plain", onClick: end }, t("Cancel")), h("span", { class: "hint" }, icon("hash", 12), t("Markdown; Ctrl+Enter saves"))));
    area.focus();
  }
}
