// Dragging cards, by mouse at once and by touch after a moment of holding.

import { h } from "../core/dom.js";

const THRESHOLD = 5;
const HOLD = 280;
const EDGE = 60;
const SPEED = 1.1; // pixels in a millisecond, at the very edge
const FRAME = 34;

export function bindDrag(board) {
  let drag = null;

  board.listen(board.strip, "pointerdown", (event) => {
    const element = event.target.closest(".card");
    if (!element || event.button || !board.movable || event.target.closest("a, button")) return;
    drag = { element, record: element.record, x: event.clientX, y: event.clientY, pointer: event.pointerId, touch: event.pointerType === "touch", begun: false };
    if (drag.touch) drag.timer = setTimeout(() => { if (drag) begin(drag.x, drag.y); }, HOLD);
  });

  // On the window: a dragged node may lose its pointer when the list is drawn anew.
  board.listen(window, "pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > THRESHOLD;
    if (!drag.begun) {
      if (!far) return;
      if (drag.touch) { forget(); return; }
      begin(event.clientX, event.clientY);
    }
    follow(event.clientX, event.clientY);
  });
  // A touch that holds a card must not scroll the page.
  board.listen(board.strip, "touchmove", (event) => {
    if (!drag?.begun) return;
    event.preventDefault();
    follow(event.touches[0].clientX, event.touches[0].clientY);
  }, { passive: false });
  board.listen(window, "pointerup", (event) => { if (drag && event.pointerId === drag.pointer) { if (drag.begun) drop(); else forget(); } });
  board.listen(window, "pointercancel", () => { if (drag && !(drag.touch && drag.begun)) forget(); });
  board.listen(window, "touchend", () => { if (drag?.begun) drop(); });
  board.listen(window, "touchcancel", () => forget());
  board.listen(window, "keydown", (event) => { if (event.key === "Escape" && drag?.begun) { event.stopPropagation(); forget(); } }, { capture: true });
  board.listen(board.strip, "contextmenu", (event) => { if (drag?.begun) event.preventDefault(); });

  function begin(x, y) {
    const { element } = drag;
    drag.begun = true;
    const at = element.getBoundingClientRect();
    drag.offset = { x: x - at.left, y: y - at.top };
    drag.ghost = element.cloneNode(true);
    drag.ghost.classList.add("ghost");
    drag.ghost.removeAttribute("data-id");
    drag.ghost.removeAttribute("tabindex");
    drag.ghost.setAttribute("aria-hidden", "true");
    drag.ghost.style.width = `${at.width}px`;
    drag.hole = h("div", { class: "hole", style: { height: `${at.height}px` } });
    element.after(drag.hole);
    element.classList.add("lifted");
    element.dragged = true;
    document.body.append(drag.ghost);
    board.classList.add("dragging");
    follow(x, y);
    drag.frame = requestAnimationFrame(scroll);
  }

  function follow(x, y) {
    drag.at = { x, y };
    drag.ghost.style.transform = `translate(${x - drag.offset.x}px, ${y - drag.offset.y}px) rotate(1.5deg)`;
    aim();
  }

  /** Show where the card would come to lie: in the list that is nearest to the pointer. */
  function aim() {
    const { x, y } = drag.at;
    const away = ({ element }) => { const box = element.getBoundingClientRect(); return Math.max(box.left - x, x - box.right, 0); };
    const column = board.columns.reduce((best, one) => (away(one) < away(best) ? one : best));
    if (drag.column !== column) drag.column?.element.classList.remove("over");
    drag.column = column;
    column.element.classList.toggle("over", column.folded);
    if (column.folded) { drag.hole.remove(); return; }
    const cards = [...column.body.children].filter(isOther);
    const next = cards.find((child) => { const box = child.getBoundingClientRect(); return y < box.top + box.height / 2; });
    const end = cards.at(-1);
    if (next ? next.previousElementSibling === drag.hole : drag.hole.parentElement === column.body && (!end || end.nextElementSibling === drag.hole)) return;
    if (next) next.before(drag.hole);
    else if (end) end.after(drag.hole);
    else column.body.append(drag.hole);
  }

  const isOther = (node) => node?.classList.contains("card") && node.dataset.id !== drag.record.id;

  /** How far to scroll while one holds a card near an end, having moved it there. */
  function pull(at, began, from, to, time) {
    const near = at < from + EDGE && at < began - THRESHOLD ? at - from - EDGE : at > to - EDGE && at > began + THRESHOLD ? at - to + EDGE : 0;
    return Math.round(Math.max(-1, Math.min(1, near / EDGE)) * SPEED * time);
  }

  /** Scroll the list and the board; what lies under a pointer that rests changes with them. */
  function scroll(now) {
    if (!drag?.begun) return;
    const { x, y } = drag.at;
    const time = Math.min(FRAME, now - (drag.time ?? now));
    drag.time = now;
    const strip = board.strip.getBoundingClientRect();
    board.strip.scrollLeft += pull(x, drag.x, strip.left, strip.right, time);
    if (drag.column && !drag.column.folded) {
      const list = drag.column.scroll.getBoundingClientRect();
      drag.column.scroll.scrollTop += pull(y, drag.y, list.top, list.bottom, time);
    }
    aim();
    drag.frame = requestAnimationFrame(scroll);
  }

  function drop() {
    aim();
    const { hole, column } = drag;
    const record = board.columnOf(drag.record.id)?.find(drag.record.id) ?? drag.record;
    let place = null;
    if (column && (hole.isConnected || column.folded)) {
      let before = hole.nextElementSibling;
      while (before && !isOther(before)) before = before.nextElementSibling;
      let after = hole.previousElementSibling;
      while (after && !isOther(after)) after = after.previousElementSibling;
      const same = column.list.id === record.list_id;
      if (column.folded || board.state.sort) place = same ? null : { position: "first" };
      else if (after) place = { after: after.dataset.id };
      else if (before) place = { before: before.dataset.id };
      else place = same ? null : { position: "first" };
      const at = column.records.findIndex((one) => one.id === record.id);
      if (same && place?.after && column.records[at - 1]?.id === place.after) place = null;
      if (same && place?.before && column.records[at + 1]?.id === place.before) place = null;
    }
    forget();
    if (place) board.move(record, column.list, place);
  }

  function forget() {
    if (!drag) return;
    clearTimeout(drag.timer);
    cancelAnimationFrame(drag.frame);
    const { element } = drag;
    drag.ghost?.remove();
    drag.hole?.remove();
    drag.column?.element.classList.remove("over");
    element.classList.remove("lifted");
    setTimeout(() => { element.dragged = false; });
    board.classList.remove("dragging");
    drag = null;
  }
}
