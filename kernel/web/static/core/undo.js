// What was done last and how it is taken back. The server's history does the work.

import { complain, toast } from "./toast.js";
import { t } from "./i18n.js";

const done = [];
const undone = [];
const MOST = 100;
const writing = new Set();

/** What is being written is waited for before anything is taken back: it may be the last action. */
export function whileWriting(promise) {
  writing.add(promise);
  promise.finally(() => writing.delete(promise)).catch(() => {});
  return promise;
}

/** Remember an action. `undo` takes it back and resolves to what takes that back again (or null). */
export function remember(label, undo, { tell = false } = {}) {
  done.push({ label, undo });
  undone.length = 0;
  if (done.length > MOST) done.shift();
  if (tell) toast(label, { kind: "good", action: { label: t("Undo"), run: undoLast } });
}

export const undoLast = () => step(done, undone, (label) => t("Undone: {action}", { action: label }), t("There is nothing to undo."), true);
export const redoLast = () => step(undone, done, (label) => t("Done again: {action}", { action: label }), t("There is nothing to redo."), false);

async function step(from, to, words, nothing, back) {
  await Promise.allSettled([...writing]);
  const entry = from.pop();
  if (!entry) {
    toast(nothing);
    return;
  }
  try {
    const again = await entry.undo();
    if (again) to.push({ label: entry.label, undo: again });
    toast(words(entry.label), { kind: "good", action: again ? { label: back ? t("Redo") : t("Undo"), run: back ? redoLast : undoLast } : undefined });
  } catch (error) {
    complain(error, t("This cannot be taken back."));
  }
}
