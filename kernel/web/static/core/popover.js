// What opens beside something: popovers, menus, and lists to choose from.

import { h, fill, freshId, icon, debounce } from "./dom.js";
import { t } from "./i18n.js";
import { hold, redraw } from "./redraw.js";

const GAP = 4;
const EDGE = 8;

/** Open `content` at `anchor` (an element or `{x, y}`). Escape and a click elsewhere close it. */
export function popover(anchor, content, { className = "", onClose, focus = true, label, matchWidth = false } = {}) {
  const before = document.activeElement;
  const box = h("div", { class: `popover ${className}`, popover: "auto", aria: { label } }, content);
  if (label) box.setAttribute("role", "dialog");
  const host = anchor.closest?.("[popover], dialog") || document.body; // inside, so that opening it closes nothing
  host.append(box);
  if (matchWidth) box.style.minWidth = `${anchor.getBoundingClientRect().width}px`;
  box.showPopover();
  position(box, anchor);
  const observer = new ResizeObserver(() => position(box, anchor));
  observer.observe(box);
  const release = hold(anchor);
  let closed = false;
  const close = ({ refocus = true } = {}) => {
    if (closed) return;
    closed = true;
    observer.disconnect();
    const inside = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (refocus && inside && before?.isConnected) before.focus({ preventScroll: true });
    onClose?.();
    release();
  };
  box.addEventListener("toggle", (event) => { if (event.newState === "closed") close(); });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); close(); } });
  if (focus) (box.querySelector("[autofocus], input, textarea, select, button, [tabindex]") || box).focus?.({ preventScroll: true });
  return { box, close, reposition: () => position(box, anchor) };
}

function position(box, anchor) {
  if (!box.isConnected || anchor.isConnected === false) return;
  const at = anchor.getBoundingClientRect ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { width, height } = box.getBoundingClientRect();
  const below = innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const upwards = height > below && above > below;
  const top = upwards ? Math.max(EDGE, at.top - GAP - height) : Math.min(at.bottom + GAP, innerHeight - EDGE - Math.min(height, innerHeight - 2 * EDGE));
  const left = Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE));
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(EDGE, top)}px`;
}

/**
 * A menu. Items: `{label, icon, run, danger, disabled, checked, hint}` or "-" for a line, or
 * `{heading}`.
 */
export function menu(anchor, items, { label = t("Menu") } = {}) {
  const list = h("div", { class: "menu", role: "menu", aria: { label } });
  let opened = null;
  for (const item of items.filter(Boolean)) list.append(menuItem(item, () => opened.close()));
  opened = popover(anchor, list, { className: "menu-popover" });
  moveByKeys(list, '[role^="menuitem"]:not([disabled])');
  return opened;
}

function menuItem(item, close) {
  if (item === "-") return h("hr", { role: "separator" });
  if (item.heading) return h("div", { class: "menu-heading", role: "presentation" }, item.heading);
  const checkable = item.checked !== undefined;
  return h("button", {
    type: "button", class: ["menu-item", item.danger && "danger"], disabled: item.disabled,
    role: checkable ? "menuitemcheckbox" : "menuitem", aria: { checked: checkable ? String(item.checked) : undefined },
    onClick: () => { if (!item.keep) close(); item.run?.(); },
  }, checkable ? h("span", { class: "check" }, item.checked ? icon("check", 14) : null) : item.icon || null,
  h("span", { class: "grow" }, item.label), item.hint ? h("span", { class: "hint" }, item.hint) : null);
}

/** Arrow keys, Home, End and first letters move the focus among the items of a list. */
export function moveByKeys(list, selector) {
  list.addEventListener("keydown", (event) => {
    const items = [...list.querySelectorAll(selector)];
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 };
    let next = steps[event.key];
    if (next === undefined && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      next = items.indexOf(after.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase())));
      if (next < 0) return;
    }
    if (next === undefined || !items.length) return;
    event.preventDefault();
    items[(next + items.length) % items.length].focus();
  });
}

/**
 * Choose from a list, with a field to narrow it.
 * `options`: `[{value, label, draw?, hint?, icon?}]`, or `load(text, signal)` that resolves to such.
 * `chosen` is a Set of values; `multiple` keeps it open. `create(text)` offers to make what is not there.
 */
export function picker(anchor, { options, load, chosen = new Set(), multiple = false, onChoose, create, createLabel, empty, placeholder = t("Search"), label = t("Choose"), clear, onClose }) {
  const listId = freshId("list");
  const input = h("input", { type: "text", class: "picker-input", placeholder, autocomplete: "off", spellcheck: "false", role: "combobox", aria: { label, expanded: "true", controls: listId, autocomplete: "list" } });
  const list = h("div", { class: "picker-list", role: "listbox", id: listId, aria: { label, multiselectable: multiple ? "true" : undefined } });
  const box = h("div", { class: "picker" }, input, list);
  let shown = [];
  let active = 0;
  let loading = null;
  let answer = null; // what is still being looked for
  let begins = true;
  const opened = popover(anchor, box, { className: "picker-popover", onClose });

  const mark = (index) => {
    active = Math.max(0, Math.min(index, shown.length - 1));
    [...list.children].forEach((row, i) => row.toggleAttribute?.("data-active", i === active));
    const row = list.children[active];
    if (row?.id) input.setAttribute("aria-activedescendant", row.id);
    else input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView?.({ block: "nearest" });
  };
  const choose = async (option) => {
    if (!option) return;
    if (option.make) {
      const made = await create(option.make);
      if (made === undefined || made === null) return;
      option = made;
      if (options && !options.includes(made)) options.push(made);
    }
    if (!multiple) {
      opened.close();
      onChoose(option.value, option);
      return;
    }
    if (chosen.has(option.value)) chosen.delete(option.value);
    else chosen.add(option.value);
    onChoose(option.value, option, chosen);
    input.select();
    draw(shown.filter((o) => !o.make), input.value.trim());
  };
  const draw = (found, text) => {
    shown = [...found];
    if (clear && chosen.size && !text && !multiple) shown.unshift({ value: null, label: t("Clear"), muted: true, icon: icon("eraser", 14) });
    if (create && text && !found.some((o) => o.label.toLowerCase() === text.toLowerCase())) shown.push({ make: text, label: (createLabel || t("Create “{name}”")).replace("{name}", text), icon: icon("plus", 14) });
    // What is chosen already is where one begins.
    if (begins && !multiple) active = Math.max(0, shown.findIndex((option) => chosen.has(option.value)));
    begins = false;
    redraw(list, () => {
      fill(list, shown.map((option, index) => row(option, index)));
      if (!shown.length) list.append(h("div", { class: "picker-empty" }, empty || (text ? t("Nothing matches.") : t("There is nothing to choose."))));
      mark(active);
      opened.reposition();
    });
  };
  const row = (option, index) => {
    const picked = chosen.has(option.value);
    return h("div", {
      class: ["picker-row", option.muted && "muted"], role: "option", id: `${listId}-${index}`, aria: { selected: String(picked) },
      onPointermove: () => { if (active !== index) mark(index); },
      onPointerdown: (event) => event.preventDefault(), onClick: () => choose(option),
    }, multiple ? h("span", { class: ["box", picked && "on"] }, picked ? icon("check", 12) : null) : option.icon || null,
    option.draw ? option.draw() : h("span", { class: "grow" }, option.label), option.hint ? h("span", { class: "hint" }, option.hint) : null,
    !multiple && picked ? icon("check", 14) : null);
  };
  const narrow = async () => {
    const text = input.value.trim();
    active = 0;
    if (!load) {
      const wanted = text.toLowerCase();
      draw(options.filter((o) => !wanted || o.label.toLowerCase().includes(wanted)), text);
      return;
    }
    loading?.abort();
    loading = new AbortController();
    const mine = answer = Promise.resolve(load(text, loading.signal));
    try {
      const found = await mine;
      if (mine === answer) draw(found, text);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally { if (mine === answer) answer = null; }
  };
  /** Who types and presses Enter at once means what will be found, not what is still shown. */
  const chooseFirst = async () => {
    later.now?.();
    const awaited = answer;
    if (awaited && !(await awaited.then(() => true, () => false))) return;
    if (answer || !box.isConnected) return; // typed on meanwhile, or closed
    choose(shown[active]);
  };
  const later = load ? debounce(narrow, 150) : narrow;
  input.addEventListener("input", later);
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 };
    if (event.key in moves) mark(moves[event.key]);
    else if (event.key === "Enter") chooseFirst();
    else if (event.key === "Tab") opened.close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  narrow();
  return opened;
}
