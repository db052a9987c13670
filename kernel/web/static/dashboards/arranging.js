// Moving and resizing a chart: by dragging its handles, or by arrow keys on them.

import { t } from "../core/i18n.js";
import { announce } from "../core/toast.js";
import { bounded } from "./layout.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * `board` has `placeOf(id)`, `cell()` (width and height of a cell with its gap), `tryPlace(id, place)`
 * which shows it, and `keepPlaces()` / `resetPlaces()` that end it.
 */
export function arrangeable(board, id, handle, corner) {
  drag(board, id, handle, (place, dx, dy) => ({ ...place, x: place.x + dx, y: place.y + dy }));
  drag(board, id, corner, (place, dx, dy) => ({ ...place, w: place.w + dx, h: place.h + dy }));
  handle.addEventListener("keydown", (event) => step(board, id, event, handle, event.shiftKey));
  corner.addEventListener("keydown", (event) => step(board, id, event, corner, true));
}

function step(board, id, event, control, resize) {
  const move = MOVES[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const place = board.placeOf(id);
  // Past what stands above or below, else it would rise to where it was.
  const down = resize || !move[1] ? move[1] : board.rowsToNext(id, move[1]);
  const next = bounded(resize ? { ...place, w: place.w + move[0], h: place.h + move[1] } : { ...place, x: place.x + move[0], y: place.y + down });
  board.tryPlace(id, next);
  board.keepPlaces();
  const now = board.placeOf(id);
  announce(t("Column {x}, row {y}, {w} wide, {h} high", { x: now.x + 1, y: now.y + 1, w: now.w, h: now.h }));
  control.focus({ preventScroll: true });
}

function drag(board, id, control, change) {
  control.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    control.focus({ preventScroll: true });
    const begun = { x: event.clientX, y: event.clientY, place: board.placeOf(id), scroll: board.scrolled() };
    const cell = board.cell();
    board.classList.add("arranging");
    const at = (now) => {
      const place = change(begun.place, Math.round((now.clientX - begun.x) / cell.width), Math.round((now.clientY - begun.y + board.scrolled() - begun.scroll) / cell.height));
      board.tryPlace(id, bounded(place));
    };
    const ending = new AbortController();
    const end = (keep) => {
      ending.abort();
      board.classList.remove("arranging");
      if (keep) board.keepPlaces();
      else board.resetPlaces();
    };
    // On the window: a node that moves in the page loses what it captured.
    window.addEventListener("pointermove", at, { signal: ending.signal });
    window.addEventListener("pointerup", () => end(true), { signal: ending.signal });
    window.addEventListener("pointercancel", () => end(false), { signal: ending.signal });
    window.addEventListener("keydown", (pressed) => { if (pressed.key === "Escape") { pressed.stopPropagation(); end(false); } }, { signal: ending.signal, capture: true });
  });
}
