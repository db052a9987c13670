// Events sent to addresses of one's choice: what is sent where, and what became of it.

import { api, Problem } from "../core/api.js";
import { confirmed, dialog, field, placeFaults } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { projectOf, projects } from "../core/session.js";
import { complain } from "../core/toast.js";
import { emptyState } from "../parts/empty.js";
import { showSecret } from "../parts/secret.js";
import { heading, tried } from "../settings/part.js";

const pathOf = (hook) => `/webhooks/${hook.id}`;

define("smalt-webhooks", class extends Part {
  connected() {
    this.className = "narrow-page";
    this.load();
  }

  async load() {
    try {
      const found = await api.all("/webhooks", {}, { signal: this.alive });
      const add = h("button", { type: "button", class: "primary", onClick: () => this.edit(null) }, icon("plus"), t("New webhook"));
      fill(this, heading(t("Webhooks"), t("What happens here is told to other programs at once."), found.length ? add : null),
        found.length ? h("ul", { class: "choice-list" }, found.map((hook) => this.line(hook))) : emptyState(icon("webhook", 26), t("No webhooks yet"), t("Give an address, and each event is sent there, signed with a secret of its own."), add));
    } catch (error) { complain(error); }
  }

  line(hook) {
    const on = h("input", { type: "checkbox", role: "switch", checked: hook.enabled, aria: { label: t("{name} is on", { name: hook.url }) }, onChange: async () => { await tried(null, () => api.patch(pathOf(hook), { enabled: on.checked })); this.load(); } });
    const where = hook.project_id ? projectOf(hook.project_id)?.name ?? t("Another project") : t("All projects");
    return h("li", { class: "choice-line" }, on, h("button", { type: "button", class: "field-button", onClick: () => this.edit(hook) }, h("span", { class: "grow field-words" }, h("strong", { class: "clip" }, hook.url), h("span", { class: "soft clip" }, `${where} · ${hook.events.join(", ")}`), hook.enabled || !hook.reason ? null : h("span", { class: "warning" }, icon("triangle-alert", 13), hook.reason))),
      iconButton(icon("history", 15), t("What was sent to {name}", { name: hook.url }), () => showDeliveries(hook)),
      iconButton(icon("trash-2", 15), t("Delete {name}", { name: hook.url }), () => this.removeHook(hook)));
  }

  edit(hook) {
    const url = field(t("Address"), h("input", { type: "url", value: hook?.url ?? "", placeholder: "https://…", autofocus: true }));
    const events = field(t("Events"), h("input", { type: "text", value: (hook?.events ?? ["record.*"]).join(", "), class: "mono" }), { hint: t("Such as record.created; record.* for all of a kind, * for everything. With commas between.") });
    const project = field(t("Project"), h("select", {}, h("option", { value: "" }, t("All projects")), projects.value.map((one) => h("option", { value: one.id, selected: one.id === hook?.project_id }, one.name))));
    dialog({
      title: hook ? t("Webhook") : t("New webhook"), body: h("div", { class: "stack" }, url, events, project),
      actions: [{ label: t("Cancel"), run: (close) => close() }, {
        label: hook ? t("Save") : t("Make the webhook"), kind: "primary", submit: true,
        run: async (close) => {
          const content = { url: url.input.value.trim(), events: events.input.value.split(/[\s,]+/).filter(Boolean), project_id: project.input.value || null };
          try {
            const made = hook ? await api.patch(pathOf(hook), content) : await api.post("/webhooks", content);
            close();
            if (!hook) showSecret(t("The webhook is on"), t("Secret"), made.secret, t("Receivers check the signature with it. Copy it now: it is not shown again."));
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            throw new Error(placeFaults(error, { "/url": url, "/events": events, "/project_id": project }) || t("Mend what is marked."));
          }
          this.load();
        },
      }],
    });
  }

  async removeHook(hook) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: hook.url }), text: t("Nothing is sent there any more."), action: t("Delete"), danger: true })) return;
    if (await tried(null, () => api.delete(pathOf(hook)), null)) this.load();
  }
});

/** What was sent last, newest first, each to be sent once more. */
function showDeliveries(hook) {
  const states = { queued: t("Waiting"), done: t("Arrived"), failed: t("Failed") };
  const list = h("ul", { class: "choice-list", aria: { live: "polite" } });
  const again = async (path) => { await api.post(path, {}); await load(); };
  const line = (one) => h("li", { class: "choice-line" }, h("span", { class: "grow member-name" }, h("strong", {}, one.event), h("span", { class: "soft" }, [states[one.status], one.response_code, moment(one.created_at)].filter(Boolean).join(" · ")), one.error ? h("span", { class: "soft" }, one.error) : null),
    iconButton(icon("rotate-ccw", 15), t("Send {event} once more", { event: one.event }), () => again(`${pathOf(hook)}/deliveries/${one.id}/replay`).catch(complain)));
  const load = async () => {
    const { items } = await api.get(`${pathOf(hook)}/deliveries`, { limit: 50 });
    fill(list, items.length ? items.map(line) : h("li", { class: "soft" }, t("Nothing was sent yet.")));
  };
  dialog({
    title: t("What was sent"), body: h("div", { class: "stack" }, h("p", { class: "soft clip" }, hook.url), list),
    actions: [{ label: t("Look again"), run: load }, { label: t("Send a test"), kind: "primary", run: () => again(`${pathOf(hook)}/test`) }],
  });
  load().catch(complain);
}

export default () => h("smalt-webhooks");
