// Who refers to this record, project by project: the view from all sides.

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { drawList } from "../core/redraw.js";
import { colorOf } from "../parts/shell.js";
import { Section } from "./section.js";

export class ReferencedBy extends Section {
  constructor(view) { super(view, "referenced_by", t("Referenced by")); }

  read() { return api.all(`${this.path}/referenced-by`, {}, { signal: this.view.alive }); }

  draw(groups) {
    this.tally(groups.reduce((sum, group) => sum + group.total, 0));
    drawList(this.box, groups, (group) => h("div", { class: "reference-group" },
      h("div", { class: "reference-head" }, h("span", { class: "project-dot", data: { color: colorOf(group.project_id) }, aria: { hidden: "true" } }, [...group.project_name][0]), h("strong", {}, group.project_name), h("span", { class: "soft" }, t("by {field}", { field: group.field_name })), h("span", { class: "grow" }), h("a", { href: this.listAddress(group) }, n("{count} record", "{count} records", group.total))),
      h("ul", {}, group.records.slice(0, 20).map((record) => h("li", {}, h("a", { class: "reference-link", href: `/app/projects/${group.project_id}/records/${record.id}` }, record.title || t("untitled")))))), { key: (group) => `${group.project_id} ${group.field_key}`, none: () => h("p", { class: "soft" }, t("No record refers to this one yet.")) });
  }

  listAddress(group) {
    const filter = JSON.stringify({ all: [{ field: group.field_key, op: "in", value: [this.view.recordId], labels: { [this.view.recordId]: this.view.record.title } }] });
    return `/app/projects/${group.project_id}/grid?filter=${encodeURIComponent(filter)}`;
  }
}
