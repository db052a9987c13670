// What one was told: mentions, assignments, automations.

import { api } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { ago, moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { go } from "../core/router.js";
import { projectOf } from "../core/session.js";
import { complain } from "../core/toast.js";
import { countUnread, unread } from "../data/notices.js";
import { emptyState } from "../parts/empty.js";

define("smalt-inbox", class extends Part {
  connected() {
    this.only = false;
    this.list = h("ul", { class: "notices", aria: { label: t("Notices") } });
    this.more = h("button", { type: "button", hidden: true, onClick: () => this.load() }, t("Older ones"));
    const filter = h("label", { class: "check-line" }, h("input", { type: "checkbox", onChange: (event) => { this.only = event.target.checked; this.begin(); } }), t("Only unread"));
    fill(this, h("div", { class: "narrow-page" }, h("header", { class: "page-head" }, h("h1", {}, t("Inbox")), h("div", { class: "row" }, filter, h("button", { type: "button", onClick: () => this.readAll() }, icon("check-check"), t("Mark all as read")))), this.list, this.more));
    this.begin();
  }

  begin() {
    this.cursor = undefined;
    this.notices = [];
    fill(this.list);
    this.load();
  }

  async load() {
    try {
      const page = await api.get("/notifications", { limit: 50, cursor: this.cursor, unread: this.only || undefined }, { signal: this.alive });
      this.cursor = page.next;
      this.more.hidden = !page.next;
      this.notices.push(...page.items);
      for (const notice of page.items) this.list.append(this.row(notice));
      if (!this.notices.length) fill(this.list, h("li", {}, emptyState(icon("inbox", 26), this.only ? t("Nothing unread") : t("Nothing here yet"), t("When somebody mentions you in a comment, or an automation has news, it appears here."))));
    } catch (error) { complain(error); }
  }

  row(notice) {
    const project = notice.project_id ? projectOf(notice.project_id) : null;
    const open = async () => {
      await this.read(notice, row);
      if (notice.project_id && notice.record_id) go(`/app/projects/${notice.project_id}/records/${notice.record_id}`);
    };
    const row = h("li", { class: ["notice", !notice.read_at && "unread"] },
      h("button", { type: "button", class: "notice-button", onClick: open }, h("span", { class: "notice-dot", aria: { hidden: "true" } }), h("span", { class: "grow" }, h("span", { class: "notice-text" }, notice.read_at ? null : h("span", { class: "visually-hidden" }, `${t("Unread")}: `), notice.text), h("span", { class: "soft" }, [project?.name, ago(notice.created_at)].filter(Boolean).join(" · ")))));
    row.title = moment(notice.created_at);
    return row;
  }

  async read(notice, row) {
    if (notice.read_at) return;
    try {
      const after = await api.post(`/notifications/${notice.id}/read`);
      Object.assign(notice, after);
      row?.replaceWith(this.row(notice));
      unread.value = Math.max(0, unread.value - 1);
    } catch (error) { complain(error); }
  }

  async readAll() {
    for (const notice of this.notices.filter((n) => !n.read_at)) await this.read(notice, null);
    await countUnread(this.alive);
    this.begin();
  }
});

export default () => h("smalt-inbox");
