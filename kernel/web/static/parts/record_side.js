// The record beside a view, by `?record=`.

import { fill, h } from "../core/dom.js";
import { define, Part } from "../core/part.js";
import { place } from "../core/router.js";

define("smalt-record-side", class extends Part {
  begin(model, { neighbours }) { this.model = model; this.neighbours = neighbours; }

  connected() {
    this.follow(place, () => this.show());
    this.show();
  }

  async show() {
    const id = place.value.query.record ?? null;
    if (id === this.shown) return;
    this.shown = id;
    this.hidden = !id;
    if (!id) { fill(this); return; }
    await import("../record/view.js");
    if (this.shown !== id) return;
    const view = h("smalt-record");
    view.begin(this.model, id, { side: true, neighbours: () => this.neighbours(id) });
    fill(this, view);
  }
});
