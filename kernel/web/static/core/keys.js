// Keyboard shortcuts: one table for what they do and for the sheet that lists them.

import { isTyping } from "./dom.js";
import { t } from "./i18n.js";

const shortcuts = new Set();
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Add a shortcut such as "mod+k", "?" or "g p". `label` and `group` are for the sheet.
 * Returns what removes it. `anywhere` also works while somebody types.
 */
export function shortcut(keys, label, run, { group = t("Everywhere"), anywhere = false } = {}) {
  const entry = { keys, label, run, group, anywhere };
  shortcuts.add(entry);
  return () => shortcuts.delete(entry);
}

export const allShortcuts = () => [...shortcuts];

let prefix = "";
let prefixTimer = 0;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    const name = nameOf(event);
    const full = prefix ? `${prefix} ${name}` : name;
    const typing = isTyping(event.target);
    const matching = [...shortcuts].filter((s) => !typing || s.anywhere);
    const found = matching.findLast((s) => s.keys === full) || matching.findLast((s) => s.keys === name);
    clearTimeout(prefixTimer);
    prefix = "";
    if (found) {
      if (found.run(event) !== false) event.preventDefault();
    } else if (!typing && matching.some((s) => s.keys.startsWith(`${name} `))) {
      prefix = name;
      prefixTimer = setTimeout(() => { prefix = ""; }, 1200);
    }
  });
}

function nameOf(event) {
  const parts = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key))) parts.push("shift");
  return [...parts, key].join("+");
}

/** How a shortcut is written for people. */
export function shown(keys) {
  const names = { mod: isMac ? "⌘" : "Ctrl", alt: isMac ? "⌥" : "Alt", shift: "⇧", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "⏎", Escape: "Esc" };
  return keys.split(" ").map((chord) => chord.split(/\+(?=.)/).map((key) => names[key] || (key.length === 1 ? key.toUpperCase() : key)));
}
