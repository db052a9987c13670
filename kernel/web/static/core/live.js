// What happens elsewhere, as it happens. One tab of the browser listens for all of them, since a
// server lets a browser hold only few connections; the others get it from that one.

import { url } from "./api.js";
import { seen } from "./seeing.js";

/**
 * Dispatches "change" with `{event, project_id, record_id, version, changed, by}`, "resync" for all that is shown,
 * and "open": what was read before may have changed since.
 */
export const live = new EventTarget();

/** Tabs that look as somebody else listen for themselves. */
const CHANNEL = ["smalt-live", seen()?.as].filter(Boolean).join(" ");
const RETRY = 20_000;
const RECORDS = ["created", "updated", "moved", "deleted", "restored", "reordered", "removed", "purged", "converted"].map((verb) => `record.${verb}`);
const PARTS = ["comment", "checklist", "checklist_item"].flatMap((part) => ["created", "updated", "deleted", "restored"].map((verb) => `${part}.${verb}`));
const SETUP = ["field", "list", "tag", "role", "member"].flatMap((part) => ["created", "updated", "renamed", "converted", "reordered", "deleted", "restored"].map((verb) => `${part}.${verb}`));
const KINDS = [...RECORDS, ...PARTS, ...SETUP, "dependency.created", "dependency.deleted", "project.changed", "project.updated", "project.restored"];

export function startLive(alive) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  if (channel) channel.onmessage = (message) => tell(message.data);
  alive.addEventListener("abort", () => channel?.close());
  const share = (message) => { tell(message); channel?.postMessage(message); };
  if (navigator.locks && channel) {
    const taken = (lock) => (lock ? lead(share, alive) : true);
    // Who takes over from another tab has not heard what came between.
    const takeOver = () => navigator.locks.request(CHANNEL, { signal: alive }, () => lead(share, alive, true));
    navigator.locks.request(CHANNEL, { ifAvailable: true }, taken).then((other) => other && takeOver()).catch(() => {});
  } else {
    leadWhileVisible(share, alive);
  }
}

function tell({ type, detail }) {
  live.dispatchEvent(new CustomEvent(type, { detail }));
}

/** Hold the stream until this tab goes; the lock passes on then. */
function lead(share, alive, late = false) {
  return new Promise((resolve) => {
    if (alive.aborted) { resolve(); return; }
    const stream = open(share, late);
    alive.addEventListener("abort", () => { stream.close(); resolve(); });
  });
}

/** Without locks each tab listens for itself, but only while somebody looks at it. */
function leadWhileVisible(share, alive) {
  let stream = null;
  let late = false;
  const decide = () => {
    if (document.hidden || alive.aborted) { stream?.close(); stream = null; }
    else if (!stream) { stream = open(share, late); late = true; }
  };
  document.addEventListener("visibilitychange", decide, { signal: alive });
  alive.addEventListener("abort", decide);
  decide();
}

function open(share, late) {
  let source = null;
  let timer = 0;
  let begun = late;
  const connect = () => {
    source = new EventSource(url("/events"));
    source.addEventListener("open", () => {
      // What happened before this stream is not in it, unless the browser took up where it was.
      if (begun) share({ type: "resync" });
      else tell({ type: "open" });
      begun = true;
    });
    const receive = (event) => {
      try { share({ type: "change", detail: { event: event.type, id: event.lastEventId, ...JSON.parse(event.data) } }); } catch { /* not for us */ }
    };
    for (const kind of KINDS) source.addEventListener(kind, receive);
    source.onmessage = receive;
    source.addEventListener("resync", () => share({ type: "resync" }));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(connect, RETRY);
    };
  };
  connect();
  return { close: () => { clearTimeout(timer); source?.close(); } };
}
