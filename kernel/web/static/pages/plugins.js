// What is installed: administrators switch on only what they need.

import { api } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { complain } from "../core/toast.js";
import { forget } from "../data/catalogue.js";
import { heading, tried } from "../settings/part.js";

const kinds = () => ({ field_type: t("Field types"), field: t("Field types"), chart_type: t("Charts"), chart: t("Charts"), trigger: t("Triggers"), action: t("Actions"), importer: t("Importers"), template: t("Templates") });

define("smalt-plugins", class extends Part {
  begin(plugins) { this.plugins = plugins; }

  connected() {
    const groups = new Map();
    for (const plugin of this.plugins) groups.set(plugin.kind, [...groups.get(plugin.kind) ?? [], plugin]);
    const narrow = h("input", { type: "search", placeholder: t("Search"), aria: { label: t("Search") }, onInput: () => { const text = narrow.value.trim().toLowerCase(); for (const line of this.querySelectorAll("[data-text]")) line.hidden = !line.dataset.text.includes(text); } });
    fill(this, h("div", { class: "narrow-page settings" }, heading(t("Plugins"), t("What is switched off is hidden; its values and settings are kept.")), narrow,
      [...groups].map(([kind, plugins]) => h("section", {}, h("h2", {}, kinds()[kind] ?? kind), h("ul", { class: "choice-list" }, plugins.map((plugin) => this.line(plugin)))))));
  }

  line(plugin) {
    const on = h("input", { type: "checkbox", role: "switch", checked: plugin.enabled, disabled: plugin.status !== "loaded", aria: { label: t("{name} is on", { name: plugin.label }) }, onChange: async () => {
      if (await tried(null, () => api.patch(`/plugins/${plugin.name}`, { enabled: on.checked }))) forget();
      else on.checked = !on.checked;
    } });
    const words = [plugin.provider, plugin.in_use ? n("used {count} time", "used {count} times", plugin.in_use) : t("not in use")].join(" · ");
    return h("li", { class: "choice-line", data: { text: `${plugin.label} ${plugin.name}`.toLowerCase() } }, on, h("span", { class: "grow field-words" }, h("strong", {}, plugin.label), h("span", { class: "soft clip" }, words), plugin.error ? h("span", { class: "warning" }, icon("triangle-alert", 13), plugin.error) : null), h("code", { class: "soft field-key clip" }, plugin.name));
  }
});

export default async () => {
  const page = h("smalt-plugins");
  try { page.begin(await api.all("/plugins")); } catch (error) { complain(error); page.begin([]); }
  return page;
};
