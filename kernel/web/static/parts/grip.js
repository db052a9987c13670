// A handle that moves an item of a list: dragged by mouse or finger, or with the arrow keys.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { hold } from "../core/redraw.js";
import { announce } from "../core/toast.js";

/** One after the other: each counts from where the last has brought the items. */
let moving = Promise.resolve();

/**
 * For an item of a list, which is a child of it. `move(from, to)` brings it from place to place and draws
 * anew; the handle is found again by `list`, a name that is unlike that of others.
 */
export function grip(list, name, move) {
  const handle = h("button", { type: "button", class: "icon-button grip", title: t("Drag, or move with the arrow keys"), data: { grip: list }, aria: { label: t("Move {name}", { name }) } }, icon("grip-vertical", 14));
  const alike = () => [...document.querySelectorAll(`[data-grip="${CSS.escape(list)}"]`)];
  const current = () => (handle.isConnected ? handle : alike().find((one) => one.ariaLabel === handle.ariaLabel));
  const places = () => [...current().closest("li").parentElement.children];
  const place = () => places().indexOf(current().closest("li"));
  const go = async (from, to) => {
    await move(from, to);
    if (document.activeElement === document.body) (handle.isConnected ? handle : alike()[to])?.focus();
    announce(t("{name} is now number {place}.", { name, place: to + 1 }));
  };
  const step = async (by) => {
    const from = current() ? place() : NaN;
    if (from + by >= 0 && from + by < places().length) await go(from, from + by);
  };
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.ctrlKey || event.metaKey || !by) return;
    event.preventDefault();
    event.stopPropagation();
    moving = moving.catch(() => {}).then(() => step(by));
  });
  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const item = handle.closest("li");
    const all = places();
    const index = place();
    const release = hold(item);
    const ending = new AbortController();
    const on = (type, run, options = {}) => window.addEventListener(type, run, { signal: ending.signal, ...options });
    const put = (to) => { const others = all.filter((one) => one !== item); if (others[to]) others[to].before(item); else others.at(-1)?.after(item); };
    const end = (keep) => {
      const to = place();
      ending.abort();
      item.classList.remove("carried");
      if (keep && to !== index) go(index, to).finally(release);
      else {
        if (to !== index) put(index);
        handle.focus({ preventScroll: true });
        release();
      }
    };
    item.classList.add("carried");
    // On the window: a node that moves in the page loses what it captured.
    on("pointermove", ({ clientY }) => {
      const others = places().filter((one) => one !== item);
      const before = others.findIndex((one) => { const box = one.getBoundingClientRect(); return clientY < box.top + box.height / 2; });
      const to = before < 0 ? others.length : before;
      if (to !== place()) put(to);
      item.scrollIntoView({ block: "nearest" });
    });
    on("pointerup", () => end(true));
    on("pointercancel", () => end(false));
    on("keydown", (pressed) => { if (pressed.key === "Escape") { pressed.preventDefault(); pressed.stopPropagation(); end(false); } }, { capture: true });
  });
  return handle;
}
