// A record as a page of its own.

import { h } from "../core/dom.js";
import { loadProject } from "../data/project.js";
import "../record/view.js";

export default async (at) => {
  const view = h("smalt-record", { class: "record-page" });
  view.begin(await loadProject(at.parameters.project), at.parameters.record);
  return view;
};
