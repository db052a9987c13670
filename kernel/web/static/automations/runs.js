// What an automation did, run by run; and what it would do to a record.

import { api } from "../core/api.js";
import { dialog } from "../core/dialog.js";
import { fill, h, icon } from "../core/dom.js";
import { moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { complain } from "../core/toast.js";
import { emptyState } from "../parts/empty.js";

const words = () => ({ queued: t("waiting"), running: t("running"), done: t("done"), failed: t("failed"), skipped: t("passed over"), waiting: t("waiting"), sending: t("running"), retrying: t("tried again") });
const TONES = { done: "green", failed: "red", skipped: "gray", queued: "blue", running: "blue", retrying: "amber" };

const badge = (status) => h("span", { class: "pill", data: { color: TONES[status] ?? "gray" } }, words()[status] ?? status);

export function showRuns(model, automation, actions) {
  const path = `${model.path}/automations/${automation.id}/runs`;
  const list = h("ul", { class: "run-list", aria: { label: t("Runs") } });
  const more = h("button", { type: "button", hidden: true, onClick: () => load() }, t("Older ones"));
  let cursor;
  const load = async () => {
    try {
      const page = await api.get(path, { limit: 30, cursor });
      cursor = page.next;
      more.hidden = !cursor;
      list.append(...page.items.map((run) => row(run)));
      if (!list.children.length) fill(list, h("li", {}, emptyState(icon("history", 24), t("It has not run yet"), t("Each run will be listed here, with what it did and why not."))));
    } catch (error) { complain(error); }
  };
  const retry = async (run, element) => {
    try { element.replaceWith(row(await api.post(`${path}/${run.id}/retry`))); } catch (error) { complain(error); }
  };
  const row = (run) => {
    const element = h("li", { class: "run" }, h("div", { class: "row" }, badge(run.status), h("span", {}, moment(run.created_at)), run.record_id ? h("a", { href: `/app/projects/${model.id}/records/${run.record_id}`, onClick: () => opened.close() }, t("Record")) : null, h("span", { class: "grow" }), run.status === "failed" ? h("button", { type: "button", onClick: () => retry(run, element) }, t("Try again")) : null),
      run.reason ? h("p", { class: "soft" }, run.reason) : null,
      run.actions.length ? h("ol", { class: "run-actions" }, run.actions.map((action) => h("li", {}, badge(action.status), " ", actions.find((type) => type.key === action.type)?.label ?? action.type, action.error ? h("span", { class: "fault" }, ` ${action.error}`) : null))) : null);
    return element;
  };
  const opened = dialog({ title: t("Runs of “{name}”", { name: automation.name }), wide: true, body: h("div", { class: "stack" }, list, more) });
  load();
}

/** What a trial says, in words. */
export function trialResult(trial, title, actions) {
  return h("div", { class: ["import-report", trial.would_run ? "good" : "bad"] },
    h("strong", {}, trial.would_run ? t("For “{title}” it would run:", { title }) : t("For “{title}” it would not run.", { title })),
    trial.reason ? h("p", {}, trial.reason) : null,
    trial.would_run ? h("ol", { class: "run-actions" }, trial.actions.map((action) => h("li", {}, action.error ? icon("circle-alert", 13) : icon("check", 13), " ", actions.find((type) => type.key === action.type)?.label ?? action.type, action.error ? h("span", { class: "fault" }, ` ${action.error}`) : effects(action.effects)))) : null,
    h("p", { class: "hint" }, t("Nothing was changed.")));
}

const effects = (list) => (list.length ? h("code", { class: "soft clip effect" }, list.map((effect) => JSON.stringify(effect.detail)).join(" ").slice(0, 160)) : null);
