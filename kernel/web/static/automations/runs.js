// What an automation did, run by run; and what it would do to a record.

import { api } from "../core/api.js";
import { dialog } from "../core/dialog.js";
import { h, icon } from "../core/dom.js";
import { moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { drawList, newest, redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { emptyState } from "../parts/empty.js";

const words = () => ({ queued: t("waiting"), running: t("running"), done: t("done"), failed: t("failed"), skipped: t("passed over"), waiting: t("waiting"), sending: t("running"), retrying: t("tried again") });
const TONES = { done: "green", failed: "red", skipped: "gray", queued: "blue", running: "blue", retrying: "amber" };

const STEP = 30;
const MOST = 1000;
const AGAIN = 2000; // milliseconds

const badge = (status) => h("span", { class: "pill", data: { color: TONES[status] ?? "gray" } }, words()[status] ?? status);

export function showRuns(model, automation, actions) {
  const path = `${model.path}/automations/${automation.id}/runs`;
  const list = h("ul", { class: "run-list", aria: { label: t("Runs") } });
  const more = h("button", { type: "button", hidden: true, onClick: () => { wanted = Math.min(MOST, wanted + STEP); load(); } }, t("Older ones"));
  const none = () => h("li", {}, emptyState(icon("history", 24), t("It has not run yet"), t("Each run will be listed here, with what it did and why not.")));
  const fresh = newest();
  let wanted = STEP;
  let timer = 0;
  /** What runs just now shows how far it is. */
  const load = async () => {
    clearTimeout(timer);
    try {
      const page = await fresh(api.get(path, { limit: wanted }));
      if (!page) return;
      more.hidden = !page.next || wanted === MOST;
      redraw(list, () => drawList(list, page.items, row, { none }));
      clearTimeout(timer);
      if (opened.box.open) timer = setTimeout(load, AGAIN);
    } catch (error) { complain(error); }
  };
  const retry = (run) => api.post(`${path}/${run.id}/retry`).catch(complain).then(load);
  const row = (run) => h("li", { class: "run" }, h("div", { class: "row" }, badge(run.status), h("span", {}, moment(run.created_at)), run.record_id ? h("a", { href: `/app/projects/${model.id}/records/${run.record_id}`, onClick: () => opened.close() }, t("Record")) : null, h("span", { class: "grow" }), run.status === "failed" ? h("button", { type: "button", onClick: () => retry(run) }, t("Try again")) : null),
      run.reason ? h("p", { class: "soft" }, run.reason) : null,
      run.actions.length ? h("ol", { class: "run-actions" }, run.actions.map((action) => h("li", {}, badge(action.status), " ", actions.find((type) => type.key === action.type)?.label ?? action.type, action.error ? h("span", { class: "fault" }, ` ${action.error}`) : null))) : null);
  const opened = dialog({ title: t("Runs of “{name}”", { name: automation.name }), wide: true, body: h("div", { class: "stack" }, list, more), onClose: () => clearTimeout(timer) });
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
