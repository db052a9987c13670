// One dashboard: charts on a grid, live, arranged by those who may edit it.

import { api } from "../core/api.js";
import { confirmed, dialog, field } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { timeZone } from "../core/format.js";
import { language, t } from "../core/i18n.js";
import { shortcut } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { menu } from "../core/popover.js";
import { redraw } from "../core/redraw.js";
import { go, place } from "../core/router.js";
import { complain, toast } from "../core/toast.js";
import { download } from "../dashboards/download.js";
import { rowsToNext, same, settled } from "../dashboards/layout.js";
import { followDashboard } from "../dashboards/live.js";
import { filtersHere } from "../dashboards/filter_bar.js";
import "../dashboards/tile.js";
import { emptyState } from "../parts/empty.js";

const GAP = 12;
const ROW = 76;

define("smalt-dashboard", class extends Part {
  begin(dashboard) { this.dashboard = dashboard; }

  get editable() { return this.dashboard.role !== "view"; }

  connected() {
    this.tiles = new Map();
    this.head = h("header", { class: "page-head dashboard-head" });
    this.filters = h("smalt-dashboard-filters");
    this.filters.begin(this);
    this.grid = h("div", { class: "chart-grid" });
    fill(this, this.head, this.filters, this.grid);
    this.drawHead();
    this.drawTiles();
    this.shownFilters = JSON.stringify(filtersHere());
    this.follow(place, () => this.refilter());
    followDashboard(this.dashboard.id, (ids) => this.changedElsewhere(ids), this.alive);
    if (this.editable) this.atEnd(shortcut("c", t("Add a chart"), () => this.add(), { group: t("Dashboard") }));
  }

  get path() { return `/dashboards/${this.dashboard.id}`; }

  narrowed(query) { return { ...filtersHere(), ...query }; }

  drawHead() {
    const { name, description } = this.dashboard;
    document.title = `${name} · Smalt`;
    redraw(this.head, () => fill(this.head, h("div", { class: "grow" }, h("h1", {}, name), description ? h("p", { class: "soft" }, description) : null),
      h("div", { class: "row" },
        h("button", { type: "button", onClick: () => import("../dashboards/sharing.js").then((module) => module.share(this.dashboard)).catch(complain) }, icon("users"), t("Share")),
        this.editable ? h("button", { type: "button", class: "primary", onClick: () => this.add() }, icon("plus"), t("Add a chart")) : null,
        iconButton(icon("ellipsis"), t("More"), (event) => this.actions(event.currentTarget), { aria: { haspopup: "menu" } }))));
  }

  drawTiles() {
    const { charts } = this.dashboard;
    this.places = settled(new Map(charts.map((chart) => [chart.id, chart.layout])));
    if (!charts.length) {
      this.tiles.clear();
      fill(this.grid, emptyState(icon("chart-column", 26), t("No charts yet"), this.editable ? t("Choose records and a figure: how many, how much, per month, by person … The picture shows at once.") : t("Whoever edits this dashboard adds charts."), this.editable ? h("button", { type: "button", class: "primary", onClick: () => this.add() }, icon("plus"), t("Add a chart")) : null));
      return;
    }
    const known = new Map(charts.map((chart) => [chart.id, this.tiles.get(chart.id) ?? h("smalt-chart-tile").begin(this, chart)]));
    if (!this.tiles.size) fill(this.grid);
    for (const [id, tile] of this.tiles) if (!known.has(id)) tile.remove();
    // In reading order, which is that of the keyboard; what stands right is not taken out, so focus stays.
    const order = [...charts].sort((a, b) => this.places.get(a.id).y - this.places.get(b.id).y || this.places.get(a.id).x - this.places.get(b.id).x);
    let before = null;
    for (const chart of order) {
      const tile = known.get(chart.id);
      const wanted = before ? before.nextSibling : this.grid.firstChild;
      if (wanted !== tile && !(tile.isConnected && tile.contains(document.activeElement))) this.grid.insertBefore(tile, wanted);
      if (this.tiles.has(chart.id)) tile.update(chart);
      before = tile;
    }
    this.tiles = known;
    this.applyPlaces();
  }

  applyPlaces() {
    for (const [id, at] of this.places) {
      const tile = this.tiles.get(id);
      if (!tile) continue;
      tile.style.gridColumn = `${at.x + 1} / span ${at.w}`;
      tile.style.gridRow = `${at.y + 1} / span ${at.h}`;
    }
  }

  // Arranging: what `arrangeable` asks for.
  placeOf(id) { return this.places.get(id); }

  rowsToNext(id, direction) { return rowsToNext(this.places, id, direction); }

  cell() { return { width: (this.grid.clientWidth + GAP) / 12, height: ROW + GAP }; }

  scrolled() { return this.closest(".page")?.scrollTop ?? 0; }

  tryPlace(id, at) {
    this.unmoved ??= this.places;
    this.places = settled(new Map(this.unmoved).set(id, at), id);
    this.applyPlaces();
  }

  resetPlaces() {
    if (this.unmoved) this.places = this.unmoved;
    this.unmoved = null;
    this.applyPlaces();
    this.catchUp();
  }

  /** Save where the charts are, one arrangement after the other. */
  keepPlaces() {
    const { unmoved: before, places } = this;
    this.unmoved = null;
    if (!before) return;
    this.saving = (this.saving ?? 0) + 1;
    this.saved = (this.saved ?? Promise.resolve()).then(() => this.savePlaces(places, before)).finally(() => { this.saving -= 1; this.catchUp(); });
  }

  async savePlaces(places, before) {
    const moved = this.dashboard.charts.filter((chart) => places.has(chart.id) && !same(places.get(chart.id), chart.layout));
    try {
      for (const chart of moved) {
        const after = await api.patch(`${this.path}/charts/${chart.id}`, { layout: places.get(chart.id) });
        chart.layout = after.layout;
      }
    } catch (error) {
      complain(error, t("The charts are where they were."));
      this.places = before;
      this.applyPlaces();
    }
  }

  /** What others have changed while charts were being arranged. */
  catchUp() {
    if (!this.behind || this.unmoved || this.saving) return;
    this.behind = false;
    this.changedElsewhere();
  }

  // Charts
  add() { this.openEditor(null); }

  edit(chart) { this.openEditor(chart); }

  async openEditor(chart) {
    try {
      const { editChart } = await import("../dashboards/editor.js");
      const done = await editChart(this.dashboard, chart);
      if (!done) return;
      const { charts } = this.dashboard;
      const at = charts.findIndex((known) => known.id === done.id);
      if (at < 0) charts.push(done);
      else charts[at] = done;
      this.drawTiles();
      if (at < 0) this.tiles.get(done.id).scrollIntoView({ block: "nearest" });
    } catch (error) { complain(error); }
  }

  async duplicate(chart) {
    try {
      const made = await api.post(`${this.path}/charts`, { title: t("{name} (copy)", { name: chart.title }), type: chart.type, config: chart.config });
      const sized = await api.patch(`${this.path}/charts/${made.id}`, { layout: { w: chart.layout.w, h: chart.layout.h } });
      this.dashboard.charts.push(sized);
      this.drawTiles();
      this.tiles.get(made.id).scrollIntoView({ block: "nearest" });
    } catch (error) { complain(error); }
  }

  gone(id) {
    this.dashboard.charts = this.dashboard.charts.filter((chart) => chart.id !== id);
    this.drawTiles();
  }

  refilter() {
    const now = JSON.stringify(filtersHere());
    if (now === this.shownFilters) return;
    this.shownFilters = now;
    this.refresh();
  }

  refresh(ids, options) { for (const [id, tile] of this.tiles) if (!ids || ids.includes(id)) tile.refresh(options); }

  async changedElsewhere(ids) {
    try {
      const now = this.unmoved || this.saving ? null : await api.get(this.path, {}, { signal: this.alive });
      // Somebody arranges just now: what was read may be half of what is being saved.
      if (!now || this.unmoved || this.saving) { this.behind = true; return; }
      const before = new Map(this.dashboard.charts.map((chart) => [chart.id, JSON.stringify([chart.title, chart.type, chart.config])]));
      const filters = JSON.stringify(this.dashboard.filters) !== JSON.stringify(now.filters);
      this.dashboard = now;
      this.drawHead();
      this.drawTiles();
      // A chart that was defined anew reads its figures already.
      const rest = now.charts.filter((chart) => before.get(chart.id) === JSON.stringify([chart.title, chart.type, chart.config])).map((chart) => chart.id);
      this.refresh(filters || !ids ? rest : rest.filter((id) => ids.includes(id)), { live: true });
    } catch (error) {
      if (error.status === 404) { toast(t("This dashboard is not shared with you any more.")); go("/app/dashboards"); } else complain(error);
    }
  }

  // The dashboard itself
  async change(changes) {
    this.dashboard = await api.patch(this.path, changes);
    this.drawHead();
    this.refresh();
  }

  actions(anchor) {
    menu(anchor, [
      this.editable ? { label: t("Name and time zone"), icon: icon("pencil"), run: () => this.rename() } : null,
      { label: t("Copy the dashboard"), icon: icon("copy"), run: () => this.copy() },
      { label: t("Download as PDF"), icon: icon("file-down"), run: () => download(this.dashboard, "pdf", this.narrowed({ locale: language.value })) },
      { label: t("Download as a picture"), icon: icon("image"), run: () => download(this.dashboard, "png", this.narrowed({ locale: language.value })) },
      this.dashboard.role === "owner" ? { label: t("Delete the dashboard"), icon: icon("trash-2"), danger: true, run: () => this.removeAll() } : null,
    ]);
  }

  rename() {
    const { dashboard } = this;
    const name = field(t("Name"), h("input", { type: "text", value: dashboard.name, maxlength: 200, autofocus: true }));
    const description = field(t("Description"), h("input", { type: "text", value: dashboard.description ?? "", maxlength: 500 }));
    const zones = [...new Set([dashboard.time_zone, timeZone.value, ...Intl.supportedValuesOf?.("timeZone") ?? []])].sort();
    const zone = field(t("Time zone"), h("select", {}, zones.map((code) => h("option", { value: code, selected: code === dashboard.time_zone }, code.replaceAll("_", " ")))), { hint: t("Days and months of the charts begin in it.") });
    dialog({
      title: t("Dashboard"), body: h("div", { class: "stack" }, name, description, zone),
      actions: [{ label: t("Cancel"), run: (close) => close() }, { label: t("Save"), kind: "primary", submit: true, run: async (close) => { await this.change({ name: name.input.value, description: description.input.value || null, time_zone: zone.input.value }); close(); } }],
    });
  }

  async copy() {
    try {
      const made = await api.post(`${this.path}/copy`, { name: t("{name} (copy)", { name: this.dashboard.name }) });
      go(`/app/dashboards/${made.id}`);
    } catch (error) { complain(error); }
  }

  async removeAll() {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: this.dashboard.name }), text: t("It goes to the trash with its charts, and can be brought back. The records stay as they are."), action: t("Delete"), danger: true })) return;
    try {
      await api.delete(this.path);
      go("/app/dashboards");
    } catch (error) { complain(error); }
  }
});

export default async (at) => {
  const page = h("smalt-dashboard");
  page.begin(await api.get(`/dashboards/${at.parameters.dashboard}`));
  return page;
};
