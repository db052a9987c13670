// The automations of a project.

import { h } from "../core/dom.js";
import { loadProject } from "../data/project.js";
import { projectHead } from "../parts/project_frame.js";
import "../automations/list.js";

export default async (at) => {
  const model = await loadProject(at.parameters.project, { fresh: true });
  const page = h("smalt-automations");
  page.begin(model);
  return h("div", { class: "settings-page" }, projectHead(model, "automations"), page);
};
