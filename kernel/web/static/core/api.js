// The REST client. Every page goes through it: credentials, problem documents, lost connections.

import { Signal } from "./signal.js";
import { language, t } from "./i18n.js";
import { seenHeader, seenQuery } from "./seeing.js";

const BASE = "/api/v1";
/** POSTs that only read: they can be sent again as they are, and the server need not remember them. */
const READS = /\/(query|aggregate|preview|validate|test|data)$|\/charts\/\w+\/records\b/;

/** Whether the server cannot be reached just now. */
export const offline = new Signal(false);
/** Called when the session has ended. */
export const signedOut = new Signal(0);

const READ_ONLY = "/problems/preview-is-read-only";

let csrf = "";
export function useCsrf(token) { csrf = token || ""; }

/** A problem document (RFC 9457). `faults` maps JSON pointers to what is wrong there. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.type === READ_ONLY ? t("You look as somebody else; nothing can be changed. Leave the preview first.") : body.detail || body.title || t("The server answered {status}.", { status }));
    this.name = "Problem";
    this.status = status;
    this.type = body.type || "";
    this.errors = body.errors || [];
    this.body = body;
  }

  get faults() { return Object.fromEntries(this.errors.map((error) => [error.pointer, error.detail])); }

  /** One sentence that says it all: the first faults, else the detail. */
  get sentence() {
    const details = this.errors.map((error) => error.detail);
    return details.length ? [...new Set(details)].slice(0, 3).join(" ") : this.message;
  }
}

export const api = {
  get: (path, query, options) => send("GET", path + search(query), undefined, options),
  post: (path, body, { query, ...options } = {}) => send("POST", path + search(query), body, options),
  patch: (path, body, options) => send("PATCH", path, body, options),
  put: (path, body, options) => send("PUT", path, body, options),
  delete: (path, options) => send("DELETE", path, undefined, options),
  /** All items of a collection, page after page. */
  async all(path, query = {}, options = {}) {
    const items = [];
    let cursor;
    do {
      const page = await api.get(path, { limit: 1000, ...query, cursor }, options);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return items;
  },
};

/** The address of something that the browser fetches by itself. */
export const url = (path, query) => BASE + path + search({ ...query, ...seenQuery() });

function search(query) {
  const given = Object.entries(query || {}).flatMap(([name, value]) => [].concat(value).map((one) => [name, one])).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** `as` says how a good answer is read: json, text or blob. */
async function send(method, path, body, { signal, headers = {}, quiet = false, as = "json" } = {}) {
  const sent = { method, headers: { Accept: as === "json" ? "application/json" : "*/*", "Accept-Language": language.value, ...seenHeader(), ...headers }, signal, credentials: "same-origin" };
  if (method !== "GET") sent.headers["X-CSRF-Token"] = csrf;
  if (body instanceof FormData) sent.body = body;
  else if (body !== undefined) {
    sent.body = JSON.stringify(body);
    sent.headers["Content-Type"] = "application/json";
  }
  // A lost answer must not make a record twice when the request is sent again.
  if (method === "POST" && !(body instanceof FormData) && !READS.test(path)) sent.headers["Idempotency-Key"] ??= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const answer = await reach(BASE + path, sent, signal);
  if (answer.ok) return answer.status === 204 ? null : answer[as]();
  const problem = new Problem(answer.status, await answer.json().catch(() => ({})));
  if (answer.status === 401 && !quiet) signedOut.value += 1;
  throw problem;
}

/** Fetch; while the server cannot be reached, wait and try again. */
async function reach(address, sent, signal) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(address, sent);
      const busy = answer.status === 503 || (answer.status === 429 && sent.method === "GET");
      if (!busy || attempt >= 5) {
        offline.value = false;
        return answer;
      }
      await pause(1000 * Number(answer.headers.get("Retry-After") || 1), signal);
    } catch (error) {
      if (signal?.aborted || error.name === "AbortError") throw error;
      offline.value = true;
      await pause(Math.min(10_000, 500 * 2 ** attempt), signal);
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    function done() { clearTimeout(timer); window.removeEventListener("online", done); resolve(); }
    window.addEventListener("online", done);
    signal?.addEventListener("abort", () => { clearTimeout(timer); window.removeEventListener("online", done); reject(signal.reason); });
  });
}

export const aborted = (error) => error?.name === "AbortError";
