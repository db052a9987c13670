// Short messages in a corner, read out by screen readers; an error stays until it is closed.

import { h, fill, icon, iconButton } from "./dom.js";
import { t } from "./i18n.js";
import { aborted, Problem } from "./api.js";

const LONG = 6000;
const LONGER = 20_000; // where something can be done
let holder = null;
let announcer = null;

function corner() {
  if (!holder?.isConnected) {
    holder = h("div", { class: "toasts", role: "region", aria: { label: t("Messages") } });
    document.body.append(holder);
  }
  return holder;
}

/** Show a message; `action` is `{label, run}`. Returns what takes it away. */
export function toast(text, { kind = "info", action, stay = false } = {}) {
  const picture = kind === "error" ? icon("circle-alert") : kind === "good" ? icon("check") : icon("info");
  const shown = h("div", { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" }, picture, h("span", { class: "toast-text" }, text));
  const close = () => { clearTimeout(timer); shown.remove(); };
  if (action) shown.append(h("button", { type: "button", class: "link", onClick: () => { close(); action.run(); } }, action.label));
  shown.append(iconButton(icon("x", 14), t("Close"), close));
  corner().append(shown);
  while (corner().children.length > 4) corner().firstElementChild.remove();
  const timer = stay || kind === "error" ? 0 : setTimeout(close, action ? LONGER : LONG);
  shown.addEventListener("pointerenter", () => clearTimeout(timer));
  return close;
}

/** Say what went wrong, in the server's words where it has some. */
export function complain(error, context) {
  if (aborted(error)) return;
  const text = error instanceof Problem ? error.sentence : t("Something went wrong: {message}", { message: error.message });
  if (!(error instanceof Problem)) console.error(error);
  if (error instanceof Problem && error.status === 401) return;
  toast(context ? `${context} ${text}` : text, { kind: "error" });
}

/** Tell screen readers alone. */
export function announce(text) {
  if (!announcer?.isConnected) {
    announcer = h("div", { class: "visually-hidden", role: "status", aria: { live: "polite" } });
    document.body.append(announcer);
  }
  fill(announcer, text);
}
