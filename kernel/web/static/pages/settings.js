// Setting up a project: a part at a time, beside the list of them.

import { h, icon, showCurrent } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { loadProject } from "../data/project.js";
import { projectHead } from "../parts/project_frame.js";

const parts = () => [
  { key: "fields", label: t("Fields"), picture: icon("rows-3"), load: () => import("../settings/fields.js") },
  { key: "lists", label: t("Lists"), picture: icon("square-kanban"), load: () => import("../settings/choices.js").then((module) => ({ default: module.lists })) },
  { key: "tags", label: t("Tags"), picture: icon("tags"), load: () => import("../settings/choices.js").then((module) => ({ default: module.tags })) },
  { key: "forms", label: t("Forms"), picture: icon("clipboard-list"), load: () => import("../settings/forms.js") },
  { key: "roles", label: t("Roles"), picture: icon("shield"), load: () => import("../settings/roles.js") },
  { key: "members", label: t("Members"), picture: icon("users"), load: () => import("../settings/members.js") },
  { key: "exports", label: t("Exports"), picture: icon("download"), load: () => import("../settings/exports.js") },
  { key: "general", label: t("General"), picture: icon("settings-2"), load: () => import("../settings/general.js") },
  { key: "trash", label: t("Trash"), picture: icon("trash-2"), load: () => import("../settings/trash.js") },
];

export default async (at) => {
  const model = await loadProject(at.parameters.project, { fresh: true });
  const all = parts();
  const current = all.find((part) => part.key === at.parameters.section) ?? all[0];
  const module = await current.load();
  const links = all.map((part) => h("a", { class: "side-link", href: `/app/projects/${model.id}/settings/${part.key}`, aria: { current: part === current ? "page" : undefined } }, part.picture, h("span", { class: "grow" }, part.label)));
  return h("div", { class: "settings-page" }, projectHead(model, "settings"),
    h("div", { class: "settings-body" }, showCurrent(h("nav", { class: "settings-side", aria: { label: t("Settings") } }, links)), h("div", { class: "settings-part" }, await module.default(model))));
};
