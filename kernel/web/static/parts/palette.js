// The command palette: records, projects and commands behind one field.

import { api, aborted, Problem } from "../core/api.js";
import { debounce, fill, freshId, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { commandSources, mainEntries, projectViews } from "../core/places.js";
import { redraw } from "../core/redraw.js";
import { go, place } from "../core/router.js";
import { projects, signOut } from "../core/session.js";
import { chooseTheme } from "../core/theme.js";
import { complain } from "../core/toast.js";
import { newProject } from "./new_project.js";

let opened = null;

export function openPalette() {
  if (opened?.open) { opened.close(); return; }
  const listId = freshId("found");
  const input = h("input", { type: "text", class: "palette-input", placeholder: t("Find records, projects and commands"), role: "combobox", autocomplete: "off", spellcheck: "false", aria: { expanded: "true", controls: listId, autocomplete: "list", label: t("Search and commands") } });
  const list = h("div", { class: "palette-list", role: "listbox", id: listId, aria: { label: t("Results") } });
  const box = h("dialog", { class: "palette", aria: { label: t("Search and commands") } }, h("div", { class: "palette-head" }, icon("search", 17), input, h("kbd", {}, "Esc")), list);
  document.body.append(box);
  opened = box;
  let rows = [];
  let active = 0;
  let waiting = null;

  const mark = (index) => {
    active = rows.length ? (index + rows.length) % rows.length : 0;
    rows.forEach((row, i) => row.element.setAttribute("aria-selected", String(i === active)));
    if (rows[active]) {
      input.setAttribute("aria-activedescendant", rows[active].element.id);
      rows[active].element.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const run = (entry) => { box.close(); entry.run(); };
  const draw = (groups) => redraw(list, () => {
    rows = [];
    fill(list, groups.filter(([, entries]) => entries.length).map(([title, entries]) => {
      const heading = freshId("group");
      return h("div", { role: "group", aria: { labelledby: heading } }, h("div", { class: "palette-group", id: heading }, title), entries.map((entry) => {
        const element = h("div", { class: "palette-row", role: "option", id: freshId("row"), aria: { selected: "false" }, onClick: () => run(entry), onPointermove: () => { const at = rows.findIndex((r) => r.element === element); if (at !== active) mark(at); } },
          entry.icon?.() ?? icon("arrow-right"), h("span", { class: "grow" }, entry.label), entry.hint ? h("span", { class: "hint clip" }, entry.hint) : null);
        rows.push({ element, entry });
        return element;
      }));
    }));
    if (!rows.length) list.append(h("div", { class: "picker-empty" }, t("Nothing matches.")));
    mark(0);
  });
  const known = commands();
  const search = debounce(async () => {
    const text = input.value.trim();
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry) => words.every((word) => `${entry.label} ${entry.keywords || ""}`.toLowerCase().includes(word));
    const found = known.filter(fits).slice(0, words.length ? 8 : 40);
    const places = found.filter((entry) => entry.kind === "place");
    const acts = found.filter((entry) => entry.kind !== "place");
    draw([[t("Go to"), places], [t("Commands"), acts]]);
    waiting?.abort();
    if (text.length < 2) return;
    waiting = new AbortController();
    try {
      const hits = await findRecords(text, waiting.signal);
      draw([[t("Records"), hits], [t("Go to"), places], [t("Commands"), acts]]);
    } catch (error) { if (!aborted(error)) complain(error); }
  }, 120);
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter") { search.now(); if (rows[active]) run(rows[active].entry); }
    else return;
    event.preventDefault();
  });
  box.addEventListener("pointerdown", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("close", () => { waiting?.abort(); search.cancel(); box.remove(); opened = null; });
  box.showModal();
  search();
  search.now();
}

function commands() {
  const here = place.value.parameters.project;
  const found = [
    ...mainEntries.filter((entry) => entry.shown()).map((entry) => ({ kind: "place", label: entry.label, icon: entry.icon, run: () => go(entry.path) })),
    ...projects.value.map((project) => ({ kind: "place", label: project.name, icon: () => icon("folder"), hint: t("Project"), run: () => go(`/app/projects/${project.id}`) })),
    { label: t("New project"), icon: () => icon("plus"), run: () => newProject() },
    { label: t("Profile and tokens"), icon: () => icon("user"), run: () => go("/app/profile") },
    { label: t("Light theme"), icon: () => icon("sun"), keywords: "theme", run: () => chooseTheme("light") },
    { label: t("Dark theme"), icon: () => icon("moon"), keywords: "theme", run: () => chooseTheme("dark") },
    { label: t("Theme of the system"), icon: () => icon("monitor"), keywords: "theme", run: () => chooseTheme("system") },
    { label: t("Keyboard shortcuts"), icon: () => icon("keyboard"), hint: "?", run: () => import("./shortcut_sheet.js").then((m) => m.openSheet()) },
    { label: t("Sign out"), icon: () => icon("log-out"), run: async () => { await signOut(); go("/app/sign-in"); } },
  ];
  if (here) {
    found.unshift(...projectViews.map((view) => ({ label: t("Show as {view}", { view: view.label }), icon: view.icon, run: () => go(`/app/projects/${here}/${view.key}`) })));
    found.unshift({ label: t("New record"), icon: () => icon("plus"), hint: "C", run: () => document.dispatchEvent(new CustomEvent("smalt:new-record")) });
  }
  for (const source of commandSources) found.push(...source());
  return found;
}

let hasSearch = true;

/** Records of all projects whose text matches. */
async function findRecords(text, signal) {
  if (hasSearch) {
    try {
      const page = await api.get("/search", { q: text, limit: 20 }, { signal });
      return page.items.map((hit) => entry(hit.record_id ?? hit.id, hit.project_id, hit.title));
    } catch (error) {
      if (!(error instanceof Problem && error.status === 404)) throw error;
      hasSearch = false;
    }
  }
  const pages = await Promise.all(projects.value.slice(0, 20).map((project) => api.get(`/projects/${project.id}/records`, { q: text, fields: "title", limit: 6 }, { signal })));
  return pages.flatMap((page) => page.items).slice(0, 20).map((record) => entry(record.id, record.project_id, record.title));
}

const entry = (id, projectId, title) => ({
  label: title || t("untitled"), icon: () => icon("file-text"), hint: projects.value.find((p) => p.id === projectId)?.name,
  run: () => go(`/app/projects/${projectId}/records/${id}`),
});
