// The start page: projects to go on with, and the first steps on an empty server.

import { api } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { me, projects } from "../core/session.js";
import { complain } from "../core/toast.js";
import { newProject, templateCard } from "../parts/new_project.js";
import { colorOf } from "../parts/shell.js";

define("smalt-home", class extends Part {
  connected() {
    this.draw();
    this.follow(projects, () => this.draw());
  }

  draw() {
    const hello = h("h1", {}, t("Hello, {name}", { name: me.value.name.split(" ")[0] }));
    if (!projects.value.length) return this.first(hello);
    fill(this, h("div", { class: "narrow-page" },
      h("header", { class: "page-head" }, hello, h("button", { type: "button", onClick: () => newProject() }, icon("plus"), t("New project"))),
      h("ul", { class: "project-cards" }, projects.value.map((project) => this.card(project)))));
  }

  card(project) {
    const count = h("span", { class: "soft" }, " ");
    api.post(`/projects/${project.id}/records/aggregate`, { measures: { count: { function: "count" } } }, { signal: this.alive })
      .then((found) => fill(count, n("{count} record", "{count} records", found.items[0].measures.count)), () => {});
    return h("li", {}, h("a", { href: `/app/projects/${project.id}`, class: "project-card" },
      h("span", { class: "project-dot large", data: { color: colorOf(project.id) }, aria: { hidden: "true" } }, [...project.name][0]),
      h("span", { class: "grow" }, h("strong", {}, project.name), h("span", { class: "soft clip" }, project.description || t("No description")), count)));
  }

  async first(hello) {
    const list = h("div", { class: "template-cards" });
    fill(this, h("div", { class: "narrow-page first-run" }, hello,
      h("p", { class: "lead" }, me.value.admin ? t("This server is empty. Start with something that works, and change it to fit.") : t("You are in no project yet. Ask to be added to one, or start your own.")), list,
      h("p", {}, h("button", { type: "button", class: "link", onClick: () => newProject() }, t("Start with an empty project instead")))));
    const templates = await api.all("/templates", {}, { signal: this.alive }).catch((error) => { complain(error); return []; });
    fill(list, templates.map((template) => templateCard(template)));
  }
});

export default () => h("smalt-home");
