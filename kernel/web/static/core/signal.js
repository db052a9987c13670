// A value that tells when it changes.

export class Signal {
  #value;
  #watchers = new Set();

  constructor(value) { this.#value = value; }

  get value() { return this.#value; }

  set value(next) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    this.tell();
  }

  /** Tell the watchers, also when the value changed inside. */
  tell() { for (const watcher of [...this.#watchers]) watcher(this.#value); }

  /** Call `watcher` at each change; returns what ends it. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
