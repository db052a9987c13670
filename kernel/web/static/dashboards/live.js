// What changes on a dashboard, as it happens: a stream of its own, held only while somebody looks at it,
// since a server lets a browser hold few.

import { url } from "../core/api.js";

const RETRY = 20_000;
const LATE = 300; // milliseconds: what was read before may have changed

/** Calls `changed(ids)` with the ids of charts, or null when all may have changed. */
export function followDashboard(id, changed, alive) {
  let source = null;
  let timer = 0;
  let missed = false;
  const close = () => { clearTimeout(timer); source?.close(); source = null; };
  const open = () => {
    const asked = performance.now();
    source = new EventSource(url("/events", { dashboard: id }));
    source.addEventListener("open", () => {
      if (missed || performance.now() - asked > LATE) changed(null);
      missed = true;
    });
    source.addEventListener("dashboard.changed", (event) => {
      try { changed(JSON.parse(event.data).charts); } catch { /* not for us */ }
    });
    source.addEventListener("resync", () => changed(null));
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    };
  };
  const decide = () => {
    if (document.hidden || alive.aborted) close();
    else if (!source) open();
  };
  document.addEventListener("visibilitychange", decide, { signal: alive });
  alive.addEventListener("abort", close);
  decide();
}
