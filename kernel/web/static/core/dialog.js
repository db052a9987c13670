// Modal windows: questions, and forms that need all attention.

import { h, fill, freshId, icon, iconButton } from "./dom.js";
import { t } from "./i18n.js";
import { Problem } from "./api.js";

/**
 * Open a window. `body` is a node; `actions`: `[{label, kind: "primary"|"danger", run, submit}]`, where
 * `run(close)` may be async and may throw a Problem, which is shown in the window.
 */
export function dialog({ title, body, actions = [], className = "", onClose, wide = false }) {
  const titleId = freshId("title");
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const box = h("dialog", { class: ["dialog", wide && "wide", className], aria: { labelledby: titleId } });
  const close = () => { if (box.open) box.close(); };
  const buttons = actions.map((action) => h("button", { type: action.submit ? "submit" : "button", class: action.kind || "", onClick: action.submit ? null : () => act(action) }, action.label));
  const form = h("form", { method: "dialog", novalidate: true },
    h("header", {}, h("h2", { id: titleId }, title), iconButton(icon("x"), t("Close"), close)),
    h("div", { class: "dialog-body" }, body, trouble),
    buttons.length ? h("footer", {}, buttons) : null);
  const submit = actions.find((action) => action.submit);
  form.addEventListener("submit", (event) => { event.preventDefault(); if (submit) act(submit); });
  async function act(action) {
    trouble.hidden = true;
    buttons.forEach((button) => { button.disabled = true; });
    try {
      await action.run(close);
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      fill(trouble, error instanceof Problem ? error.sentence : error.message);
      trouble.hidden = false;
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  }
  box.append(form);
  document.body.append(box);
  box.addEventListener("close", () => { box.remove(); onClose?.(); });
  box.addEventListener("pointerdown", (event) => { if (event.target === box) close(); });
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.showModal();
  box.querySelector("[autofocus], .dialog-body input, .dialog-body textarea, .dialog-body select")?.focus();
  return { box, close };
}

/** Ask whether to go on; resolves to true or false. */
export function confirmed({ title, text, action, danger = false }) {
  return new Promise((resolve) => {
    let answer = false;
    dialog({
      title,
      body: h("p", {}, text),
      actions: [
        { label: t("Cancel"), run: (close) => close() },
        { label: action, kind: danger ? "danger" : "primary", submit: true, run: (close) => { answer = true; close(); } },
      ],
      onClose: () => resolve(answer),
    });
  });
}

/** A label with its input; `fault(text)` shows what is wrong at it. */
export function field(label, input, { hint } = {}) {
  const id = input.id || freshId("field");
  const faultId = `${id}-fault`;
  input.id = id;
  const fault = h("span", { class: "fault", id: faultId, hidden: true });
  const box = h("div", { class: "field" }, h("label", { for: id }, label), input, hint ? h("span", { class: "hint" }, hint) : null, fault);
  box.fault = (text) => {
    fault.hidden = !text;
    fill(fault, text || "");
    input.toggleAttribute("aria-invalid", Boolean(text));
    if (text) input.setAttribute("aria-describedby", faultId);
    else input.removeAttribute("aria-describedby");
  };
  box.input = input;
  return box;
}

/** Put the faults of a Problem at their fields, `{"/email": field}`; what is left comes back. */
export function placeFaults(problem, fields) {
  for (const box of Object.values(fields)) box.fault("");
  const rest = [];
  for (const error of problem.errors || []) {
    const at = Object.keys(fields).find((pointer) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
    if (at) fields[at].fault(error.detail);
    else rest.push(error.detail);
  }
  if (!(problem.errors || []).length) rest.push(problem.message);
  return rest.join(" ");
}
