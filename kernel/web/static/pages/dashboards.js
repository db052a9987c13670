// All dashboards that one may see.

import { api, Problem } from "../core/api.js";
import { dialog, field, placeFaults } from "../core/dialog.js";
import { fill, h, icon } from "../core/dom.js";
import { ago, timeZone } from "../core/format.js";
import { n, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { go } from "../core/router.js";
import { emptyState } from "../parts/empty.js";

define("smalt-dashboards", class extends Part {
  begin(dashboards) { this.dashboards = dashboards; }

  connected() {
    const create = (kind) => h("button", { type: "button", class: kind, onClick: newDashboard }, icon("plus"), t("New dashboard"));
    if (!this.dashboards.length) {
      fill(this, emptyState(icon("layout-dashboard", 26), t("No dashboards yet"), t("A dashboard shows live figures of one or many projects: what is in the pipeline, what was sold, what is late."), create("primary")));
      return;
    }
    fill(this, h("div", { class: "narrow-page" }, h("header", { class: "page-head" }, h("h1", {}, t("Dashboards")), create("primary")),
      h("ul", { class: "project-cards" }, this.dashboards.map((board) => h("li", {}, h("a", { class: "project-card", href: `/app/dashboards/${board.id}` },
        h("span", { class: "grow" }, h("strong", {}, board.name), board.description ? h("span", { class: "soft clip" }, board.description) : null,
          h("span", { class: "soft" }, [n("{count} chart", "{count} charts", board.charts.length), board.role === "owner" ? t("yours") : board.role === "edit" ? t("shared with you to edit") : t("shared with you"), t("changed {when}", { when: ago(board.updated_at) })].join(" · ")))))))));
  }
});

export function newDashboard() {
  const name = field(t("Name"), h("input", { type: "text", maxlength: 200, autofocus: true, placeholder: t("Sales, this week, service …") }));
  const description = field(t("Description"), h("input", { type: "text", maxlength: 500 }));
  dialog({
    title: t("New dashboard"), body: h("div", { class: "stack" }, name, description),
    actions: [{ label: t("Cancel"), run: (close) => close() }, {
      label: t("Make the dashboard"), kind: "primary", submit: true,
      run: async (close) => {
        try {
          const made = await api.post("/dashboards", { name: name.input.value, description: description.input.value || null, time_zone: timeZone.value });
          close();
          go(`/app/dashboards/${made.id}`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          const rest = placeFaults(error, { "/name": name, "/description": description });
          throw new Error(rest || t("Mend what is marked."));
        }
      },
    }],
  });
}

export default async () => {
  const page = h("smalt-dashboards");
  page.begin(await api.all("/dashboards", { limit: 100 }));
  return page;
};
