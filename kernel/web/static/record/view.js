// A record with all that belongs to it: beside a view, or as a page of its own.

import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { ago, moment } from "../core/format.js";
import { shortcut } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { menu } from "../core/popover.js";
import { redraw } from "../core/redraw.js";
import { go, setQuery } from "../core/router.js";
import { announce, complain, toast } from "../core/toast.js";
import { followLive } from "../data/following.js";
import { deleteRecord, moveRecord, patchRecord, readRecord, records } from "../data/records.js";
import { pill } from "../widgets/choices.js";
import { troublePage } from "../pages/not_found.js";
import { aborted, api } from "../core/api.js";
import { Fields } from "./fields.js";
import { Description } from "./description.js";
import { sectionsFor } from "./sections.js";
import { standingText } from "./walk.js";

define("smalt-record", class extends Part {
  /** `neighbours()` resolves to `{previous, next}`, what `step` takes; `standing()` says where it stands in the view. */
  begin(model, id, { side = false, focus = false, neighbours = async () => ({}), standing = () => null, step } = {}) {
    Object.assign(this, { model, recordId: id, side, focusing: focus, neighbours, standing, goTo: step });
  }

  connected() {
    this.setAttribute("role", this.side ? "complementary" : "region");
    this.setAttribute("aria-label", t("Record"));
    this.load();
    this.listen(records, "record", ({ detail }) => {
      if (detail.projectId !== this.model.id) return;
      if (detail.kind === "many") this.reread();
      else if (detail.id !== this.recordId) return;
      else if (detail.kind === "deleted") this.close();
      else this.update(detail.record);
    });
    followLive(this);
    const group = t("Record");
    if (this.side) this.atEnd(shortcut("Escape", t("Close the record"), () => this.close(), { group }));
    if (!this.goTo) return;
    for (const [direction, label, letter, arrow] of [["next", t("Next record"), "j", "alt+ArrowDown"], ["previous", t("Previous record"), "k", "alt+ArrowUp"]]) {
      this.atEnd(shortcut(arrow, label, () => this.step(direction), { group, anywhere: true }));
      this.atEnd(shortcut(letter, label, () => this.step(direction), { group }));
    }
  }

  knows(id) { return id === this.recordId; }

  onLive(kind, id, record) {
    if (kind === "many") { this.reread(); this.sections?.forEach((section) => section.refresh()); }
    else if (id !== this.recordId) return;
    else if (kind === "deleted") { toast(t("This record was deleted.")); this.close(); }
    else if (record) { this.update(record); }
  }

  /** A comment, a checklist or a dependency of the record has changed. */
  onPart({ event, record_id: id }) {
    if (id !== this.recordId) return;
    const key = { comment: "comments", checklist: "checklists", checklist_item: "checklists", dependency: "dependencies" }[event.split(".")[0]];
    this.sections?.find((section) => section.key === key)?.refresh();
  }

  async load() {
    try {
      const record = await readRecord(this.model, this.recordId, { signal: this.alive });
      this.record = record;
      this.draw();
    } catch (error) {
      if (this.alive.aborted) return;
      fill(this, this.side ? h("div", { class: "record-head" }, h("span", { class: "grow" }), iconButton(icon("x"), t("Close"), () => this.close())) : null, troublePage(error));
    }
  }

  async reread() {
    try { this.update(await readRecord(this.model, this.recordId, { signal: this.alive })); } catch (error) { if (error.status === 404) this.close(); }
  }

  update(record) {
    if (!this.record) return;
    // Answers of pages may hold some fields only; what is shown keeps the rest.
    this.record = { ...this.record, ...record, fields: { ...this.record.fields, ...record.fields } };
    this.fields.update(this.record);
    this.description?.update(this.record);
    if (document.activeElement !== this.titleBox || this.titleBox.value === this.titleShown) this.showTitle();
    redraw(this.state, () => this.drawState());
    this.sections.find((section) => section.key === "history")?.refresh?.();
  }

  draw() {
    const { model, record } = this;
    this.titleBox = h("textarea", { class: "record-title", rows: 1, maxlength: 500, spellcheck: "true", aria: { label: t("Title") }, readonly: !model.titleColumn.editable });
    this.titleBox.addEventListener("input", () => this.size());
    this.titleBox.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.titleBox.blur(); }
      if (event.key === "Escape") { event.stopPropagation(); this.showTitle(); this.titleBox.blur(); }
    });
    this.titleBox.addEventListener("blur", () => this.rename());
    this.state = h("div", { class: "record-state" });
    this.fields = new Fields(this);
    this.description = model.column("description") ? new Description(this) : null;
    this.sections = sectionsFor(this);
    fill(this, this.head(), h("div", { class: "record-scroll" }, h("div", { class: "record-body" }, this.titleBox, this.state, this.fields.element, this.description?.element, this.sections.map((section) => section.element))));
    this.drawState();
    this.showTitle();
    this.look();
    if (this.focusing) { this.steps.focus(); announce(record.title); }
    document.title = `${record.title} · ${model.name} · Smalt`;
  }

  showTitle() {
    this.titleShown = this.record.title;
    if (this.titleBox.value !== this.titleShown) this.titleBox.value = this.titleShown;
    this.size();
  }

  size() {
    this.titleBox.style.height = "auto";
    this.titleBox.style.height = `${this.titleBox.scrollHeight}px`;
  }

  head() {
    const { model, record } = this;
    const address = () => `/app/projects/${model.id}/records/${record.id}${standingText(this.standing())}`;
    this.steps = h("span", { class: "row", tabindex: "-1", role: "group", aria: { label: record.title } }, [["previous", icon("chevron-up"), t("Previous record")], ["next", icon("chevron-down"), t("Next record")]].map(([direction, picture, label]) => iconButton(picture, label, () => this.step(direction), { disabled: true, data: { step: direction } })));
    const page = this.side ? h("a", { class: "icon-link", href: address(), title: t("Open as a page"), aria: { label: t("Open as a page") } }, icon("maximize-2")) : null;
    page?.addEventListener("pointerdown", () => { page.href = address(); });
    return h("header", { class: "record-head" },
      this.side ? null : h("a", { href: `/app/projects/${model.id}`, class: "crumb" }, icon("arrow-left", 14), h("span", { class: "clip" }, model.name)),
      this.goTo ? this.steps : null,
      h("span", { class: "grow" }),
      page,
      iconButton(icon("ellipsis"), t("More"), (event) => this.more(event.currentTarget), { aria: { haspopup: "menu" } }),
      this.side ? iconButton(icon("x"), t("Close"), () => this.close()) : null);
  }

  drawState() {
    const { model, record } = this;
    const listColumn = model.column("list");
    fill(this.state,
      record.list ? h("button", { type: "button", class: "list-button", disabled: !listColumn?.editable, aria: { haspopup: "menu", label: t("List: {name}", { name: record.list.name }) }, onClick: (event) => this.chooseList(event.currentTarget) }, pill(record.list), icon("chevron-down", 13)) : null,
      record.completed_at ? h("span", { class: "row soft" }, icon("circle-check", 14), t("Completed")) : null,
      h("span", { class: "soft", title: moment(record.updated_at) }, t("Changed {when}", { when: ago(record.updated_at) })),
      (record.warnings || []).map((warning) => h("span", { class: "warning" }, icon("triangle-alert", 13), warning.detail ?? "")));
  }

  chooseList(anchor) {
    menu(anchor, this.model.lists.map((list) => ({ label: list.name, checked: list.id === this.record.list_id, run: () => moveRecord(this.model, this.record, { list_id: list.id }) })), { label: t("Move to") });
  }

  rename() {
    const title = this.titleBox.value.replace(/\s+/g, " ").trim();
    if (!title || title === this.record.title) { this.showTitle(); return; }
    const { model, record } = this;
    patchRecord(model, record, { title }, { ...record, title }, t("{field} of “{title}”", { field: t("Title"), title: record.title }));
  }

  more(anchor) {
    const { model, record } = this;
    const done = Boolean(record.completed_at);
    menu(anchor, [
      { label: t("Copy the address"), icon: icon("link"), run: async () => { await navigator.clipboard?.writeText(`${location.origin}/app/projects/${model.id}/records/${record.id}`); toast(t("Copied."), { kind: "good" }); } },
      model.column("completed_at")?.editable ? { label: done ? t("Not completed") : t("Mark as completed"), icon: icon("circle-check"), run: () => patchRecord(model, record, { completed_at: done ? null : new Date().toISOString() }, null, done ? t("Not completed") : t("Completed")) } : null,
      model.can("create") ? { label: t("Duplicate"), icon: icon("copy-plus"), run: () => this.duplicate() } : null,
      "-",
      model.can("delete") ? { label: t("Delete"), icon: icon("trash-2"), danger: true, run: () => deleteRecord(model, record).catch(complain) } : null,
    ]);
  }

  async duplicate() {
    try {
      const copy = this.model.adopt(await api.post(`${this.model.path}/records/${this.record.id}/copy`, {}));
      records.dispatchEvent(new CustomEvent("record", { detail: { kind: "created", projectId: this.model.id, record: copy, id: copy.id } }));
      if (this.side) setQuery({ record: copy.id });
      else go(`/app/projects/${this.model.id}/records/${copy.id}`);
    } catch (error) { complain(error); }
  }

  /** Find the records before and after this one; what has left the view keeps those it had. */
  async look() {
    if (!this.goTo) return;
    try { this.near = await this.neighbours() ?? this.near; } catch (error) { if (!aborted(error)) complain(error); }
    // Keys step on also from a record that is still being read.
    for (const button of this.steps?.children ?? []) button.disabled = !this.near?.[button.dataset.step];
  }

  async step(direction) {
    const inside = this.contains(document.activeElement);
    if (inside) document.activeElement.blur(); // saves what is being written
    await this.look();
    if (this.near?.[direction] && this.isConnected) this.goTo(this.near[direction], inside);
  }

  close() {
    if (this.side) setQuery({ record: null });
    else go(`/app/projects/${this.model.id}`);
  }
});
