// The filters of a whole dashboard: projects, lists, tags and a time frame. They stand in the address.

import { api } from "../core/api.js";
import { debounce, fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { picker } from "../core/popover.js";
import { place, setQuery } from "../core/router.js";
import { projects } from "../core/session.js";
import { complain, toast } from "../core/toast.js";
import { periods } from "../filters/tree.js";

const MANY = ["project", "list", "tag"];
const SPANS = ["today", "this_week", "this_month", "this_quarter", "this_year", "last_month", "last_quarter", "last_year", "last_7_days", "last_30_days", "last_90_days"];

/** The filters in the address, `{project: [...], list: [...], tag: [...], period, from, to}`. */
export function filtersHere() {
  const { query } = place.value;
  const found = {};
  for (const name of MANY) {
    try { found[name] = query[name] ? [].concat(JSON.parse(query[name])).map(String) : []; } catch { found[name] = []; }
  }
  return { ...found, period: query.period, from: query.from, to: query.to };
}

/** The same as a dashboard keeps them. */
const kept = (filters) => Object.fromEntries(Object.entries(filters).filter(([, value]) => value?.length));

define("smalt-dashboard-filters", class extends Part {
  begin(board) { this.board = board; }

  connected() {
    this.className = "filter-bar";
    this.draw();
    this.follow(place, () => this.draw());
  }

  draw() {
    const filters = filtersHere();
    const key = JSON.stringify(filters);
    if (this.drawn === key && this.firstElementChild) return;
    this.drawn = key;
    const active = Object.keys(kept(filters)).length > 0;
    fill(this,
      this.button("project", t("Project"), filters.project, () => this.usedProjects().map((project) => ({ value: project.id, label: project.name }))),
      this.button("list", t("List"), filters.list, null, "lists"),
      this.button("tag", t("Tag"), filters.tag, null, "tags"),
      this.time(filters),
      active ? h("button", { type: "button", class: "link", onClick: () => this.change({ project: null, list: null, tag: null, period: null, from: null, to: null }) }, t("Clear filter")) : null,
      active && this.board.editable ? h("button", { type: "button", class: "link", onClick: () => this.keep(filters) }, t("Keep for everybody")) : null,
      this.always());
  }

  usedProjects() {
    const used = new Set(this.board.dashboard.charts.flatMap((chart) => chart.config?.sources.map((source) => source.project_id) ?? []));
    return projects.value.filter((project) => used.has(project.id));
  }

  /** The names that the lists or tags of all projects here have; the same name counts as one. */
  async names(part) {
    const found = await Promise.all(this.usedProjects().map((project) => api.all(`/projects/${project.id}/${part}`, {}, { signal: this.alive })));
    const known = new Map();
    for (const item of found.flat()) {
      const key = item.name.trim().normalize("NFC").toLowerCase();
      if (!known.has(key)) known.set(key, { value: item.name, label: item.name });
    }
    return [...known.values()];
  }

  button(name, label, chosen, options, part) {
    const shown = name === "project" ? chosen.map((id) => projects.value.find((project) => project.id === id)?.name ?? id) : chosen;
    const open = async (event) => {
      const anchor = event.currentTarget;
      const set = new Set(chosen);
      try {
        picker(anchor, { label, multiple: true, chosen: set, options: options ? options() : await this.names(part), onChoose: () => {}, onClose: () => this.change({ [name]: set.size ? JSON.stringify([...set]) : null }) });
      } catch (error) { complain(error); }
    };
    return h("button", { type: "button", class: ["filter-button", chosen.length && "on"], aria: { haspopup: "listbox" }, onClick: open }, h("span", { class: "clip" }, chosen.length ? `${label}: ${shown.join(", ")}` : label), icon("chevron-down", 14));
  }

  time(filters) {
    const known = periods();
    const custom = Boolean(filters.from || filters.to) || this.spanOpen;
    const choose = (event) => {
      this.spanOpen = event.target.value === "span";
      this.drawn = null;
      this.change({ period: this.spanOpen ? null : event.target.value || null, from: null, to: null });
      this.draw();
    };
    const select = h("select", { class: ["filter-select", (filters.period || custom) && "on"], aria: { label: t("Time frame") }, onChange: choose },
      h("option", { value: "" }, t("All time")), SPANS.map((span) => h("option", { value: span, selected: span === filters.period }, known[span])), h("option", { value: "span", selected: custom }, t("From … to …")));
    if (!custom) return select;
    const input = (name, label) => {
      const made = h("input", { type: "date", value: filters[name] ?? "", aria: { label } });
      made.addEventListener("change", debounce(() => this.change({ [name]: made.value || null, period: null }), 200));
      return made;
    };
    return [select, input("from", t("From")), input("to", t("to"))];
  }

  /** What the dashboard itself leaves out, for everybody. */
  always() {
    const { filters } = this.board.dashboard;
    const parts = [...MANY.flatMap((name) => (filters[name] || []).map((value) => projects.value.find((project) => project.id === value)?.name ?? value)), periods()[filters.period] ?? filters.period, filters.from, filters.to].filter(Boolean);
    if (!parts.length) return null;
    return h("span", { class: "always-filter soft" }, icon("funnel", 14), t("Always: {filters}", { filters: parts.join(", ") }),
      this.board.editable ? h("button", { type: "button", class: "link", onClick: () => this.keep(null) }, t("Remove")) : null);
  }

  change(changes) { setQuery(changes); }

  async keep(filters) {
    try {
      await this.board.change({ filters: filters ? kept(filters) : {} });
      this.drawn = null;
      this.change({ project: null, list: null, tag: null, period: null, from: null, to: null });
      this.draw();
      toast(t("Saved."), { kind: "good" });
    } catch (error) { complain(error); }
  }
});
