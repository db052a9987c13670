// What the parts of the settings have in common: a heading with what can be done, and work that may be refused.

import { h } from "../core/dom.js";
import { complain, toast } from "../core/toast.js";
import { t } from "../core/i18n.js";
import { forgetProject } from "../data/project.js";

export const heading = (title, text, ...actions) => h("header", { class: "page-head" }, h("div", { class: "grow settings-title" }, h("h2", {}, title), text ? h("p", { class: "soft" }, text) : null), actions.length ? h("div", { class: "row" }, actions) : null);

/** Do it, say so, and let other pages see the project anew; false when it was refused. */
export async function tried(model, work, done = t("Saved.")) {
  try {
    await work();
    if (model) forgetProject(model.id);
    if (done) toast(done, { kind: "good" });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** The colors that lists, tags and options may have. */
export const COLORS = ["gray", "red", "orange", "amber", "lime", "green", "teal", "sky", "blue", "indigo", "purple", "pink"];

const colorNames = () => ({ gray: t("gray"), red: t("red"), orange: t("orange"), amber: t("amber"), lime: t("lime"), green: t("green"), teal: t("teal"), sky: t("sky blue"), blue: t("blue"), indigo: t("indigo"), purple: t("purple"), pink: t("pink") });
/** Those that programs and templates may give, too. */
const rareNames = () => ({ slate: t("slate"), yellow: t("yellow"), emerald: t("emerald"), cyan: t("cyan"), violet: t("violet"), fuchsia: t("fuchsia"), rose: t("rose"), brown: t("brown"), black: t("black"), white: t("white") });

/** Choose one of the named colors. */
export function colorSelect(value, change, label) {
  const names = colorNames();
  const dot = h("span", { class: "dot", data: { color: value || "gray" }, aria: { hidden: "true" } });
  const select = h("select", { aria: { label }, onChange: () => { dot.dataset.color = select.value; change(select.value); } }, (value && !(value in names) ? [[value, rareNames()[value] ?? value]] : []).concat(Object.entries(names)).map(([key, name]) => h("option", { value: key, selected: key === (value || "gray") }, name)));
  return h("span", { class: "color-select" }, dot, select);
}
