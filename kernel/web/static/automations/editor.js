// The editor of an automation, which reads as a sentence: when this happens, if that holds, then do these.

import { api, Problem } from "../core/api.js";
import { dialog, field } from "../core/dialog.js";
import { fill, freshId, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { grip } from "../parts/grip.js";
import { picker } from "../core/popover.js";
import "../filters/builder.js";
import { plainTree } from "../filters/tree.js";
import { schemaForm } from "../forms/schema_form.js";
import { automationMembers } from "./members.js";
import { trialResult } from "./runs.js";

/** Resolves to the automation as saved, or null. */
export async function editAutomation(model, automation, triggers, actions) {
  const [forms, dashboards] = await Promise.all([api.all(`${model.path}/forms`), api.all("/dashboards")]);
  return new Promise((resolve) => { new Editor(model, automation, triggers, actions, { forms, dashboards }, resolve).open(); });
}

class Editor {
  constructor(model, automation, triggers, actions, known, done) {
    Object.assign(this, { model, automation, triggers, actions, known, done, result: null });
    this.fresh = !automation;
  }

  open() {
    const { automation, model } = this;
    this.name = field(t("Name"), h("input", { type: "text", value: automation?.name ?? "", maxlength: 200, autofocus: true, placeholder: t("Thank the customer, remind of quiet deals …") }));
    this.trigger = new Step(model, this.triggers, automation?.trigger ?? { type: "list_entered", config: {} }, t("What happens"), { known: this.known });
    this.then = new Steps(model, this.actions, automation?.actions ?? [{ type: "notify", config: {} }], this.known);
    this.builder = h("smalt-filter-builder").begin(model, automation?.condition ?? null, { none: t("No conditions: it runs each time."), inside: true });
    this.tested = h("div", { role: "status" });
    const part = (word, ...content) => h("section", { class: "when-part", aria: { label: word } }, h("h3", { class: "when-word" }, word), h("div", { class: "when-content" }, content));
    dialog({
      title: automation ? automation.name : t("New automation"), wide: true, className: "automation-editor",
      body: h("div", { class: "stack" }, this.name, part(t("When"), this.trigger.element), part(t("If"), this.builder), part(t("Then"), this.then.element), this.tested),
      actions: [{ label: automation ? t("Test as it is saved") : t("Test with a record"), run: () => this.test() }, { label: t("Cancel"), run: (close) => close() }, { label: automation ? t("Save") : t("Make and switch on"), kind: "primary", submit: true, run: (close) => this.save(close) }],
      onClose: () => this.done(this.result),
    });
  }

  content() {
    return { name: this.name.input.value, trigger: this.trigger.read(), condition: plainTree(this.builder.filter), actions: this.then.read() };
  }

  async save(close) {
    try { this.result = await this.write(); } catch (error) { this.place(error); }
    close();
  }

  async write() {
    const path = `${this.model.path}/automations`;
    return this.automation ? api.patch(`${path}/${this.automation.id}`, { ...this.content(), ...(this.fresh ? { enabled: true } : {}) }) : api.post(path, this.content());
  }

  /** Put faults where they belong, and throw what is left. */
  place(error) {
    if (!(error instanceof Problem)) throw error;
    const rest = [];
    this.name.fault("");
    [this.trigger, ...this.then.steps].forEach((step) => step.form.clear());
    for (const { pointer, detail } of error.errors) {
      const [, root, index] = pointer.split("/");
      if (root === "name") this.name.fault(detail);
      else if (root === "trigger" && this.trigger.form.fault(pointer.replace("/trigger/config", ""), detail)) continue;
      else if (root === "actions" && this.then.steps[index]?.form.fault(pointer.replace(`/actions/${index}/config`, ""), detail)) continue;
      else rest.push(detail);
    }
    throw new Error(rest.join(" ") || (error.errors.length ? t("Mend what is marked.") : error.message));
  }

  /** Try it with a record, without effect: a new one is saved first, switched off; a known one as it is saved. */
  async test() {
    const path = `${this.model.path}/automations`;
    try {
      if (this.fresh && this.automation) this.automation = await api.patch(`${path}/${this.automation.id}`, this.content());
      else if (this.fresh) this.automation = await api.post(path, { ...this.content(), enabled: false });
      if (this.fresh) this.result = this.automation;
    } catch (error) { this.place(error); }
    const anchor = this.tested.closest("dialog").querySelector("footer button");
    const load = async (q, signal) => (await api.get(`${this.model.path}/records`, { q, fields: "title", limit: 30 }, { signal })).items.map((record) => ({ value: record.id, label: record.title }));
    picker(anchor, {
      label: t("Record to test with"), load, onChoose: async (id, option) => {
        try { fill(this.tested, trialResult(await api.post(`${path}/${this.automation.id}/test`, { record: id }), option.label, this.actions)); } catch (error) { fill(this.tested, h("p", { class: "trouble", role: "alert" }, error.sentence ?? error.message)); }
        this.tested.scrollIntoView({ block: "nearest" });
      },
    });
  }
}

/** Actions in their order, those of an automation or of a branch within one. */
class Steps {
  constructor(model, types, specs, known, changed = () => {}) {
    Object.assign(this, { model, types, known, changed, id: freshId("actions") });
    this.list = h("ol", { class: "action-list" });
    this.element = h("div", { class: "stack-s" }, this.list, h("button", { type: "button", class: "plain", onClick: () => { this.add({ type: "add_tag", config: {} }); this.draw(); this.steps.at(-1).select.focus(); } }, icon("plus", 14), t("Add an action")));
    this.steps = [];
    specs.forEach((spec) => this.add(spec));
    this.draw();
  }

  add(spec) { this.steps.push(new Step(this.model, this.types, spec, t("What is done"), { known: this.known, inner: this.types })); }

  draw() {
    const move = (at, to) => { this.steps.splice(to, 0, ...this.steps.splice(at, 1)); this.draw(); };
    fill(this.list, this.steps.map((step, index) => h("li", { class: "action-step" }, grip(this.id, step.name, move), h("div", { class: "grow visible" }, step.element),
      iconButton(icon("x", 14), t("Remove item {number}", { number: index + 1 }), () => { this.steps.splice(index, 1); this.draw(); }))));
    this.changed();
  }

  read() { return this.steps.map((step) => step.read()); }
}

/** A trigger or an action: its type, and the form of its settings. */
class Step {
  constructor(model, types, spec, label, { known, inner = [] }) {
    Object.assign(this, { model, types, known, inner, config: spec.config ?? {} });
    this.select = h("select", { aria: { label }, onChange: () => { this.config = {}; this.draw(); } }, (types.some((type) => type.key === spec.type) ? [] : [h("option", { value: spec.type }, spec.type)]), [...types].sort((a, b) => a.label.localeCompare(b.label)).map((type) => h("option", { value: type.key, selected: type.key === spec.type }, type.label)));
    this.box = h("div", { class: "stack-s" });
    this.element = h("div", { class: "stack-s" }, this.select, this.box);
    this.draw();
  }

  draw() {
    const type = this.types.find((known) => known.key === this.select.value);
    this.form = schemaForm(type?.config_schema ?? { properties: {} }, this.config, { special: automationMembers(this.model, this.known, (specs, changed) => new Steps(this.model, this.inner, specs, this.known, changed)) });
    fill(this.box, type?.description ? h("p", { class: "hint" }, type.description) : null, this.form.element);
  }

  get name() { return this.select.selectedOptions[0].label; }

  read() { return { type: this.select.value, config: this.form.read() }; }
}
