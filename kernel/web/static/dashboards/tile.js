// One chart on a dashboard: its picture, the same as a table, and what can be done with it.

import { aborted, api, Problem, url } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { debounce, fill, h, icon, iconButton } from "../core/dom.js";
import { language, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { menu } from "../core/popover.js";
import { redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { arrangeable } from "./arranging.js";
import { figureOf, showRecords } from "./behind.js";
import { leftOut, picture, table } from "./picture.js";

const RESIZED = 150;

define("smalt-chart-tile", class extends Part {
  begin(board, chart) {
    this.board = board;
    this.chart = chart;
    this.asTable = localStorage.getItem(`smalt.chart.${chart.id}`) === "table";
    return this;
  }

  connected() {
    this.className = "chart-tile";
    this.title_ = h("h2", { class: "clip" }, this.chart.title);
    this.body = h("div", { class: "chart-body" });
    this.body.addEventListener("click", (event) => this.lead(event));
    this.note = h("p", { class: "chart-note hint clip", hidden: true });
    const more = iconButton(icon("ellipsis", 16), t("What to do with “{title}”", { title: this.chart.title }), (event) => this.actions(event.currentTarget), { aria: { haspopup: "menu" } });
    const head = h("header", { class: "chart-head" }, this.title_, more);
    fill(this, head, this.body, this.note);
    if (this.board.editable) {
      const handle = iconButton(icon("grip-vertical", 15), t("Move “{title}”: drag, or arrow keys; with Shift they resize", { title: this.chart.title }), null, { class: "icon-button tile-handle" });
      const corner = h("button", { type: "button", class: "tile-corner", aria: { label: t("Resize “{title}”: drag, or arrow keys", { title: this.chart.title }) } });
      head.prepend(handle);
      this.append(corner);
      arrangeable(this.board, this.chart.id, handle, corner);
    }
    const resized = debounce(() => { if (!this.asTable && this.data) this.drawPicture().catch((error) => this.trouble(error)); }, RESIZED);
    let width = 0, height = 0;
    const observer = new ResizeObserver(() => {
      const { clientWidth: w, clientHeight: tall } = this.body;
      if (width && (Math.abs(w - width) > 3 || Math.abs(tall - height) > 3)) resized();
      [width, height] = [w, tall];
    });
    observer.observe(this.body);
    this.atEnd(() => { observer.disconnect(); resized.cancel(); this.waiting?.abort(); });
    queueMicrotask(() => this.refresh()); // when it has its place, and so its size
  }

  get path() { return `/dashboards/${this.board.dashboard.id}/charts/${this.chart.id}`; }

  /** After it was changed. */
  update(chart) {
    const before = this.chart;
    this.chart = chart;
    fill(this.title_, chart.title);
    if (before.type !== chart.type || before.title !== chart.title || JSON.stringify(before.config) !== JSON.stringify(chart.config)) this.refresh();
  }

  async refresh({ live = false } = {}) {
    this.waiting?.abort();
    this.waiting = new AbortController();
    const { signal } = this.waiting;
    this.toggleAttribute("data-stale", Boolean(this.data));
    try {
      const [data] = await Promise.all([api.get(`${this.path}/data`, this.board.narrowed({ locale: language.value }), { signal }), this.asTable ? null : this.drawPicture(signal)]);
      const changed = live && this.data && JSON.stringify(data.series) !== JSON.stringify(this.data.series);
      this.data = data;
      if (this.asTable) redraw(this.body, () => fill(this.body, h("div", { class: "scroll chart-scroll", tabindex: "0", role: "region", aria: { label: this.chart.title } }, table(data, this.chart.title, (figure, button) => this.records(figure, button)))));
      const note = leftOut(data);
      this.note.hidden = !note;
      fill(this.note, note);
      this.note.title = note;
      if (changed) this.flash();
    } catch (error) { this.trouble(error); } finally { if (!signal.aborted) this.removeAttribute("data-stale"); }
  }

  async drawPicture(signal = this.alive) {
    const { clientWidth, clientHeight } = this.body;
    const query = { width: Math.max(80, clientWidth), height: Math.max(60, clientHeight), styled: false, locale: language.value };
    const drawn = picture(await api.get(`${this.path}/image.svg`, this.board.narrowed(query), { as: "text", signal }));
    redraw(this.body, () => { if (!signal.aborted) fill(this.body, drawn ?? h("p", { class: "soft" }, t("This could not be loaded."))); });
  }

  /** A click on a bar, a slice, a cell or a point; where a picture has none of these, on all of it. */
  lead(event) {
    const drawn = event.target.closest?.(".smalt-chart");
    if (!drawn || !this.data) return;
    const mark = event.target.closest("[data-point]");
    if (mark) this.records(figureOf(mark, this.data), mark);
    else if (!drawn.querySelector("[data-point]")) this.records({}, drawn);
  }

  records(figure, anchor) {
    if (figure) showRecords(this.path, this.board.narrowed({}), figure, anchor);
  }

  trouble(error) {
    if (aborted(error) || this.alive.aborted) return;
    const text = error instanceof Problem ? error.sentence : error.message;
    fill(this.body, h("div", { class: "chart-trouble", role: "note" }, error.status === 403 ? icon("lock", 18) : icon("circle-alert", 18), h("p", {}, text)));
    this.note.hidden = true;
  }

  flash() {
    this.classList.remove("flash");
    void this.offsetWidth;
    this.classList.add("flash");
  }

  actions(anchor) {
    const { board, chart } = this;
    const download = (name, query = {}) => { window.open(url(`${this.path}/${name}`, board.narrowed({ locale: language.value, ...query })), "_blank", "noopener"); };
    menu(anchor, [
      board.editable && chart.config ? { label: t("Edit"), icon: icon("pencil"), run: () => board.edit(chart) } : null,
      { label: this.asTable ? t("Show as a picture") : t("Show as a table"), icon: this.asTable ? icon("chart-column") : icon("table"), run: () => this.flip() },
      { label: t("Show the records"), icon: icon("rows-3"), run: () => this.records({}, anchor) },
      "-",
      { label: t("Download the figures (CSV)"), icon: icon("download"), run: () => download("data.csv") },
      { label: t("Download the picture (SVG)"), icon: icon("image"), run: () => download("image.svg", { width: 960, height: 540 }) },
      board.editable && chart.config ? "-" : null,
      board.editable && chart.config ? { label: t("Duplicate"), icon: icon("copy"), run: () => board.duplicate(chart) } : null,
      board.editable ? { label: t("Delete"), icon: icon("trash-2"), danger: true, run: () => this.removeChart() } : null,
    ]);
  }

  flip() {
    this.asTable = !this.asTable;
    if (this.asTable) localStorage.setItem(`smalt.chart.${this.chart.id}`, "table");
    else localStorage.removeItem(`smalt.chart.${this.chart.id}`);
    this.refresh();
  }

  async removeChart() {
    if (!await confirmed({ title: t("Delete this chart?"), text: t("It can be brought back from the trash. The records stay as they are."), action: t("Delete"), danger: true })) return;
    try {
      await api.delete(this.path);
      this.board.gone(this.chart.id);
    } catch (error) { complain(error); }
  }
});
