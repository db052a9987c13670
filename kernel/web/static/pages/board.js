// The board of a project.

import { icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { picker } from "../core/popover.js";
import { projectPage } from "../parts/project_frame.js";
import "../board/view.js";

/** What the heads of the lists sum up. */
function sums(state, tool) {
  const numeric = state.model.columns.filter((column) => column.numeric && !column.many && column.sortable);
  if (!numeric.length) return null;
  return tool(icon("sigma", 15), t("Sums"), Boolean(state.sum), (anchor) => picker(anchor, {
    label: t("Sums"), chosen: new Set(state.sum ? [state.sum] : []), clear: true, options: numeric.map((column) => ({ value: column.key, label: column.name })), onChoose: (key) => state.set({ sum: key }),
  }));
}

export default (at) => projectPage(at, "board", "smalt-board", sums);
