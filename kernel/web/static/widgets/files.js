// Attached files: names that lead to them, a look at them, and adding more.

import { api, url } from "../core/api.js";
import { dialog } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { language, t } from "../core/i18n.js";
import { popover } from "../core/popover.js";
import { complain } from "../core/toast.js";
import { registerWidget } from "./registry.js";

const list = (value) => (Array.isArray(value) ? value : value ? [value] : []);
const address = (file, query) => url(file.url?.replace("/api/v1", "") ?? `/files/${file.id}/content`, query);
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|application\/pdf|text\/plain)/;

export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = bytes > 0 ? Math.min(3, Math.floor(Math.log10(bytes) / 3)) : 0;
  return new Intl.NumberFormat(language.value, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 }).format(bytes / 1000 ** step);
}

/** Upload one file; resolves to what fields hold. */
export async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  return api.post("/files", form);
}

/** Look at a picture, a PDF or a text without leaving; others are saved. */
export function preview(file) {
  const inline = address(file, { inline: true });
  const image = (file.content_type || "").startsWith("image/");
  const body = image ? h("img", { src: inline, alt: file.name, class: "preview-image" }) : h("iframe", { src: inline, title: file.name, class: "preview-frame" });
  dialog({ title: file.name, wide: true, body, actions: [{ label: t("Download"), kind: "primary", run: () => { location.href = address(file); } }] });
}

/** A file as a link; what a browser can show is shown without leaving. */
export const chip = (file, roomy) => {
  const link = h("a", { class: "record-chip", href: address(file), download: file.name, title: `${file.name}, ${size(file.size ?? 0)}`, tabindex: roomy ? undefined : "-1" }, icon("paperclip", 12), h("span", { class: "clip" }, file.name));
  if (SHOWN.test(file.content_type || "")) link.addEventListener("click", (event) => { if (!event.ctrlKey && !event.metaKey && !event.defaultPrevented) { event.preventDefault(); preview(file); } });
  return link;
};

registerWidget("file", {
  width: 190,
  draw: (value, column, context) => h("span", { class: ["pills", context.roomy && "wrap"] }, list(value).map((file) => chip(file, context.roomy))),
  text: (value) => list(value).map((file) => file.name).join(", "),
  parse: (text) => { if (text.trim()) throw new Error(t("Files cannot be pasted as text.")); return []; },
  edit: (session) => edit(session),
});

/** The files of one value: what is there, with removing, and a place to drop more. */
function edit(session) {
  const { column } = session;
  let files = [...list(session.value)];
  const before = files.map((file) => file.id).join();
  let busy = 0;
  const lines = h("ul", { class: "file-lines" });
  const input = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", accept: column.config?.allowed_types?.length ? column.config.allowed_types.join(",") : undefined, aria: { label: t("Choose files") }, onChange: () => { take(input.files); input.value = ""; } });
  const drop = h("button", { type: "button", class: "drop-zone", onClick: () => input.click() }, icon("upload", 16), t("Choose files, or drop them here"));
  const box = h("div", { class: "file-editor" }, lines, drop, input);
  const draw = () => fill(lines, files.map((file) => h("li", { class: "file-line" }, chip(file, true), h("span", { class: "soft" }, size(file.size ?? 0)), iconButton(icon("x", 14), t("Remove {name}", { name: file.name }), () => { files = files.filter((other) => other !== file); draw(); }))), busy ? h("li", { class: "soft" }, t("Uploading …")) : null);
  async function take(chosen) {
    busy += 1;
    draw();
    for (const file of chosen) {
      try { files.push(await upload(file)); } catch (error) { complain(error); }
    }
    busy -= 1;
    draw();
    if (!opened.box.isConnected) finish();
  }
  box.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  box.addEventListener("dragleave", () => drop.classList.remove("over"));
  box.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); });
  const finish = () => {
    if (busy) return; // the last upload ends it
    if (files.map((file) => file.id).join() === before) session.cancel();
    else session.commit(files, files.map((file) => file.id));
  };
  draw();
  const opened = popover(session.anchor, box, { label: column.name, onClose: finish });
  return { element: box, close: () => opened.close() };
}
