// Dragging cards, by mouse at once and by touch after a moment of holding.

import { h } from "../core/dom.js";

const THRESHOLD = 5;
const HOLD = 280;
const EDGE = 60;

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
    move(event.clientX, event.clientY);
  });
  // A touch that holds a card must not scroll the page.
  board.listen(board.strip, "touchmove", (event) => { if (drag?.begun) event.preventDefault(); }, { passive: false });
  board.listen(window, "pointerup", (event) => { if (drag && event.pointerId === drag.pointer) { if (drag.begun) drop(); else forget(); } });
  board.listen(window, "pointercancel", () => { if (drag && !(drag.touch && drag.begun)) forget(); });
  board.listen(window, "touchend", () => { if (drag?.begun) drop(); });
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
    move(x, y);
    drag.frame = requestAnimationFrame(scroll);
  }

  function move(x, y) {
    drag.at = { x, y };
    drag.ghost.style.transform = `translate(${x - drag.offset.x}px, ${y - drag.offset.y}px) rotate(1.5deg)`;
    const over = document.elementFromPoint(x, y)?.closest?.(".board-list");
    const column = over && board.columns.find((one) => one.element === over);
    drag.column = column ?? drag.column;
    if (!column || column.folded) return;
    const cards = [...column.body.children].filter((child) => child.classList.contains("card") && child !== drag.element);
    const next = cards.find((child) => { const box = child.getBoundingClientRect(); return y < box.top + box.height / 2; });
    if (next) next.before(drag.hole);
    else column.body.append(drag.hole);
  }

  /** Scroll the list or the board while one holds a card at its edge. */
  function scroll() {
    if (!drag?.begun) return;
    const { x, y } = drag.at;
    const strip = board.strip.getBoundingClientRect();
    board.strip.scrollLeft += x > strip.right - EDGE ? 12 : x < strip.left + EDGE ? -12 : 0;
    if (drag.column) {
      const list = drag.column.scroll.getBoundingClientRect();
      drag.column.scroll.scrollTop += y > list.bottom - EDGE ? 12 : y < list.top + EDGE ? -12 : 0;
    }
    drag.frame = requestAnimationFrame(scroll);
  }

  function drop() {
    const { record, hole, column } = drag;
    let place = null;
    if (column && (hole.isConnected || column.folded)) {
      const isCard = (node) => node && node.classList.contains("card") && node !== drag.element;
      let before = hole.nextElementSibling;
      while (before && !isCard(before)) before = before.nextElementSibling;
      let after = hole.previousElementSibling;
      while (after && !isCard(after)) after = after.previousElementSibling;
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
    element.classList.remove("lifted");
    setTimeout(() => { element.dragged = false; });
    board.classList.remove("dragging");
    drag = null;
  }
}
