// What this person was told and has not read.

import { api } from "../core/api.js";
import { Signal } from "../core/signal.js";

export const unread = new Signal(0);
const EVERY = 60_000;

export async function countUnread(signal) {
  try {
    const page = await api.get("/notifications", { unread: true, limit: 100 }, { signal });
    unread.value = page.items.length;
  } catch { /* it is asked again soon */ }
}

export function watchUnread(signal) {
  countUnread(signal);
  const timer = setInterval(() => { if (!document.hidden) countUnread(signal); }, EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
}
