// Makes elements. Text is always text: nothing here takes HTML.

const SPRITE = new URL("../icons.svg", import.meta.url).pathname;
const SVG = "http://www.w3.org/2000/svg";

/**
 * `h("button", {class: "primary", onClick: save, aria: {label: "Save"}}, "Save")`.
 * `style` and `data` are objects; a property that is null, undefined or false is left out.
 */
export function h(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) set(made, name, value);
  add(made, children);
  return made;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
  else if (name === "style") for (const [key, part] of Object.entries(value)) style(element, key, part);
  else if (name === "data") for (const [key, part] of Object.entries(value)) { if (part !== undefined && part !== null) element.dataset[key] = part; }
  else if (name === "aria") for (const [key, part] of Object.entries(value)) { if (part !== undefined && part !== null) element.setAttribute(`aria-${key}`, part); }
  else if (name === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
  else if (name === "value" || name === "checked" || name === "disabled" || name === "selected" || name === "indeterminate") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

function style(element, name, value) {
  if (name.startsWith("--")) element.style.setProperty(name, value);
  else element.style[name] = value;
}

/** Append what is there: nodes, texts, lists of them. */
export function add(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(element, child);
    else element.append(child);
  }
}

/** Replace what is inside an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** An icon of the sprite; the server puts into it what modules name. It says nothing to screen readers. */
export function icon(name, size = 16) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("width", size);
  drawn.setAttribute("height", size);
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  drawn.append(use);
  return drawn;
}

/** A button with an icon alone; `label` is its name for everybody. */
export function iconButton(picture, label, onClick, properties = {}) {
  return h("button", { type: "button", class: "icon-button", title: label, ...properties, aria: { label, ...properties.aria }, onClick }, picture);
}

/** A bar of links that scrolls sideways: once it shows, the current one is in sight. */
export function showCurrent(bar) {
  const once = new ResizeObserver(() => {
    if (!bar.clientWidth) return;
    once.disconnect();
    const current = bar.querySelector("[aria-current]");
    if (current) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  });
  once.observe(bar);
  return bar;
}

let count = 0;
/** An id that is free in this document. */
export function freshId(prefix = "x") {
  count += 1;
  return `${prefix}-${count}`;
}

/** Run the last call when none came for `wait` milliseconds; `.now()` runs what waits at once. */
export function debounce(run, wait) {
  let timer = 0;
  let waiting = null;
  const fire = () => { const given = waiting; waiting = null; clearTimeout(timer); if (given) run(...given); };
  const later = (...given) => { waiting = given; clearTimeout(timer); timer = setTimeout(fire, wait); };
  later.now = fire;
  later.cancel = () => { waiting = null; clearTimeout(timer); };
  return later;
}

export const isTyping = (target) => target instanceof HTMLElement
  && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) && target.type !== "checkbox";
