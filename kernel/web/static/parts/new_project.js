// Making a project: an empty one, or those of a template.

import { api, Problem } from "../core/api.js";
import { dialog, field, placeFaults } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { refresh } from "../core/session.js";
import { toast } from "../core/toast.js";
import { timeZone } from "../core/format.js";

/** Ask for a name and make it. */
export function newProject() {
  const name = field(t("Name"), h("input", { type: "text", maxlength: 200, autofocus: true, placeholder: t("Customers, hiring, orders …") }));
  const lists = field(t("Lists"), h("input", { type: "text", placeholder: t("To do, In progress, Done") }), { hint: t("The steps that records go through, with commas between. You can change them later.") });
  dialog({
    title: t("New project"),
    body: h("div", { class: "stack" }, name, lists),
    actions: [
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

export async function applyTemplate(template, sample) {
  const applied = await api.post(`/templates/${template.key}/apply`, { sample });
  await refresh();
  toast(n("{count} project made.", "{count} projects made.", applied.projects.length), { kind: "good" });
  return applied;
}

