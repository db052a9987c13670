// Editors: a value is edited in place, in the grid and on the record's page alike.
//
// A session is `{value, column, model, record, anchor, host, initial, commit(shown, input, move), cancel()}`.
// `initial` is what was typed to begin with, null to edit what is there; `move` says where to go after.

import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** An input that fills the host; Enter and Tab commit, Escape leaves. `read(text)` gives `[shown, input]` or throws. */
export function inlineInput(session, { type = "text", text, read, attributes = {}, multiline = false }) {
  const { host, initial, column } = session;
  const input = h(multiline ? "textarea" : "input", { class: "inline-editor", type: multiline ? undefined : type, aria: { label: column.name }, autocomplete: "off", spellcheck: multiline ? "true" : "false", ...attributes });
  input.value = initial ?? text ?? "";
  let ended = false;
  const commit = (move) => {
    if (ended) return;
    if (initial === null && input.value === (text ?? "")) { end(); session.cancel(move); return; }
    try {
      const [shown, value] = read(input.value);
      end();
      session.commit(shown, value, move);
    } catch (error) {
      input.setCustomValidity(error.message);
      input.reportValidity();
      input.toggleAttribute("aria-invalid", true);
    }
  };
  const end = () => { ended = true; };
  input.addEventListener("input", () => { input.setCustomValidity(""); input.removeAttribute("aria-invalid"); });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && (!multiline || event.ctrlKey || event.metaKey)) { event.preventDefault(); commit({ row: event.shiftKey ? -1 : 1 }); }
    else if (event.key === "Tab") { event.preventDefault(); commit({ column: event.shiftKey ? -1 : 1 }); }
    else if (event.key === "Escape") { event.preventDefault(); end(); session.cancel(); }
  });
  input.addEventListener("blur", () => commit(null));
  host.append(input);
  input.focus({ preventScroll: true });
  if (initial === null && type !== "date" && type !== "datetime-local") input.select?.();
  return { element: input, close: () => { end(); input.remove(); } };
}

/** What an editor gives when a text must be a number. */
export function readNumber(text) {
  const plain = text.trim().replace(/[\s  _']/g, "").replace("−", "-");
  if (!plain) return null;
  const normal = /,\d{1,}$/.test(plain) && !plain.includes(".") ? plain.replace(",", ".") : plain.replace(/,(?=\d{3}\b)/g, "");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(normal)) throw new Error(t("This must be a number."));
  return normal;
}
