// A project without a view: the one that was used last, else the board where there are steps.

import { go } from "../core/router.js";
import { projectViews } from "../core/places.js";
import { loadProject } from "../data/project.js";
import { h } from "../core/dom.js";

export const lastView = (id) => localStorage.getItem(`smalt.view.${id}`);

export default async function show(at) {
  const id = at.parameters.project;
  const project = await loadProject(id);
  const last = lastView(id);
  const known = projectViews.find((view) => view.key === last && !view.end);
  const first = known ? known.key : project.lists.length > 1 ? "board" : "grid";
  queueMicrotask(() => go(`/app/projects/${id}/${first}`, { replace: true }));
  return h("div", { class: "loading" });
}
