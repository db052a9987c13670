// Markdown as elements, never as HTML: headings, lists, quotes, code, emphasis, links, mentions.

import { h } from "../core/dom.js";

const SAFE = /^(https?:|mailto:|tel:|\/(?!\/))/i;

/** The elements of a Markdown text. */
export function markdown(text) {
  const lines = String(text ?? "").replace(/\r\n?/g, "\n").split("\n");
  const made = [];
  for (let at = 0; at < lines.length;) at = block(lines, at, made);
  return h("div", { class: "prose" }, made);
}

function block(lines, at, made) {
  const line = lines[at];
  if (!line.trim()) return at + 1;
  const fence = /^\s*(```|~~~)/.exec(line);
  if (fence) {
    const end = lines.findIndex((other, i) => i > at && other.trim().startsWith(fence[1]));
    const last = end < 0 ? lines.length : end;
    made.push(h("pre", {}, h("code", {}, lines.slice(at + 1, last).join("\n"))));
    return last + 1;
  }
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) { made.push(h(`h${Math.min(6, heading[1].length + 2)}`, {}, inline(heading[2]))); return at + 1; }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { made.push(h("hr")); return at + 1; }
  if (/^\s*>/.test(line)) return gather(lines, at, /^\s*>\s?/, (inside) => made.push(h("blockquote", {}, markdown(inside.join("\n")))));
  if (item(line)) return list(lines, at, made);
  let end = at;
  while (end < lines.length && lines[end].trim() && (end === at || (!item(lines[end]) && !/^(#{1,6}\s|\s*>|\s*(```|~~~))/.test(lines[end])))) end += 1;
  made.push(h("p", {}, lines.slice(at, end).flatMap((part, i) => (i ? [h("br"), ...inline(part)] : inline(part)))));
  return end;
}

const item = (line) => /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/.exec(line);

function gather(lines, at, mark, use) {
  let end = at;
  const inside = [];
  while (end < lines.length && mark.test(lines[end])) { inside.push(lines[end].replace(mark, "")); end += 1; }
  use(inside);
  return end;
}

function list(lines, at, made) {
  const [, indent, sign] = item(lines[at]);
  const ordered = /\d/.test(sign);
  const box = h(ordered ? "ol" : "ul");
  let end = at;
  while (end < lines.length) {
    const found = item(lines[end]);
    if (!found || found[1].length < indent.length) break;
    if (found[1].length > indent.length + 1) {
      const inner = [];
      end = list(lines, end, inner);
      (box.lastElementChild ?? box).append(...inner);
      continue;
    }
    if (/\d/.test(found[2]) !== ordered) break;
    const task = /^\[([ xX])\]\s+(.*)$/.exec(found[3]);
    box.append(h("li", {}, task ? [h("input", { type: "checkbox", disabled: true, checked: task[1] !== " " }), " ", inline(task[2])] : inline(found[3])));
    end += 1;
  }
  made.push(box);
  return end;
}

const PATTERN = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*(.+?)\*|(?<![\w])_(.+?)_(?!\w)|~~(.+?)~~|@\[([^\]]+)\]\((\d+)\)|\[([^\]]*)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>()]+[^\s<>().,;:!?])/g;

/** The parts of one line. */
function inline(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(PATTERN)) {
    if (found.index > last) parts.push(text.slice(last, found.index));
    parts.push(span(found));
    last = found.index + found[0].length;
  }
  if (last < text.length) parts.push(text.slice(last));
  return parts;
}

function span([whole, , code, bold, bold2, soft, soft2, gone, name, , label, target, bare]) {
  if (code !== undefined) return h("code", {}, code);
  if (bold ?? bold2) return h("strong", {}, inline(bold ?? bold2));
  if (soft ?? soft2) return h("em", {}, inline(soft ?? soft2));
  if (gone) return h("s", {}, inline(gone));
  if (name) return h("span", { class: "mention" }, `@${name}`);
  if (bare) return h("a", { href: bare, target: "_blank", rel: "noreferrer noopener" }, bare);
  return SAFE.test(target) ? h("a", { href: target, target: "_blank", rel: "noreferrer noopener" }, label || target) : whole;
}
