// The frame of a project's views: name, tabs, the bar, the content, and the record beside it.

import { h, showCurrent } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api } from "../core/api.js";
import { projectViews } from "../core/places.js";
import { loadProject } from "../data/project.js";
import { ViewState } from "../data/view_state.js";
import { shortcut } from "../core/keys.js";
import { setQuery } from "../core/router.js";
import { define, Part } from "../core/part.js";
import { colorOf } from "./shell.js";
import "./record_side.js";
import "./view_bar.js";
import { createRecord } from "../data/records.js";
import { complain } from "../core/toast.js";

/** The head of a project's pages: its name and the tabs. */
export function projectHead(model, current) {
  const tabs = projectViews.filter((view) => view.shown(model)).map((view) => {
    const link = h("a", { class: "tab", href: `/app/projects/${model.id}/${view.key}`, aria: { current: view.key === current ? "page" : undefined } }, view.icon(), h("span", {}, view.label));
    if (view.end) link.classList.add("tab-end");
    return link;
  });
  return h("header", { class: "project-head" }, h("div", { class: "project-title" }, h("span", { class: "project-dot", data: { color: colorOf(model.id) }, aria: { hidden: "true" } }, [...model.name][0]), h("h1", {}, model.name)), showCurrent(h("nav", { class: "tabs", aria: { label: t("Views") } }, tabs)));
}

/** A page of a project: loads it, remembers that it was used, and puts `tag` into the frame. */
export async function projectPage(at, kind, tag, tools) {
  const id = at.parameters.project;
  localStorage.setItem(`smalt.view.${id}`, kind);
  const [model, views] = await Promise.all([loadProject(id, { fresh: true }), api.all(`/projects/${id}/views`)]);
  const page = h("smalt-project-page");
  page.begin(model, new ViewState(model, kind, views), kind, tag, tools);
  return page;
}

define("smalt-project-page", class extends Part {
  begin(model, state, kind, tag, tools) { Object.assign(this, { model, state, kind, tag, tools }); }

  connected() {
    const { model, state, kind } = this;
    this.view = h(this.tag);
    this.view.begin(model, state);
    this.bar = h("smalt-view-bar");
    this.bar.begin(model, state, kind, { create: (anchor) => this.create(anchor), more: this.tools });
    this.side = h("smalt-record-side");
    this.side.begin(model, this.view);
    this.replaceChildren(projectHead(model, kind), this.bar, h("div", { class: "project-body" }, h("div", { class: "project-view" }, this.view), this.side));
    this.atEnd(shortcut("c", t("New record"), () => this.create(), { group: t("Records") }));
    this.listen(document, "smalt:new-record", () => this.create());
  }

  async create(anchor) {
    const { model } = this;
    if (!model.can("create")) return;
    if (this.view.create) { this.view.create(anchor); return; }
    try {
      const record = await createRecord(model, { title: t("New record") });
      setQuery({ record: record.id });
    } catch (error) { complain(error); }
  }
});

