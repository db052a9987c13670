// What happened to a record, each change with its undoing.

import { api } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { ago, moment } from "../core/format.js";
import { drawList } from "../core/redraw.js";
import { complain, toast } from "../core/toast.js";
import { isEmpty } from "../data/columns.js";
import { tell } from "../data/records.js";
import { avatar } from "../parts/avatar.js";
import { plain } from "../widgets/registry.js";
import { Section } from "./section.js";

const STEP = 40;
const PAGE = 1000;

export class History extends Section {
  wanted = STEP;

  constructor(view) {
    super(view, "history", t("History"), { open: false });
    this.list = h("ul", { class: "history" });
    this.more = h("button", { type: "button", class: "plain", hidden: true, onClick: () => { this.wanted += STEP; this.refresh(); } }, t("Older changes"));
    fill(this.box, this.list, this.more);
  }

  async read() {
    const items = [];
    let next;
    do {
      const page = await api.get(`${this.path}/history`, { limit: Math.min(PAGE, this.wanted - items.length), cursor: next }, { signal: this.view.alive });
      items.push(...page.items);
      next = page.next;
    } while (next && items.length < this.wanted);
    return { items, more: Boolean(next) };
  }

  draw({ items, more }) {
    drawList(this.list, items, (change) => this.line(change));
    this.more.hidden = !more;
  }

  line(change) {
    const verbs = { "record.created": t("made it"), "record.updated": t("changed it"), "record.moved": t("moved it"), "record.deleted": t("deleted it"), "record.restored": t("brought it back"), "record.reverted": t("took a change back") };
    const { model } = this.view;
    const reversible = model.can("edit") && change.changes.length && change.kind !== "record.created";
    return h("li", { class: "history-line" }, avatar(change.by ?? { name: change.via }, 22), h("div", { class: "grow" },
      h("div", {}, h("strong", {}, change.by?.name ?? change.via), " ", verbs[change.kind] ?? change.kind.replace("record.", "").replaceAll("_", " "), " ", h("span", { class: "soft", title: moment(change.at) }, ago(change.at))),
      change.changes.length && change.kind !== "record.created" ? h("ul", { class: "history-changes" }, change.changes.map((one) => this.change(one))) : null),
    reversible ? h("button", { type: "button", class: "plain small", onClick: () => this.revert(change) }, icon("undo-2", 13), t("Undo")) : null);
  }

  change({ field, from, to }) {
    const column = this.view.model.column(field);
    const words = (value) => {
      if (isEmpty(value)) return h("span", { class: "soft" }, t("empty"));
      try { return h("span", {}, column ? column.drawer.text(value, column) : plain(value)); } catch { return h("span", {}, plain(value)); }
    };
    return h("li", {}, h("span", { class: "soft" }, `${column?.name ?? field}: `), words(from), " → ", words(to));
  }

  async revert(change) {
    const { model } = this.view;
    try {
      const record = model.adopt(await api.post(`${this.path}/history/${change.id}/revert`));
      tell("changed", model, record);
      toast(t("The change was taken back."), { kind: "good" });
    } catch (error) { complain(error); }
    this.refresh();
  }
}
