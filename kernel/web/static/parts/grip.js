// A handle that moves an item of a list: dragged by mouse or finger, or with the arrow keys.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { announce } from "../core/toast.js";

/**
 * For the item number `index` of a list, which is a child of it. `move(from, to)` brings it to another place
 * and draws anew; the handle is found again by `list`, a name that is unlike that of others.
 */
export function grip(list, index, name, move) {
  const places = (element) => [...element.closest("li").parentElement.children];
  const go = async (to) => {
    await move(index, to);
    document.querySelector(`[data-grip="${CSS.escape(`${list} ${to}`)}"]`)?.focus();
    announce(t("{name} is now number {place}.", { name, place: to + 1 }));
  };
  const handle = h("button", { type: "button", class: "icon-button grip", title: t("Drag, or move with the arrow keys"), data: { grip: `${list} ${index}` }, aria: { label: t("Move {name}", { name }) } }, icon("grip-vertical", 14));
  handle.addEventListener("keydown", (event) => {
    const to = index + ({ ArrowUp: -1, ArrowDown: 1 }[event.key] ?? NaN);
    if (event.ctrlKey || event.metaKey || Number.isNaN(to)) return;
    event.preventDefault();
    event.stopPropagation();
    if (to >= 0 && to < places(handle).length) go(to);
  });
  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const item = handle.closest("li");
    const all = places(handle);
    const ending = new AbortController();
    const on = (type, run, options = {}) => window.addEventListener(type, run, { signal: ending.signal, ...options });
    const put = (to) => { const others = all.filter((one) => one !== item); if (others[to]) others[to].before(item); else others.at(-1)?.after(item); };
    const end = (keep) => {
      const to = places(handle).indexOf(item);
      ending.abort();
      item.classList.remove("carried");
      if (keep && to !== index) go(to);
      else put(index);
    };
    item.classList.add("carried");
    // On the window: a node that moves in the page loses what it captured.
    on("pointermove", ({ clientY }) => {
      const others = places(handle).filter((one) => one !== item);
      const before = others.findIndex((one) => { const box = one.getBoundingClientRect(); return clientY < box.top + box.height / 2; });
      const to = before < 0 ? others.length : before;
      if (to !== places(handle).indexOf(item)) put(to);
      item.scrollIntoView({ block: "nearest" });
    });
    on("pointerup", () => end(true));
    on("pointercancel", () => end(false));
    on("keydown", (pressed) => { if (pressed.key === "Escape") { pressed.preventDefault(); pressed.stopPropagation(); end(false); } }, { capture: true });
  });
  return handle;
}
