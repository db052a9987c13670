// What was deleted, and bringing it back.

import { api } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { ago, day } from "../core/format.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { projectOf, refresh } from "../core/session.js";
import { complain } from "../core/toast.js";
import { emptyState } from "../parts/empty.js";
import { heading, tried } from "./part.js";

const kinds = () => ({ project: t("Project"), list: t("List"), tag: t("Tag"), field: t("Field"), record: t("Record"), comment: t("Comment"), checklist: t("Checklist"), automation: t("Automation"), dashboard: t("Dashboard"), chart: t("Chart") });

define("smalt-trash", class extends Part {
  /** `model` narrows it to a project; without one it is all that one may bring back. */
  begin(model) { this.model = model; }

  connected() { this.load(); }

  async load() {
    try {
      const all = await api.all("/trash", {}, { signal: this.alive });
      this.items = this.model ? all.filter((item) => item.project_id === this.model.id) : all;
      this.draw();
    } catch (error) { complain(error); }
  }

  draw() {
    fill(this, heading(t("Trash"), t("What was deleted stays here for some time, with everything it had.")),
      this.items.length ? h("ul", { class: "choice-list" }, this.items.map((item) => this.line(item))) : emptyState(icon("trash-2", 26), t("The trash is empty"), t("What is deleted waits here and can be brought back.")));
  }

  line(item) {
    const where = this.model ? null : projectOf(item.project_id)?.name;
    return h("li", { class: "choice-line" }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, item.name), h("span", { class: "soft" }, [kinds()[item.kind] ?? item.kind, where, t("deleted {when}", { when: ago(item.deleted_at) }), t("goes for good on {day}", { day: day(item.expires_at) })].filter(Boolean).join(" · "))),
      h("button", { type: "button", aria: { label: t("Bring back {name}", { name: item.name }) }, onClick: () => this.restore(item) }, icon("undo-2", 14), t("Bring back")));
  }

  async restore(item) {
    if (!await tried(this.model, () => api.post(item.restore), t("“{name}” is back.", { name: item.name }))) return;
    if (item.kind === "project") await refresh();
    this.load();
  }
});

export default (model) => { const part = h("smalt-trash"); part.begin(model); return part; };
