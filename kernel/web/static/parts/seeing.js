// What says that one looks as somebody else, and how to leave it.

import { h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { leaveSeeing, seeAs, seen } from "../core/seeing.js";

/** The line over the page; null for who looks as themselves. Escape in it leaves. */
export function seeingBanner() {
  const looking = seen();
  if (!looking) return null;
  const banner = h("section", { class: "banner seeing", aria: { label: t("Preview") } }, icon("eye", 15),
    h("span", { class: "grow", role: "status" }, t("You see this as {name}. Nothing can be changed.", { name: looking.name })),
    h("button", { type: "button", onClick: leaveSeeing }, icon("x", 14), t("Leave preview")));
  banner.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); leaveSeeing(); } });
  return banner;
}

/** A button that looks at a project as one of its roles or members; see `seeAs`. */
export const seeAsButton = (whom, name) => iconButton(icon("eye", 15), t("See as {name}", { name }), () => seeAs(whom, name));
