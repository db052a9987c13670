// The base of all custom elements: what was begun while it stood in the page ends when it leaves.

export class Part extends HTMLElement {
  #ending = null;

  connectedCallback() {
    this.#ending?.abort();
    this.#ending = new AbortController();
    this.connected();
  }

  disconnectedCallback() {
    this.#ending?.abort();
    this.#ending = null;
    this.disconnected();
  }

  /** Draw; called each time the element comes into the page. */
  connected() {}

  disconnected() {}

  /** Ends when the element leaves the page: for fetches and listeners. */
  get alive() { return this.#ending?.signal ?? AbortSignal.abort(); }

  listen(target, type, handler, options = {}) {
    target.addEventListener(type, handler, { ...options, signal: this.alive });
  }

  /** Follow a Signal while the element is there. */
  follow(signal, handler) {
    const end = signal.watch(handler);
    this.alive.addEventListener("abort", end);
  }

  /** Call `end` when the element leaves. */
  atEnd(end) { this.alive.addEventListener("abort", end); }
}

/** Define a custom element once. */
export function define(name, part) {
  if (!customElements.get(name)) customElements.define(name, part);
  return part;
}
