// Opens the editor of a value over the cell that shows it.

import { h } from "../core/dom.js";

/**
 * `{cell, host, model, record, column, initial, done(shown, input, move), cancelled(move)}`.
 * The editor lies in `host`, which is positioned, over `cell`.
 */
export function openEditor({ cell, host, model, record, column, initial, done, cancelled }) {
  const box = h("div", { class: ["cell-editor", column.align === "end" && "align-end"] });
  const place = () => {
    if (!cell.isConnected) return;
    const at = cell.getBoundingClientRect();
    const within = host.getBoundingClientRect();
    Object.assign(box.style, { left: `${at.left - within.left}px`, top: `${at.top - within.top}px`, minWidth: `${at.width}px`, minHeight: `${at.height}px` });
  };
  host.append(box);
  place();
  let open = true;
  const end = () => { if (!open) return false; open = false; box.remove(); return true; };
  const session = {
    value: record.id ? column.value(record) : undefined, column, model, record, initial, host: box, anchor: cell,
    commit: (shown, input, move) => { if (end()) done(shown, input, move); },
    cancel: (move) => { if (end()) cancelled(move); },
  };
  const editor = column.drawer.edit(session);
  return { reposition: place, close: () => { editor?.close?.(); end(); } };
}
