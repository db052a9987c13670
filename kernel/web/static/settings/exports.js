// Records as files: CSV, Excel, JSON Lines.

import { api, url } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { ago } from "../core/format.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { drawList, redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { filterInput } from "../filters/input.js";
import { heading, tried } from "./part.js";

const LOOK = 800;
const busy = (job) => job.status === "queued" || job.status === "running";

define("smalt-exports", class extends Part {
  begin(model) { this.model = model; }

  connected() {
    const format = h("select", { aria: { label: t("Format") } }, [["xlsx", "Excel"], ["csv", "CSV"], ["jsonl", "JSON Lines"]].map(([key, name]) => h("option", { value: key }, name)));
    const filter = filterInput({ model: () => this.model, label: t("Which records") });
    const form = h("form", { class: "add-line" }, format, filter.element, h("button", { type: "submit", class: "primary" }, icon("download"), t("Export")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await tried(null, () => api.post(`${this.model.path}/exports`, { format: format.value, filter: filter.read() ?? null }), null)) this.load();
    });
    this.list = h("ul", { class: "choice-list spaced", aria: { live: "polite" } });
    fill(this, heading(t("Exports"), t("All records that you may see, with the fields that you may see. A file stays for some time.")), form, this.list);
    this.load();
  }

  disconnected() { clearTimeout(this.timer); }

  async load() {
    clearTimeout(this.timer);
    try {
      const page = await api.get(`${this.model.path}/exports`, { limit: 20 }, { signal: this.alive });
      redraw(this.list, () => drawList(this.list, page.items, (job) => this.line(job)));
      if (page.items.some(busy)) this.timer = setTimeout(() => this.load(), LOOK);
    } catch (error) { complain(error); }
  }

  line(job) {
    const words = { queued: t("waiting"), running: t("running"), done: t("done"), failed: t("failed"), cancelled: t("cancelled") }[job.status];
    return h("li", { class: "choice-line" }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, job.file_name), h("span", { class: "soft" }, [words, job.error, ago(job.created_at)].filter(Boolean).join(" · "))),
      job.status === "done" ? h("a", { class: "button", href: url(`${this.model.path}/exports/${job.id}/download`), download: "", aria: { label: t("Download {name}", { name: job.file_name }) } }, icon("download", 14), t("Download")) : null,
      busy(job) ? h("button", { type: "button", onClick: async () => { await tried(null, () => api.post(`${this.model.path}/exports/${job.id}/cancel`), null); this.load(); } }, t("Cancel")) : null);
  }
});

export default (model) => { const part = h("smalt-exports"); part.begin(model); return part; };
