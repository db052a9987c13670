// Lets a view follow what others do: it reads what changed, and never moves what one works at.

import { live } from "../core/live.js";
import { t } from "../core/i18n.js";
import { me } from "../core/session.js";
import { complain, toast } from "../core/toast.js";
import { forgetProject } from "./project.js";
import { isOld, isOwn, isWritten, readRecord } from "./records.js";

const GATHER = 120;
const MANY = 25;
let told = null;

/** The fields, lists or tags are others now; one decides oneself when the page is drawn anew. */
function tellSetup() {
  told?.();
  told = toast(t("The set-up of this project has changed."), { stay: true, action: { label: t("Show it"), run: () => location.reload() } });
}

/**
 * `view` has `model`, `knows(id)`, and `onLive(kind, id, record)`, where kind is changed, created,
 * deleted or many.
 */
export function followLive(view) {
  const waiting = new Map();
  let timer = 0;
  const work = async () => {
    timer = 0;
    const events = [...waiting.values()];
    waiting.clear();
    if (events.length > MANY) { view.onLive("many"); return; }
    for (const { event, record_id: id } of events) {
      if (event === "record.deleted" || event === "record.removed") { view.onLive("deleted", id); continue; }
      if (!view.knows(id)) { view.onLive("created", id); continue; }
      try {
        const record = await readRecord(view.model, id, { signal: view.alive });
        // What one writes just now comes with its own answer; an older state is no news.
        if (!isWritten(id) && !isOld(record)) view.onLive("changed", id, record);
      } catch (error) {
        if (error.status === 404) view.onLive("deleted", id);
        else complain(error);
      }
    }
  };
  view.listen(live, "change", ({ detail }) => {
    if (detail.project_id !== view.model.id) return;
    if (detail.event === "project.changed") { view.onLive("many"); return; }
    if (!detail.record_id) { forgetProject(view.model.id); if (detail.by !== me.value?.id) tellSetup(); return; }
    if (!detail.event.startsWith("record.")) { view.onPart?.(detail); return; }
    if (isOwn(detail.record_id, detail.version)) return;
    waiting.set(detail.record_id, detail);
    timer ||= setTimeout(work, GATHER);
  });
  for (const type of ["resync", "open"]) view.listen(live, type, () => view.onLive("many"));
}
