// What waits for this record, and what it waits for.

import { api } from "../core/api.js";
import { h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { picker } from "../core/popover.js";
import { drawList } from "../core/redraw.js";
import { projects } from "../core/session.js";
import { Section } from "./section.js";

export class Dependencies extends Section {
  constructor(view) {
    super(view, "dependencies", t("Dependencies"), { open: false });
    this.editable = view.model.can("edit") && view.model.rule("dependencies") === "edit";
    if (this.editable) {
      this.actions.append(h("button", { type: "button", class: "plain small", onClick: (event) => this.add(event.currentTarget, "blocked_by") }, icon("plus", 13), t("Waits for")), h("button", { type: "button", class: "plain small", onClick: (event) => this.add(event.currentTarget, "blocks") }, icon("plus", 13), t("Blocks")));
    }
  }

  read() { return api.all(`${this.path}/dependencies`, {}, { signal: this.view.alive }); }

  draw(found) {
    this.tally(found.length);
    const groups = [["blocked_by", t("Waits for")], ["blocks", t("Blocks")]].map(([id, title]) => ({ id, title, entries: found.filter((one) => one.relation === id) }));
    drawList(this.box, groups.filter((group) => group.entries.length), (group) => this.group(group), { none: () => h("p", { class: "soft" }, t("It waits for nothing, and nothing waits for it.")) });
  }

  group({ title }) {
    const list = h("ul", {});
    const update = ({ entries }) => drawList(list, entries, (one) => this.line(one), { key: (one) => one.record_id });
    return Object.assign(h("div", {}, h("h3", { class: "label" }, title), list), { update });
  }

  line(one) {
    return h("li", { class: ["check-item", one.completed && "done"] }, icon(one.completed ? "circle-check" : "circle", 14), h("a", { class: "grow clip", href: `/app/projects/${one.project_id}/records/${one.record_id}` }, one.title || t("untitled")), h("span", { class: "soft" }, projects.value.find((p) => p.id === one.project_id)?.name ?? ""),
      this.editable ? iconButton(icon("x", 14), t("Remove {name}", { name: one.title }), () => this.act(() => api.delete(`${this.path}/dependencies/${one.record_id}`))) : null);
  }

  add(anchor, relation) {
    if (!this.open) this.flip();
    const { model, recordId } = this.view;
    picker(anchor, {
      label: relation === "blocks" ? t("Blocks") : t("Waits for"), empty: t("No record matches."),
      load: async (q, signal) => {
        const page = await api.get(`${model.path}/records`, { q, fields: "title", limit: 50 }, { signal });
        return page.items.filter((record) => record.id !== recordId).map((record) => ({ value: record.id, label: record.title }));
      },
      onChoose: (id) => this.act(() => api.post(`${this.path}/dependencies`, { relation, record_id: id })),
    });
  }
}
