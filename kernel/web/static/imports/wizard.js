// Importing a file: choose it, see what is in it, say where its columns go, try, and start.

import { api, Problem, url } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon } from "../core/dom.js";
import { ago } from "../core/format.js";
import { n, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { setQuery, place } from "../core/router.js";
import { complain, toast } from "../core/toast.js";
import { importers } from "../data/catalogue.js";
import { forgetProject } from "../data/project.js";
import { schemaForm } from "../forms/schema_form.js";
import { mappingTable } from "./mapping.js";

const LOOK = 700;
const MISSING = () => ({ lists: t("Lists"), tags: t("Tags"), options: t("Options"), references: t("Linked records") });

define("smalt-import", class extends Part {
  begin(model) { this.model = model; }

  get path() { return `${this.model.path}/imports`; }

  connected() {
    this.className = "narrow-page import-page";
    const { query } = place.value;
    if (query.import) this.open(query.import);
    else this.start();
  }

  async open(id) {
    try {
      this.job = await api.get(`${this.path}/${id}`, {}, { signal: this.alive });
      this.types = await importers();
      this.show();
    } catch (error) { complain(error); this.start(); }
  }

  show() {
    if (this.job.status === "preview") this.mapping();
    else this.progress();
  }

  steps(current) {
    const names = [t("File"), t("Columns"), t("Import")];
    return h("ol", { class: "wizard-steps", aria: { label: t("Steps") } }, names.map((name, index) => h("li", { class: index < current ? "done" : "", aria: { current: index === current ? "step" : undefined } }, h("span", { class: "step-number", aria: { hidden: "true" } }, index < current ? icon("check", 12) : String(index + 1)), name)));
  }

  // 1: the file
  async start() {
    setQuery({ import: null });
    const input = h("input", { type: "file", class: "visually-hidden", id: "import-file", aria: { label: t("Choose a file") } });
    const kind = h("select", { aria: { label: t("Kind of file") } }, h("option", { value: "" }, t("By the name of the file")));
    const zone = h("label", { class: "drop-file", for: "import-file" }, icon("upload", 26), h("strong", {}, t("Drop a file here, or choose one")), h("span", { class: "soft" }, t("CSV, Excel, OpenDocument, JSON, vCard, calendars, Trello, Airtable")));
    const send = (file) => { if (file) this.upload(file, kind.value, zone); };
    input.addEventListener("change", () => send(input.files[0]));
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); });
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.remove("over"); });
    zone.addEventListener("drop", (event) => send(event.dataTransfer.files[0]));
    const earlier = h("div", {});
    fill(this, h("h2", {}, t("Import records")), this.steps(0), input, zone, h("label", { class: "row" }, t("Kind of file"), kind), earlier);
    try {
      this.types = await importers();
      kind.append(...this.types.map((type) => h("option", { value: type.key }, `${type.label} (${type.extensions.join(", ")})`)));
      const page = await api.get(this.path, { limit: 20 }, { signal: this.alive });
      if (page.items.length) fill(earlier, h("h3", {}, t("Earlier imports")), h("ul", { class: "choice-list" }, page.items.map((job) => h("li", { class: "choice-line" }, h("button", { type: "button", class: "field-button", onClick: () => { setQuery({ import: job.id }); this.open(job.id); } }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, job.file_name), h("span", { class: "soft" }, `${statusWord(job)} · ${ago(job.created_at)}`)), icon("chevron-right", 14))))));
    } catch (error) { complain(error); }
  }

  async upload(file, key, zone) {
    const name = file.name.toLowerCase();
    const importer = key || this.types?.find((type) => type.extensions.some((extension) => name.endsWith(extension)))?.key || "csv";
    const body = new FormData();
    body.append("file", file);
    body.append("importer", importer);
    fill(zone, h("span", { class: "spinner", aria: { hidden: "true" } }), h("strong", { role: "status" }, t("Reading {name} …", { name: file.name })));
    try {
      this.job = await api.post(this.path, body);
      setQuery({ import: this.job.id }, { replace: false });
      this.show();
    } catch (error) { complain(error); this.start(); }
  }

  // 2: where columns go
  mapping() {
    const { job, model } = this;
    const type = this.types.find((found) => found.key === job.importer);
    const table = mappingTable(model, job);
    const options = Object.keys(type?.config_schema.properties ?? {}).length ? schemaForm(type.config_schema, job.options) : null;
    const reread = async () => { if (await this.patch({ options: { ...job.options, ...options.read() } })) this.mapping(); };
    const key = h("select", { id: "import-key" }, h("option", { value: "" }, t("Always add new records")), [["title", t("Title")], ...model.fields.filter((field) => field.value && !field.value.computed).map((field) => [field.key, field.name])].map(([value, label]) => h("option", { value, selected: job.key === value }, t("Change the record with the same {field}", { field: label }))));
    const missing = Object.entries(MISSING()).map(([value, label]) => h("label", { class: "check-line" }, h("input", { type: "checkbox", value, checked: job.create_missing.includes(value) }), label));
    this.settled = () => ({ mapping: table.read(), key: key.value || null, create_missing: missing.map((line) => line.querySelector("input")).filter((input) => input.checked).map((input) => input.value) });
    this.report = h("div", { role: "status" });
    fill(this, h("header", { class: "page-head" }, h("h2", {}, job.file_name), h("button", { type: "button", class: "link", onClick: () => this.start() }, t("Another file"))), this.steps(1),
      options ? h("details", { class: "more" }, h("summary", {}, t("How the file is read")), h("div", { class: "stack import-options" }, options.element, h("div", {}, h("button", { type: "button", onClick: reread }, t("Read again"))))) : null,
      table.element,
      h("div", { class: "field" }, h("label", { for: "import-key" }, t("Records that are there already")), key),
      h("fieldset", {}, h("legend", { class: "label" }, t("Make what is missing")), h("div", { class: "check-grid" }, missing)),
      this.report,
      h("div", { class: "row import-foot" }, h("button", { type: "button", onClick: () => this.validate() }, icon("list-checks"), t("Check without importing")), h("button", { type: "button", class: "primary", onClick: () => this.run() }, icon("upload"), t("Import"))));
  }

  async patch(changes) {
    try {
      this.job = await api.patch(`${this.path}/${this.job.id}`, changes);
      return true;
    } catch (error) { complain(error); return false; }
  }

  async validate() {
    if (!await this.patch(this.settled())) return;
    fill(this.report, h("p", { class: "soft" }, t("Checking …")));
    try {
      const found = await api.post(`${this.path}/${this.job.id}/validate`);
      const missing = Object.entries(found.missing).filter(([, names]) => names.length).map(([kind, names]) => `${MISSING()[kind] ?? kind}: ${names.slice(0, 8).join(", ")}${names.length > 8 ? " …" : ""}`);
      fill(this.report, h("div", { class: ["import-report", found.failed ? "bad" : "good"] },
        h("strong", {}, [n("{count} row would be added", "{count} rows would be added", found.created), n("{count} changed", "{count} changed", found.updated), n("{count} refused", "{count} refused", found.failed)].join(", ")),
        missing.length ? h("p", {}, t("Missing: {what}", { what: missing.join("; ") })) : null, errorTable(found.errors)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(this.report, h("p", { class: "trouble", role: "alert" }, error.sentence));
    }
  }

  async run() {
    if (!await this.patch(this.settled())) return;
    try {
      this.job = await api.post(`${this.path}/${this.job.id}/start`);
      this.show();
    } catch (error) { complain(error); }
  }

  // 3: how far it is
  progress() {
    const { job } = this;
    const busy = ["queued", "running"].includes(job.status);
    const share = job.progress.total ? Math.min(1, job.progress.rows / job.progress.total) : 0;
    const counts = [[t("added"), job.created], [t("changed"), job.updated], [t("passed over"), job.skipped], [t("refused"), job.failed]];
    fill(this, h("header", { class: "page-head" }, h("h2", {}, job.file_name), h("button", { type: "button", class: "link", onClick: () => this.start() }, t("Another file"))), this.steps(busy ? 2 : 3),
      h("div", { class: "progress-line" }, h("progress", { max: 1, value: busy ? share : 1, aria: { label: t("Progress") } }), h("span", { role: "status" }, busy ? t("{rows} of {total} rows", { rows: job.progress.rows, total: job.progress.total || "…" }) : statusWord(job))),
      job.error ? h("p", { class: "trouble", role: "alert" }, job.error) : null,
      h("dl", { class: "import-counts" }, counts.map(([label, count]) => h("div", {}, h("dt", {}, label), h("dd", {}, String(count))))),
      job.failed ? h("div", { class: "stack-s" }, h("div", {}, h("a", { class: "button", href: url(`${this.path}/${job.id}/rejected.csv`), download: "" }, icon("download"), t("Download the refused rows"))), errorTable(job.errors)) : null,
      h("div", { class: "row import-foot" }, busy ? h("button", { type: "button", onClick: () => this.act("cancel") }, t("Cancel the import")) : null,
        !busy && !job.undone && job.created + job.updated ? h("button", { type: "button", onClick: () => this.undo() }, icon("undo-2"), t("Undo the import")) : null,
        busy ? null : h("a", { class: "button primary", href: `/app/projects/${this.model.id}/grid` }, t("To the records"))));
    if (busy) this.timer = setTimeout(() => this.look(), LOOK);
    else forgetProject(this.model.id);
  }

  disconnected() { clearTimeout(this.timer); }

  async look() {
    try {
      this.job = await api.get(`${this.path}/${this.job.id}`, {}, { signal: this.alive });
      if (!this.alive.aborted) this.progress();
    } catch (error) { complain(error); }
  }

  async act(verb) {
    clearTimeout(this.timer);
    try {
      await api.post(`${this.path}/${this.job.id}/${verb}`);
      await this.look();
    } catch (error) { complain(error); }
  }

  async undo() {
    if (!await confirmed({ title: t("Undo this import?"), text: t("What it added goes, what it changed is as it was. Later changes of people stay."), action: t("Undo the import") })) return;
    await this.act("undo");
    if (this.job.undone) toast(t("The import was undone."), { kind: "good" });
  }
});

function statusWord(job) {
  if (job.undone) return t("undone");
  return { preview: t("not started"), queued: t("waiting"), running: t("running"), done: t("done"), failed: t("failed"), cancelled: t("cancelled") }[job.status] ?? job.status;
}

function errorTable(errors) {
  if (!errors.length) return null;
  return h("div", { class: "scroll import-errors", tabindex: "0", role: "region", aria: { label: t("Refused rows") } }, h("table", { class: "plain-table" }, h("thead", {}, h("tr", {}, [t("Row"), t("Column"), t("Why")].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, errors.slice(0, 50).map((error) => h("tr", {}, h("td", {}, String(error.row)), h("td", {}, error.column ?? "—"), h("td", {}, error.reason))))));
}
