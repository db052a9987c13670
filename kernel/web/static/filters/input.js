// A filter in a form: what it says as a sentence, and the builder when it is pressed.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { popover } from "../core/popover.js";
import { complain } from "../core/toast.js";
import "./builder.js";
import { plainTree, sentence } from "./tree.js";

/**
 * `model()` gives the project whose records it narrows, or a promise of it; null where it is not known yet.
 * `changed(filter)` hears of each change. Returns `{element, control, read}`, where `read()` gives a tree, an
 * expression or undefined, and `redraw()` for when another project is meant. `none` is what no filter says.
 */
export function filterInput({ model, value, changed = () => {}, label = t("Filter"), none = t("All records") }) {
  let now = value || null;
  const words = h("span", { class: "clip" });
  const control = h("button", { type: "button", class: "source-filter", aria: { haspopup: "dialog" }, onClick: () => open().catch(complain) }, icon("funnel", 14), words);

  async function redraw() {
    await null; // the form that it stands in is made by then, from which a project may be read
    const there = now ? await Promise.resolve(model()).catch(() => null) : null;
    const said = now ? (there ? sentence(now, there) : String(now)) : "";
    words.textContent = said || none;
    control.title = said;
    control.classList.toggle("on", Boolean(now));
    control.setAttribute("aria-label", said ? `${label}: ${said}` : `${label}: ${none}`);
  }

  async function open() {
    const there = await model();
    if (!there) return;
    const builder = h("smalt-filter-builder").begin(there, now);
    popover(control, h("div", {}, builder), {
      className: "filter-popover", label,
      onClose: () => {
        const found = plainTree(builder.filter);
        if (JSON.stringify(found) === JSON.stringify(now)) return;
        now = found;
        redraw();
        changed(now);
      },
    });
  }

  redraw();
  return { element: control, control, read: () => now ?? undefined, redraw };
}
