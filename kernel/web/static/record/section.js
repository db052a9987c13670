// One section under a record: a heading that folds it, and what is loaded when it opens.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { newest, redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { whileWriting } from "../core/undo.js";

/** `read()` resolves to what `draw(answer)` shows. */
export class Section {
  newest = newest();
  acting = Promise.resolve();

  constructor(view, key, title, { open = true } = {}) {
    this.view = view;
    this.key = key;
    this.title = title;
    this.count = h("span", { class: "section-count" });
    this.box = h("div", { class: "section-body" });
    this.trouble = h("p", { class: "section-body soft", hidden: true }, t("This could not be loaded."));
    this.actions = h("span", { class: "row" });
    this.open = (localStorage.getItem(`smalt.section.${key}`) ?? (open ? "open" : "closed")) === "open";
    this.toggle = h("button", { type: "button", class: "section-toggle", aria: { expanded: String(this.open) }, onClick: () => this.flip() }, icon("chevron-right", 14), h("h2", {}, title), this.count);
    this.element = h("section", { class: ["record-section", this.open && "open"], aria: { label: title } }, h("div", { class: "section-head" }, this.toggle, h("span", { class: "grow" }), this.actions), this.trouble, this.box);
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
    try {
      const answer = await this.newest(this.read());
      if (!answer) return;
      this.trouble.hidden = true;
      redraw(this.box, () => this.show(answer));
    } catch (error) {
      if (this.view.alive.aborted) return;
      if (error.status === 404) this.element.hidden = true;
      else { complain(error); this.trouble.hidden = Boolean(this.answer); }
    }
  }

  /** What is shown already is not drawn again. */
  show(answer = this.answer) {
    const text = JSON.stringify(answer);
    if (text === this.text) return;
    Object.assign(this, { answer, text });
    this.draw(answer);
  }

  /** Do it, one after another, and show what came of it; resolves to whether it was done. */
  act(run) {
    const done = this.acting.then(async () => {
      const good = await run().then(() => true, (error) => { complain(error); this.text = null; return false; });
      await this.refresh();
      return good;
    });
    this.acting = done;
    return whileWriting(done);
  }
}
