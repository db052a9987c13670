// Reading and writing records: what is written shows at once, and goes back when the server refuses.

import { api, Problem } from "../core/api.js";
import { n, t } from "../core/i18n.js";
import { complain } from "../core/toast.js";
import { remember, whileWriting } from "../core/undo.js";

/** Dispatches "record" with `{projectId, record, id, kind}`; kinds: changed, created, deleted, many. */
export const records = new EventTarget();

/** Versions that this page wrote: what comes back of them by the event stream is no news. */
const own = new Set();
const OWN = 500;

const versions = new Map();

/** Whether a younger version of this record was read before. */
export const isOld = ({ id, version }) => version < versions.get(id);
export const isWritten = (id) => queues.has(id);

function note(record) {
  if (!isOld(record)) versions.set(record.id, record.version);
  if (versions.size > OWN) versions.delete(versions.keys().next().value);
}

export const isOwn = (id, version) => own.has(`${id}:${version}`);

function mine(record) {
  note(record);
  own.add(`${record.id}:${record.version}`);
  if (own.size > OWN) own.delete(own.values().next().value);
}

export function tell(kind, model, record, more = {}) {
  records.dispatchEvent(new CustomEvent("record", { detail: { kind, projectId: model.id, record, id: record?.id, ...more } }));
}

/** What was read while one wrote, and is older than what was written, is read once more. */
export async function query(model, body, options, again = false) {
  const page = await api.post(`${model.path}/records/query`, body, options);
  if (!again && page.items.some(isOld)) return query(model, body, options, true);
  page.items.forEach((record) => model.adopt(record));
  return page;
}

export const aggregate = (model, body, options) => api.post(`${model.path}/records/aggregate`, body, options);

export async function readRecord(model, id, options) {
  const record = model.adopt(await api.get(`${model.path}/records/${id}`, {}, options));
  note(record);
  return record;
}

/**
 * Set one column of a record. `shown` is its value as it will show, `input` what the server gets.
 * Resolves to the new record, or null when it was refused.
 */
export function setValue(model, record, column, shown, input) {
  const label = t("{field} of “{title}”", { field: column.name, title: record.title });
  return patchRecord(model, record, column.input(input), column.put(record, shown), label);
}

const queues = new Map();

/** Send a PATCH; writes to one record go one after another. */
export function patchRecord(model, record, body, optimistic, label) {
  if (optimistic) tell("changed", model, optimistic, { before: record, optimistic: true });
  const waiting = queues.get(record.id) || Promise.resolve();
  const done = waiting.then(() => sendPatch(model, record, body, label));
  queues.set(record.id, done);
  whileWriting(done);
  done.finally(() => { if (queues.get(record.id) === done) queues.delete(record.id); });
  return done;
}

async function sendPatch(model, record, body, label) {
  try {
    const after = model.adopt(await api.patch(`${model.path}/records/${record.id}`, body));
    mine(after);
    if (after.version !== record.version) remember(label, () => revert(model, after, label));
    tell("changed", model, after, { before: record });
    return after;
  } catch (error) {
    const now = await readRecord(model, record.id).catch(() => record);
    tell("changed", model, now, { before: record, refused: true });
    complain(error, t("“{title}” is as it was.", { title: record.title }));
    return null;
  }
}

/**
 * Move a record to a list or beside another: `{list_id, before, after, position}`. `back` is the place
 * where it was, for a move within a list, of which the history says nothing.
 */
export const moveRecord = (model, record, place, back) => whileWriting(sendMove(model, record, place, back));

async function sendMove(model, record, place, back) {
  const list = model.list(place.list_id);
  const optimistic = { ...record, list_id: place.list_id ?? record.list_id, list: list ?? record.list };
  tell("changed", model, optimistic, { before: record, optimistic: true, place });
  try {
    const after = model.adopt(await api.post(`${model.path}/records/${record.id}/move`, place));
    mine(after);
    const text = t("“{title}” moved to {list}", { title: record.title, list: after.list?.name ?? "" });
    if (after.list_id !== record.list_id) remember(text, () => revert(model, after, text));
    else if (back) remember(text, () => moveBack(model, after, back, place));
    tell("changed", model, after, { before: record, place });
    return after;
  } catch (error) {
    tell("changed", model, record, { before: optimistic, refused: true, place: { list_id: record.list_id } });
    complain(error, t("“{title}” is where it was.", { title: record.title }));
    return null;
  }
}

async function moveBack(model, record, place, again) {
  const after = model.adopt(await api.post(`${model.path}/records/${record.id}/move`, place));
  mine(after);
  tell("changed", model, after, { before: record, place });
  return () => moveBack(model, after, again, place);
}

/** Take back the change that made this version, by the history; resolves to what redoes it. */
async function revert(model, record, label) {
  const page = await api.get(`${model.path}/records/${record.id}/history`, { limit: 50 });
  const change = page.items.find((entry) => entry.version === record.version);
  if (!change) throw new Error(t("This change is not in the history."));
  const after = model.adopt(await api.post(`${model.path}/records/${record.id}/history/${change.id}/revert`));
  mine(after);
  tell("changed", model, after, { before: record, place: { list_id: after.list_id } });
  return () => revert(model, after, label);
}

export const createRecord = (model, body) => whileWriting(sendNew(model, body));

async function sendNew(model, body) {
  const record = model.adopt(await api.post(`${model.path}/records`, body));
  mine(record);
  remember(t("“{title}” added", { title: record.title }), async () => {
    await api.delete(`${model.path}/records/${record.id}`);
    tell("deleted", model, record);
    return () => restoreRecord(model, record);
  });
  tell("created", model, record);
  return record;
}

async function restoreRecord(model, record) {
  const back = model.adopt(await api.post(`${model.path}/records/${record.id}/restore`));
  mine(back);
  tell("created", model, back);
  return async () => {
    await api.delete(`${model.path}/records/${record.id}`);
    tell("deleted", model, record);
    return () => restoreRecord(model, record);
  };
}

export const deleteRecord = (model, record) => whileWriting(sendAway(model, record));

async function sendAway(model, record) {
  await api.delete(`${model.path}/records/${record.id}`);
  tell("deleted", model, record);
  remember(t("“{title}” deleted", { title: record.title }), () => restoreRecord(model, record), { tell: true });
}

const BATCH = 2000;

/**
 * Change or delete many records in batches, valid ones also where others are refused.
 * `{update: [{id, …}], delete: [ids]}`. Resolves to `{failed: [{id, detail}], done}`.
 */
export const writeMany = (model, changes, label) => whileWriting(sendMany(model, changes, label));

async function sendMany(model, { update = [], delete: gone = [] }, label) {
  const batches = [];
  const failed = [];
  let done = 0;
  for (let at = 0; at < Math.max(update.length, gone.length); at += BATCH) {
    const part = update.slice(at, at + BATCH);
    const goes = gone.slice(at, at + BATCH);
    const answer = await api.post(`${model.path}/records/batch`, { update: part, delete: goes, atomic: false });
    batches.push(answer.batch_id);
    for (const fault of answer.errors) {
      const [, list, index] = fault.pointer.split("/");
      failed.push({ id: list === "delete" ? goes[index] : part[index]?.id, detail: fault.detail });
    }
    done += [...answer.updated, ...answer.deleted].filter(Boolean).length;
  }
  tell("many", model, null);
  if (done) remember(label ?? n("{count} record changed", "{count} records changed", done), () => undoBatches(model, batches), { tell: true });
  if (failed.length) complain(new Problem(422, { detail: failed[0].detail }), n("{count} record was refused.", "{count} records were refused.", failed.length));
  return { failed, done };
}

async function undoBatches(model, batches) {
  const again = [];
  for (const id of [...batches].reverse()) again.push((await api.post(`/batches/${id}/undo`)).batch_id);
  tell("many", model, null);
  return () => undoBatches(model, again);
}
