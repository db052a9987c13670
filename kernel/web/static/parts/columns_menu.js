// Which columns show, and in which order: by drag or with the arrow keys.

import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { popover } from "../core/popover.js";
import { announce } from "../core/toast.js";

export function arrangeColumns(anchor, state) {
  const list = h("ul", { class: "arrange", aria: { label: t("Fields") } });
  const search = h("input", { type: "text", class: "picker-input", placeholder: t("Find a field"), aria: { label: t("Find a field") }, onInput: () => draw() });
  let order = [...state.columns.map((column) => column.key), ...state.ordered.map((column) => column.key).filter((key) => !state.columns.some((column) => column.key === key))];
  const write = (keys) => { state.set({ fields: keys.filter((key) => key !== "title").join(",") || "title" }); draw(); };
  const shown = () => state.columns.map((column) => column.key);
  const toggle = (key, on) => write(on ? [...shown(), key] : shown().filter((k) => k !== key));
  const move = (key, step) => {
    const keys = shown();
    const at = keys.indexOf(key);
    const to = Math.max(1, Math.min(keys.length - 1, at + step));
    if (at < 1 || to === at) return;
    keys.splice(to, 0, ...keys.splice(at, 1));
    order = [...keys, ...order.filter((k) => !keys.includes(k))];
    write(keys);
    announce(t("{name} is now number {place}.", { name: state.model.column(key).name, place: to + 1 }));
    list.querySelector(`[data-key="${CSS.escape(key)}"] .arrange-move`)?.focus();
  };
  const row = (key) => {
    const column = state.model.column(key);
    const on = shown().includes(key);
    const fixed = key === "title";
    const handle = h("button", { type: "button", class: "icon-button arrange-move", disabled: fixed || !on, title: t("Move with the arrow keys"), aria: { label: t("Move {name}", { name: column.name }) }, onKeydown: (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (step) { event.preventDefault(); move(key, step); }
    } }, icon("grip-vertical", 14));
    const item = h("li", { class: "arrange-row", data: { key }, draggable: on && !fixed ? "true" : undefined }, handle, h("label", { class: "check-line grow" }, h("input", { type: "checkbox", checked: on, disabled: fixed, onChange: (event) => toggle(key, event.target.checked) }), h("span", { class: "clip" }, column.name)));
    item.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", key); event.dataTransfer.effectAllowed = "move"; });
    item.addEventListener("dragover", (event) => { event.preventDefault(); item.classList.add("over"); });
    item.addEventListener("dragleave", () => item.classList.remove("over"));
    item.addEventListener("drop", (event) => { event.preventDefault(); item.classList.remove("over"); const from = event.dataTransfer.getData("text/plain"); move(from, shown().indexOf(key) - shown().indexOf(from)); });
    return item;
  };
  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const keys = [...shown(), ...order.filter((key) => !shown().includes(key))];
    fill(list, keys.filter((key) => state.model.column(key) && (!wanted || state.model.column(key).name.toLowerCase().includes(wanted))).map(row));
  };
  draw();
  popover(anchor, h("div", { class: "picker" }, search, h("div", { class: "picker-list" }, list)), { label: t("Fields") });
}

