// The record beside a view, by `?record=`.

import { fill, h } from "../core/dom.js";
import { define, Part } from "../core/part.js";
import { place, setQuery } from "../core/router.js";

define("smalt-record-side", class extends Part {
  begin(model, view) { this.model = model; this.view = view; }

  connected() {
    this.follow(place, () => this.show());
    this.show();
  }

  async show() {
    const id = place.value.query.record ?? null;
    if (id === this.shown) return;
    const focus = this.focusing;
    this.focusing = false;
    this.shown = id;
    this.hidden = !id;
    if (!id) { fill(this); return; }
    await import("../record/view.js");
    if (this.shown !== id) return;
    const view = h("smalt-record");
    const step = (next, inside) => { this.focusing = inside; setQuery({ record: next }); this.view.reveals?.(next); };
    view.begin(this.model, id, { side: true, focus, neighbours: () => this.view.neighbours(id), standing: () => this.view.standing(id), step });
    fill(this, view);
  }
});
