// One section under a record: a heading that folds it, and what is loaded when it opens.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { complain } from "../core/toast.js";

export class Section {
  constructor(view, key, title, { open = true } = {}) {
    this.view = view;
    this.key = key;
    this.title = title;
    this.count = h("span", { class: "section-count" });
    this.box = h("div", { class: "section-body" });
    this.actions = h("span", { class: "row" });
    this.open = (localStorage.getItem(`smalt.section.${key}`) ?? (open ? "open" : "closed")) === "open";
    this.toggle = h("button", { type: "button", class: "section-toggle", aria: { expanded: String(this.open) }, onClick: () => this.flip() }, icon("chevron-right", 14), h("h2", {}, title), this.count);
    this.element = h("section", { class: ["record-section", this.open && "open"], aria: { label: title } }, h("div", { class: "section-head" }, this.toggle, h("span", { class: "grow" }), this.actions), this.box);
    if (this.open) queueMicrotask(() => this.refresh());
  }

  get path() { return `${this.view.model.path}/records/${this.view.recordId}`; }

  flip() {
    this.open = !this.open;
    localStorage.setItem(`smalt.section.${this.key}`, this.open ? "open" : "closed");
    this.element.classList.toggle("open", this.open);
    this.toggle.setAttribute("aria-expanded", String(this.open));
    if (this.open) this.refresh();
  }

  tally(count) { fill(this.count, count ? String(count) : ""); }

  async refresh() {
    if (!this.open) return;
    try { await this.load(); } catch (error) {
      if (this.view.alive.aborted) return;
      if (error.status === 404) this.element.hidden = true;
      else { complain(error); fill(this.box, h("p", { class: "soft" }, t("This could not be loaded."))); }
    }
  }

  async load() {}
}
