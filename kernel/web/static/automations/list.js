// The automations of a project: what they do, whether they are on, what they did.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { menu } from "../core/popover.js";
import { complain } from "../core/toast.js";
import { actions, triggers } from "../data/catalogue.js";
import { emptyState } from "../parts/empty.js";
import { heading, tried } from "../settings/part.js";
import { editAutomation } from "./editor.js";
import { showRuns } from "./runs.js";
import { automationWords } from "./words.js";

define("smalt-automations", class extends Part {
  begin(model) { this.model = model; }

  get path() { return `${this.model.path}/automations`; }

  connected() {
    this.className = "narrow-page";
    this.load();
  }

  async load() {
    try {
      [this.items, this.triggers, this.actions, this.model.dashboards] = await Promise.all([api.all(this.path, {}, { signal: this.alive }), triggers(), actions(), api.all("/dashboards", {}, { signal: this.alive })]);
      this.draw();
    } catch (error) { complain(error); }
  }

  draw() {
    const add = h("button", { type: "button", class: "primary", onClick: () => this.edit(null) }, icon("plus"), t("New automation"));
    fill(this, heading(t("Automations"), t("When something happens, and a condition holds, then something is done."), this.items.length ? add : null),
      this.items.length ? h("ul", { class: "automation-list" }, this.items.map((item) => this.card(item))) : emptyState(icon("zap", 26), t("No automations yet"), t("Assign new deals, remind of quiet ones, tell the team when one is won: say when, if and then."), add));
  }

  card(item) {
    const words = automationWords(this.model, item, this.triggers, this.actions);
    const on = h("input", { type: "checkbox", role: "switch", checked: item.enabled, aria: { label: t("{name} is on", { name: item.name }) }, onChange: async () => { if (await tried(null, () => api.patch(`${this.path}/${item.id}`, { enabled: on.checked }), on.checked ? t("It is on.") : t("It is off."))) item.enabled = on.checked; else on.checked = item.enabled; } });
    return h("li", { class: "automation-card" }, on, h("button", { type: "button", class: "field-button", onClick: () => this.edit(item) }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, item.name),
      h("span", { class: "sentence" }, h("b", {}, t("When")), ` ${words.when} `, words.condition ? [h("b", {}, t("if")), ` ${words.condition} `] : null, h("b", {}, t("then")), ` ${words.then.join("; ")}`), item.fault ? h("span", { class: "warning" }, icon("triangle-alert", 13), item.fault) : null)),
    h("button", { type: "button", onClick: () => showRuns(this.model, item, this.actions) }, icon("history", 14), t("Runs")),
    iconButton(icon("ellipsis"), t("What to do with “{title}”", { title: item.name }), (event) => menu(event.currentTarget, [{ label: t("Edit"), icon: icon("pencil"), run: () => this.edit(item) }, { label: t("Delete"), icon: icon("trash-2"), danger: true, run: () => this.removeItem(item) }]), { aria: { haspopup: "menu" } }));
  }

  async edit(item) {
    try { if (await editAutomation(this.model, item, this.triggers, this.actions)) this.load(); } catch (error) { complain(error); }
  }

  async removeItem(item) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: item.name }), text: t("What it did stays. It can be brought back from the trash."), action: t("Delete"), danger: true })) return;
    if (await tried(null, () => api.delete(`${this.path}/${item.id}`), t("It is in the trash now."))) this.load();
  }
});
