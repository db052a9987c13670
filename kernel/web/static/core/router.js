// Addresses below /app: which page shows, and the state of a page in the query.

import { Signal } from "./signal.js";

const routes = [];

/** What is shown: `{path, parameters, query, route}`. */
export const place = new Signal(null);

/**
 * Add a page. `load` imports a module whose default export is `(place) => element`; `title` names
 * it; `frame: false` shows it without the navigation.
 */
export function route(pattern, load, options = {}) {
  const names = [];
  const expression = pattern.replace(/:(\w+)/g, (_, name) => { names.push(name); return "([^/]+)"; });
  routes.push({ pattern, names, test: new RegExp(`^${expression}/?$`), load, ...options });
}

export function find(path) {
  for (const candidate of routes) {
    const found = candidate.test.exec(path);
    if (found) return { route: candidate, parameters: Object.fromEntries(candidate.names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
  }
  return { route: null, parameters: {} };
}

function read() {
  const { route: found, parameters } = find(location.pathname === "/" ? "/app" : location.pathname);
  place.value = { path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)), parameters, route: found };
}

/** Go to an address. */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  read();
}

/** Change the query, keeping the rest: null or "" removes. */
export function setQuery(changes, { replace = true } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  const next = location.pathname + (text ? `?${text}` : "");
  if (next !== location.pathname + location.search) go(next, { replace });
}

export function startRouter() {
  window.addEventListener("popstate", read);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || !link.pathname.startsWith("/app")) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
  read();
}
