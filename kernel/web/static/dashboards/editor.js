// The editor of a chart: what it counts, of which records, grouped by what; with its picture beside it.

import { aborted, api, Problem } from "../core/api.js";
import { dialog, field } from "../core/dialog.js";
import { debounce, fill, h } from "../core/dom.js";
import { language, t } from "../core/i18n.js";
import { projects } from "../core/session.js";
import { chartTypes } from "../data/catalogue.js";
import { loadProject } from "../data/project.js";
import { schemaForm } from "../forms/schema_form.js";
import { currencyPart, groupingPart, measurePart, morePart, weightsPart } from "./editor_parts.js";
import { gap } from "./layout.js";
import { picture } from "./picture.js";
import { sourcesPart } from "./sources.js";

/** Edit a chart of a dashboard, or a new one; resolves to it as saved, or null. */
export async function editChart(dashboard, chart) {
  const types = await chartTypes();
  const draft = chart ? structuredClone({ title: chart.title, type: chart.type, config: chart.config }) : { title: "", type: types.some((type) => type.key === "bar") ? "bar" : types[0]?.key, config: { sources: firstSource() } };
  return new Promise((resolve) => { new Editor(dashboard, chart, draft, types, resolve).open(); });
}

const firstSource = () => (projects.value.length ? [{ project_id: (projects.value.find((project) => /^(opportunities|deals|sales)/i.test(project.name)) ?? projects.value[0]).id }] : []);

class Editor {
  constructor(dashboard, chart, draft, types, done) {
    Object.assign(this, { dashboard, chart, draft, types, done });
    this.models = [];
    this.result = null;
    this.previewLater = debounce(() => this.preview(), 350);
  }

  open() {
    const { draft } = this;
    this.title = field(t("Title"), h("input", { type: "text", value: draft.title, maxlength: 200, autofocus: true, placeholder: t("Made from what it shows") }));
    this.type = field(t("Kind of chart"), h("select", { onChange: (event) => { draft.type = event.target.value; this.drawLook(); this.changed(); } }, this.types.map((type) => h("option", { value: type.key, selected: type.key === draft.type }, type.label))));
    this.parts = h("div", { class: "stack" });
    this.look = h("div", {});
    this.picture = h("div", { class: "preview-picture" });
    this.says = h("p", { class: "hint", role: "status" });
    const form = h("div", { class: "chart-form" }, this.title, this.type, this.parts, this.look);
    this.title.input.addEventListener("input", () => this.changed());
    const preview = h("section", { class: "chart-preview", aria: { label: t("Preview") } }, this.picture, this.says);
    dialog({
      title: this.chart ? t("Edit the chart") : t("Add a chart"), className: "chart-editor", wide: true,
      body: h("div", { class: "chart-editor-body" }, form, preview),
      actions: [{ label: t("Cancel"), run: (close) => close() }, { label: this.chart ? t("Save") : t("Add to the dashboard"), kind: "primary", submit: true, run: (close) => this.save(close) }],
      onClose: () => { this.previewLater.cancel(); this.waiting?.abort(); this.done(this.result); },
    });
    this.drawLook();
    this.reload();
  }

  /** The projects of the sources have changed: what can be measured and grouped has too. */
  async reload() {
    try {
      this.models = await Promise.all(this.draft.config.sources.map((source) => loadProject(source.project_id)));
      this.draw();
    } catch (error) { this.fail(error); }
    this.preview();
  }

  draw() {
    const again = () => { this.draw(); this.changed(); };
    const context = { draft: this.draft, config: this.draft.config, models: this.models, again, changed: () => this.changed(), reload: () => this.reload() };
    const focused = document.activeElement?.dataset?.part;
    fill(this.parts, sourcesPart(context), measurePart(context), groupingPart(context, "group_by", t("Grouped by")), this.draft.config.group_by ? groupingPart(context, "stack_by", t("Divided by")) : null, weightsPart(context), currencyPart(context), morePart(context));
    if (focused) this.parts.querySelector(`[data-part="${focused}"]`)?.focus();
  }

  drawLook() {
    const type = this.types.find((found) => found.key === this.draft.type);
    const has = Object.keys(type?.config_schema.properties ?? {}).length > 0;
    this.form = type && has ? schemaForm(type.config_schema, this.draft.config.format ?? {}, { changed: () => this.changed() }) : null;
    fill(this.look, this.form ? h("fieldset", { class: "look" }, h("legend", { class: "label" }, t("Look")), this.form.element) : null);
  }

  changed() { this.previewLater(); }

  /** The chart as the API takes it. */
  content() {
    const config = Object.fromEntries(Object.entries(this.draft.config).filter(([, value]) => value !== null && value !== undefined && value !== ""));
    config.format = this.form ? this.form.read() : {};
    return { title: this.title.input.value.trim() || this.ownTitle(), type: this.draft.type, config };
  }

  /** What the chart shows, in words. */
  ownTitle() {
    const { measure, group_by: group } = this.draft.config;
    const [model] = this.models;
    const column = model?.column(measure?.field);
    const what = measure?.field ? column?.name ?? measure.field : measure?.expression ? t("Figure") : model?.name ?? t("Records");
    const per = group?.interval ? { day: t("per day"), week: t("per week"), month: t("per month"), quarter: t("per quarter"), year: t("per year") }[group.interval] : group ? t("by {field}", { field: model?.column(group.field ?? group)?.name ?? group.field ?? group }) : "";
    return [what, per].filter(Boolean).join(" ");
  }

  async preview() {
    this.waiting?.abort();
    this.waiting = new AbortController();
    const { signal } = this.waiting;
    if (!this.draft.config.sources.length) { this.say(t("Choose a project first.")); return; }
    const query = new URLSearchParams({ width: Math.max(200, this.picture.clientWidth), height: 300, styled: "false", locale: language.value });
    try {
      const drawn = picture(await api.post(`/dashboards/${this.dashboard.id}/charts/preview/image.svg?${query}`, this.content(), { as: "text", signal }));
      if (signal.aborted) return;
      fill(this.picture, drawn);
      this.say("");
    } catch (error) { this.fail(error); }
  }

  fail(error) {
    if (aborted(error)) return;
    const text = error instanceof Problem ? error.sentence : error.message;
    for (const fault of error.errors ?? []) if (fault.pointer?.startsWith("/config/format")) this.form?.fault(fault.pointer.slice("/config/format".length), fault.detail);
    this.say(text, true);
  }

  say(text, bad = false) {
    fill(this.says, text);
    this.says.className = bad ? "trouble" : "hint";
    this.says.hidden = !text;
    this.picture.toggleAttribute("data-stale", bad);
  }

  async save(close) {
    const path = `/dashboards/${this.dashboard.id}/charts`;
    const body = this.content();
    if (this.chart) this.result = await api.patch(`${path}/${this.chart.id}`, body);
    else {
      const type = this.types.find((found) => found.key === body.type);
      // A card with one figure needs little room, a chart with groups more.
      const size = type?.grouped === false ? { w: 3, h: 3 } : { w: 6, h: 4 };
      this.result = await api.post(path, { ...body, layout: gap(this.dashboard.charts.map((known) => known.layout), size) });
    }
    close();
  }
}
