// A record as a page of its own.

import { h } from "../core/dom.js";
import { go } from "../core/router.js";
import { loadProject } from "../data/project.js";
import { around, standingOf, standingText } from "../record/walk.js";
import "../record/view.js";

let focusing = false;

export default async (at) => {
  const view = h("smalt-record", { class: "record-page" });
  const model = await loadProject(at.parameters.project);
  const id = at.parameters.record;
  const standing = standingOf(at.query);
  view.begin(model, id, standing ? {
    focus: focusing,
    neighbours: () => around(model, standing, id, { signal: view.alive }),
    step: (next, inside) => { focusing = inside; go(`/app/projects/${model.id}/records/${next.id}${standingText(next)}`, { replace: true }); },
  } : {});
  focusing = false;
  return view;
};
