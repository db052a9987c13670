// Importing records into a project.

import { h } from "../core/dom.js";
import { loadProject } from "../data/project.js";
import { projectHead } from "../parts/project_frame.js";
import "../imports/wizard.js";

export default async (at) => {
  const model = await loadProject(at.parameters.project, { fresh: true });
  const page = h("smalt-import");
  page.begin(model);
  return h("div", { class: "settings-page" }, projectHead(model, "import"), page);
};
