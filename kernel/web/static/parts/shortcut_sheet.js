// The sheet that lists the keyboard shortcuts that work now.

import { dialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { allShortcuts, shown } from "../core/keys.js";

export function openSheet() {
  const groups = new Map();
  for (const entry of allShortcuts()) {
    if (!entry.label) continue;
    if (!groups.has(entry.group)) groups.set(entry.group, new Map());
    groups.get(entry.group).set(entry.label, [...(groups.get(entry.group).get(entry.label) || []), entry.keys]);
  }
  const body = h("div", { class: "shortcut-groups" }, [...groups].map(([name, entries]) => h("section", {}, h("h3", {}, name), h("dl", {},
    [...entries].map(([label, keys]) => h("div", {}, h("dt", {}, label), h("dd", {}, keys.map((one, at) => [at ? " / " : null, shown(one).flatMap((chord) => chord.map((key) => h("kbd", {}, key)))]))))))));
  dialog({ title: t("Keyboard shortcuts"), body, wide: true });
}
