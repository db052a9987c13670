// The filter builder: conditions that read as a sentence, or the whole as an expression.

import { Problem } from "../core/api.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { picker } from "../core/popover.js";
import { aggregate } from "../data/records.js";
import { fromExpression } from "./parse.js";
import { isComplete, operatorLabel, pruned, shownValue, takesMany, takesNothing, toExpression } from "./tree.js";
import { valueEditor } from "./values.js";

/** Fires "filter" with the new filter as `detail`: a tree, an expression, or null. */
define("smalt-filter-builder", class extends Part {
  /** `none` is said while there is no condition; `inside` a form of which it is a part, which checks it. */
  begin(model, filter, { none = t("No conditions yet: all records show."), inside = false } = {}) {
    Object.assign(this, { model, none, inside });
    const tree = typeof filter === "string" ? fromExpression(filter, model) : filter;
    this.asText = typeof filter === "string" && !tree;
    this.text = this.asText ? filter : "";
    this.root = this.asText ? { all: [] } : normal(tree);
    return this;
  }

  /** The filter as it stands: a tree, an expression, or null. */
  get filter() { return this.asText ? this.text.trim() || null : pruned(this.root); }

  connected() { this.draw(); }

  draw() { fill(this, this.asText ? this.expression() : this.sentences()); }

  emit() { this.dispatchEvent(new CustomEvent("filter", { detail: this.filter })); }

  sentences() {
    const members = this.root.all || this.root.any;
    return h("div", { class: "filter-builder" },
      members.length ? h("ul", { class: "conditions" }, members.map((node, index) => this.condition(this.root, node, index))) : h("p", { class: "soft" }, this.none),
      h("div", { class: "row filter-foot" },
        h("button", { type: "button", class: "plain", onClick: (event) => this.add(event.currentTarget, this.root) }, icon("plus", 14), t("Add a condition")),
        h("button", { type: "button", class: "plain", onClick: () => { members.push({ [this.root.all ? "any" : "all"]: [] }); this.draw(); } }, icon("brackets", 14), t("Add a group")),
        h("span", { class: "grow" }),
        h("button", { type: "button", class: "link", onClick: () => { this.text = members.length && isComplete(this.root) ? toExpression(pruned(this.root)) : ""; this.asText = true; this.draw(); } }, t("As an expression"))));
  }

  condition(parent, node, index) {
    const members = parent.all || parent.any;
    const joint = index === 0 ? h("span", { class: "joint" }, t("Where")) : index === 1
      ? h("select", { class: "joint-select", aria: { label: t("How conditions combine") }, onChange: (event) => { this.join(parent, event.target.value); } }, ["all", "any"].map((name) => h("option", { value: name, selected: Boolean(parent[name]) }, name === "all" ? t("and") : t("or"))))
      : h("span", { class: "joint" }, parent.all ? t("and") : t("or"));
    const remove = iconButton(icon("x", 14), t("Remove this condition"), () => { members.splice(index, 1); this.draw(); this.emit(); });
    if (node.all || node.any) {
      const inside = node.all || node.any;
      return h("li", { class: "condition" }, joint, h("div", { class: "condition-group" }, h("ul", { class: "conditions" }, inside.map((child, i) => this.condition(node, child, i))),
        h("button", { type: "button", class: "plain", onClick: (event) => this.add(event.currentTarget, node) }, icon("plus", 14), t("Add a condition"))), remove);
    }
    const column = this.model.column(node.field);
    const fieldButton = h("button", { type: "button", class: "chooser", aria: { haspopup: "listbox", label: t("Field: {name}", { name: column?.name ?? node.field }) }, onClick: (event) => this.chooseField(event.currentTarget, (found) => { Object.assign(node, freshCondition(found)); this.draw(); this.emit(); }) }, h("span", { class: "clip" }, column?.name ?? node.field));
    const operator = h("select", { aria: { label: t("Comparison") }, onChange: (event) => { this.reoperate(node, event.target.value); } }, (column?.operators ?? [node.op]).map((op) => h("option", { value: op, selected: op === node.op }, operatorLabel(op, column?.kind))));
    const value = takesNothing(node.op) || !column ? null : valueEditor({ node, column, model: this.model, change: () => this.emit(), redraw: () => { this.draw(); this.emit(); }, label: shownValue(node, column, this.model) });
    return h("li", { class: "condition" }, joint, fieldButton, operator, value ?? h("span", {}), remove);
  }

  join(parent, name) {
    const members = parent.all || parent.any;
    delete parent.all;
    delete parent.any;
    parent[name] = members;
    this.draw();
    this.emit();
  }

  reoperate(node, operator) {
    const many = takesMany(node.op);
    if (takesMany(operator) !== many || operator === "between" || node.op === "between" || operator === "within" || node.op === "within") {
      if (takesMany(operator)) node.value = node.value === undefined || node.value === "" || node.op === "between" ? [] : [].concat(node.value);
      else if (operator === "between") node.value = ["", ""];
      else if (operator === "within") node.value = "this_month";
      else node.value = many ? node.value?.[0] : "";
    }
    node.op = operator;
    if (takesNothing(operator)) delete node.value;
    this.draw();
    this.emit();
  }

  add(anchor, parent) {
    this.chooseField(anchor, (column) => {
      (parent.all || parent.any).push(freshCondition(column));
      this.draw();
      this.emit();
      [...this.querySelectorAll(".condition")].at(-1)?.querySelector("input, .value-button")?.focus();
    });
  }

  chooseField(anchor, onChoose) {
    const usable = this.model.columns.filter((column) => column.operators.length && column.sortable);
    picker(anchor, { label: t("Field"), options: usable.map((column) => ({ value: column.key, label: column.name })), onChoose: (key) => onChoose(this.model.column(key)) });
  }

  expression() {
    const area = h("textarea", { class: "mono", rows: 4, spellcheck: "false", aria: { label: t("Filter expression") }, placeholder: "{amount} > 5000 AND {list} = 'Negotiations'", onInput: (event) => { this.text = event.target.value; trouble.hidden = true; if (this.inside) this.emit(); } });
    area.value = this.text;
    const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
    const apply = async () => {
      try {
        if (this.text.trim()) await aggregate(this.model, { filter: this.text, measures: { count: { function: "count" } } });
        this.emit();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        trouble.hidden = false;
        fill(trouble, error.sentence);
        const at = error.errors[0]?.position;
        if (at !== undefined) { area.focus(); area.setSelectionRange(at, at + 1); }
      }
    };
    area.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); apply(); } });
    return h("div", { class: "filter-builder" }, area, trouble, h("p", { class: "hint" }, t("Fields stand in braces. Also through references, as in {customer.category}.")), h("div", { class: "row" }, this.inside ? null : h("button", { type: "button", class: "primary", onClick: apply }, t("Apply")), h("span", { class: "grow" }), h("button", { type: "button", class: "link", onClick: () => { this.asText = false; this.root = { all: [] }; this.draw(); } }, t("Start again with conditions"))));
  }
});

function freshCondition(column) {
  const op = column.kind === "text" && column.operators.includes("contains") ? "contains" : column.operators.includes("within") ? "within" : column.operators[0];
  return { field: column.key, op, value: takesMany(op) ? [] : op === "within" ? "this_month" : column.kind === "boolean" ? true : "" };
}

/** A tree whose root is `all` or `any`; a copy, so that editing does not reach what is applied. */
function normal(filter) {
  if (!filter) return { all: [] };
  const copy = structuredClone(filter);
  return copy.all || copy.any ? copy : { all: [copy] };
}
