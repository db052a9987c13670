// The formula editor: completion of fields and functions, faults at their position, and the value that
// the formula gives for a record that is there.

import { aborted, api, Problem } from "../core/api.js";
import { debounce, fill, freshId, h } from "../core/dom.js";
import { day, money, number } from "../core/format.js";
import { t } from "../core/i18n.js";
import { functions } from "../data/catalogue.js";

const CHECK = "COUNTUNIQUE(";
const VALUE = "MAX(";
const FLAG = "MAX(IF(";
const MOST = 8;

/** An input for `schemaForm`. */
export function formulaInput(model, { value, changed }) {
  const listId = freshId("completions");
  const area = h("textarea", { class: "mono formula", rows: 3, spellcheck: "false", autocomplete: "off", placeholder: "{amount} - {cost}", aria: { autocomplete: "list", controls: listId, expanded: "false" }, role: "combobox" });
  area.value = value ?? "";
  const list = h("div", { class: "completions", id: listId, role: "listbox", aria: { label: t("Completions") }, hidden: true });
  const fault = h("div", { class: "formula-fault", role: "status", hidden: true });
  const result = h("p", { class: "hint formula-result", role: "status" });
  const completion = new Completion(model, area, list);
  let waiting = null;
  const check = debounce(async () => {
    waiting?.abort();
    waiting = new AbortController();
    const expression = area.value.trim();
    fill(result);
    mark(area, fault, null);
    if (!expression) return;
    try { fill(result, await sample(model, area.value, waiting.signal)); } catch (error) {
      if (aborted(error)) return;
      if (!(error instanceof Problem)) throw error;
      mark(area, fault, error.errors[0] ?? { detail: error.message }, CHECK.length);
    }
  }, 400);
  area.addEventListener("input", () => { changed(); check(); });
  if (area.value) check();
  const help = h("p", { class: "hint" }, t("Type { for fields, or a letter for functions such as IF, ROUND or DATEADD."));
  return { element: h("div", { class: "formula-editor" }, area, list, fault, result, help), control: area, read: () => { completion.close(); return area.value.trim() || undefined; } };
}

/** The fault, with the place in the formula marked. */
function mark(area, box, fault, shift = 0) {
  area.toggleAttribute("aria-invalid", Boolean(fault));
  box.hidden = !fault;
  if (!fault) return;
  const at = Number.isInteger(fault.position) ? Math.max(0, Math.min(area.value.length, fault.position - shift)) : null;
  const end = at === null ? 0 : at + (/^(\{[^}]*\}?|\w+|.)/s.exec(area.value.slice(at))?.[0].length ?? 0);
  fill(box, at === null ? null : h("code", { aria: { hidden: "true" } }, area.value.slice(0, at), h("mark", {}, area.value.slice(at, end) || " "), area.value.slice(end)), h("span", { class: "fault" }, fault.detail));
}

/** What the formula gives for one record, in words. Throws the Problem when it is not valid. */
async function sample(model, expression, signal) {
  const ask = (measure) => api.post(`${model.path}/records/aggregate`, { group_by: ["title"], limit: 1, filter: null, measures: { value: { expression: measure } } }, { signal });
  const checked = await ask(`${CHECK}${expression})`);
  const title = checked.items[0]?.group.title;
  if (title === undefined) return t("The formula is valid. There is no record yet to show a value for.");
  let found;
  try { found = await ask(`${VALUE}${expression})`); } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const kind = /this is (?:a |an )?(.+?)\.$/.exec(error.sentence)?.[1] ?? "";
    if (!kind.startsWith("yes/no")) return t("The formula is valid and gives: {kind}.", { kind: t(kind) });
    const flag = (await ask(`${FLAG}${expression}, 1, 0))`)).items[0].measures.value;
    return t("For “{title}”: {value}", { title, value: Number(flag) ? t("yes") : t("no") });
  }
  return t("For “{title}”: {value}", { title, value: words(found.items[0].measures.value) });
}

function words(value) {
  if (value === null) return t("empty");
  if (value?.currency) return money(value);
  return /^\d{4}-\d\d-\d\d/.test(String(value)) ? day(String(value)) : number(value);
}

/** The list below the formula. */
class Completion {
  constructor(model, area, list) {
    Object.assign(this, { model, area, list, found: [], active: 0, known: [] });
    functions().then((all) => { this.known = all; }, () => {});
    area.addEventListener("input", () => this.look());
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("blur", () => this.close());
  }

  /** What stands before the caret: the beginning of a field or of a function. */
  get begun() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const field = /\{([^{}]*)$/.exec(before);
    if (field) return { kind: "field", text: field[1], at: before.length - field[1].length };
    const word = /(?:^|[^\w}'"])([A-Za-z_]{1,30})$/.exec(before);
    return word ? { kind: "function", text: word[1], at: before.length - word[1].length } : null;
  }

  look() {
    const { begun } = this;
    if (!begun) { this.close(); return; }
    const wanted = begun.text.toLowerCase();
    this.found = begun.kind === "field"
      ? this.model.columns.filter((column) => `${column.key} ${column.name}`.toLowerCase().includes(wanted)).map((column) => ({ text: `${column.key}}`, label: column.name, hint: `{${column.key}}`, kind: column.kind }))
      : this.known.filter((known) => known.name.toLowerCase().startsWith(wanted)).map((known) => ({ text: `${known.name}(`, label: known.signature, hint: t(known.description) }));
    this.found = this.found.slice(0, MOST);
    this.active = 0;
    this.draw();
  }

  draw() {
    if (!this.found.length) { this.close(); return; }
    fill(this.list, this.found.map((option, index) => h("div", { class: "completion", role: "option", id: `${this.list.id}-${index}`, aria: { selected: String(index === this.active) }, onPointerdown: (event) => { event.preventDefault(); this.take(index); } }, h("span", { class: "clip" }, option.label), h("span", { class: "hint clip" }, option.hint))));
    this.list.hidden = false;
    this.area.setAttribute("aria-expanded", "true");
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  close() {
    this.list.hidden = true;
    this.area.setAttribute("aria-expanded", "false");
    this.area.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.active = (this.active + (event.key === "ArrowDown" ? 1 : this.found.length - 1)) % this.found.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") this.take(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(index) {
    const { begun, area } = this;
    if (!begun) return;
    const after = area.value.slice(area.selectionStart).replace(begun.kind === "field" ? /^[^{}\s]*\}?/ : /^\w*\(?/, "");
    const head = area.value.slice(0, begun.at) + this.found[index].text;
    area.value = head + after;
    area.setSelectionRange(head.length, head.length);
    this.close();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}
