// Making a project: an empty one, or those of a template.

import { api, Problem } from "../core/api.js";
import { dialog, field, placeFaults } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { refresh } from "../core/session.js";
import { complain, toast } from "../core/toast.js";
import { timeZone } from "../core/format.js";

/** Ask for a name and make it. */
export function newProject() {
  const name = field(t("Name"), h("input", { type: "text", maxlength: 200, autofocus: true, placeholder: t("Customers, hiring, orders …") }));
  const lists = field(t("Lists"), h("input", { type: "text", placeholder: t("To do, In progress, Done") }), { hint: t("The steps that records go through, with commas between. You can change them later.") });
  dialog({
    title: t("New project"),
    body: h("div", { class: "stack" }, name, lists),
    actions: [
      { label: t("Start with a template"), run: (close) => { close(); return chooseTemplate(); } },
      { label: t("Cancel"), run: (close) => close() },
      {
        label: t("Make the project"), kind: "primary", submit: true,
        run: async (close) => {
          const made = await make(name, lists.input.value || t("To do, In progress, Done"));
          close();
          await refresh();
          go(`/app/projects/${made.id}/grid`);
        },
      },
    ],
  });
}

async function make(name, lists) {
  let project;
  try {
    project = await api.post("/projects", { name: name.input.value, time_zone: timeZone.value });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const rest = placeFaults(error, { "/name": name });
    throw rest ? new Error(rest) : new Error(t("Mend what is marked."));
  }
  for (const list of lists.split(",").map((text) => text.trim()).filter(Boolean)) {
    await api.post(`/projects/${project.id}/lists`, { name: list });
  }
  return project;
}

/** What a template makes, and a button that makes it; `done` is called before its first project shows. */
export function templateCard(template, done = () => {}) {
  const sample = h("input", { type: "checkbox", checked: true });
  const apply = async ({ currentTarget: button }) => {
    button.disabled = true;
    try {
      const made = await api.post(`/templates/${template.key}/apply`, { sample: sample.checked ? 200 : 0 });
      await refresh();
      toast(n("{count} project made.", "{count} projects made.", made.projects.length), { kind: "good" });
      done();
      const first = made.projects.find((project) => project.name.startsWith("Opportunities")) || made.projects[0];
      go(`/app/projects/${first.id}/board`);
    } catch (error) {
      complain(error);
      button.disabled = false;
    }
  };
  return h("section", { class: "template-card" }, h("h2", {}, template.label), h("p", {}, template.description),
    h("ul", {}, template.projects.map((project) => h("li", {}, h("strong", {}, project.name), " ", h("span", { class: "soft" }, [n("{count} list", "{count} lists", project.lists.length), n("{count} field", "{count} fields", project.fields.length)].join(", "))))),
    h("label", { class: "check-line" }, sample, t("With sample records, to look around")),
    h("button", { type: "button", class: "primary", onClick: apply }, t("Start with this")));
}

/** Choose a template. */
async function chooseTemplate() {
  try {
    const templates = await api.all("/templates");
    const list = h("div", { class: "template-cards" });
    const { close } = dialog({ title: t("Start with a template"), body: list, wide: true });
    list.append(...templates.map((template) => templateCard(template, close)));
  } catch (error) { complain(error); }
}
