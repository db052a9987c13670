// What is chosen: options, tags, lists, people, records.

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { picker } from "../core/popover.js";
import { complain } from "../core/toast.js";
import { avatar, personChip } from "../parts/avatar.js";
import { plain, registerWidget } from "./registry.js";

/** An option as a pill in its color. */
export function pill(choice, properties = {}) {
  const own = /^#[0-9a-f]{6}$/i.test(choice.color || "");
  return h("span", { class: ["pill", own && "own"], data: { color: own ? undefined : choice.color || "gray" }, style: own ? { "--own": choice.color } : {}, ...properties }, choice.name ?? choice.title ?? "");
}

const asOption = (choice) => ({ value: choice.id, label: choice.name, choice, draw: () => pill(choice) });
const names = (value) => (Array.isArray(value) ? value : [value]).map(plain).join(", ");
const find = (column, text) => {
  const wanted = text.trim().toLowerCase();
  const found = column.choices.find((choice) => choice.name.toLowerCase() === wanted);
  if (!found) throw new Error(t("There is no “{name}” in {field}.", { name: text.trim(), field: column.name }));
  return found.id;
};

registerWidget("select", {
  width: 150,
  draw: (value) => (value.name ? pill(value) : h("span", { class: "clip" }, plain(value))),
  text: plain,
  parse: (text, column) => (text.trim() ? find(column, text) : null),
  edit: (session) => choose(session, { chosen: session.value ? [session.value.id] : [], clear: !session.column.required }),
});

registerWidget("multi_select", {
  width: 190,
  draw: (value, column, context) => h("span", { class: ["pills", context.roomy && "wrap"] }, (Array.isArray(value) ? value : [value]).map((choice) => pill(choice))),
  text: names,
  parse: (text, column) => text.split(/[,;\n]/).filter((part) => part.trim()).map((part) => find(column, part)),
  edit: (session) => chooseMany(session, session.column.choices.map(asOption), (id, options) => options.find((o) => o.value === id)?.choice, session.column.creatable && session.model.can("configure") ? { create: (name) => newTag(session, name), createLabel: t("New tag “{name}”") } : {}),
});

async function newTag(session, name) {
  try {
    const tag = await api.post(`${session.model.path}/tags`, { name, color: ["blue", "green", "orange", "purple", "teal", "pink"][session.model.tags.length % 6] });
    session.model.tags.push(tag);
    return asOption(tag);
  } catch (error) { complain(error); return null; }
}

function choose(session, { chosen, clear }) {
  let done = false;
  const opened = picker(session.anchor, {
    label: session.column.name, options: session.column.choices.map(asOption), chosen: new Set(chosen), clear,
    onChoose: (id, option) => { done = true; session.commit(option?.choice ?? null, id); },
    onClose: () => { if (!done) queueMicrotask(() => { if (!done) session.cancel(); }); },
  });
  typeAhead(opened, session.initial);
  return { element: opened.box, close: () => opened.close() };
}

/** Several values; they are written when the list closes. */
function chooseMany(session, options, show, more = {}) {
  const before = (session.value || []).map((item) => item.id);
  const chosen = new Set(before);
  const known = new Map((session.value || []).map((item) => [item.id, item]));
  let cancelled = false;
  const opened = picker(session.anchor, {
    label: session.column.name, chosen, multiple: true, ...(Array.isArray(options) ? { options } : { load: options }), ...more,
    onChoose: (id, option) => { known.set(id, option.choice ?? show(id, options)); },
    onClose: () => {
      const ids = [...chosen];
      if (cancelled || (ids.length === before.length && ids.every((id, i) => id === before[i]))) session.cancel();
      else session.commit(ids.map((id) => known.get(id)).filter(Boolean), ids);
    },
  });
  typeAhead(opened, session.initial);
  return { element: opened.box, close: () => { cancelled = true; opened.close(); } };
}

function typeAhead(opened, initial) {
  if (!initial) return;
  const input = opened.box.querySelector("input");
  input.value = initial;
  input.dispatchEvent(new Event("input"));
}

const personOption = (person) => ({ value: person.id, label: person.name, choice: { id: person.id, name: person.name }, icon: avatar(person, 18), hint: "" });

registerWidget("user", {
  width: 160,
  draw: (value, column, context) => {
    const people = Array.isArray(value) ? value : [value];
    return people.length === 1 || context.roomy ? h("span", { class: "pills wrap" }, people.map(personChip)) : h("span", { class: "people" }, people.slice(0, 4).map((p) => avatar(p, 20)), people.length > 4 ? h("span", { class: "soft" }, `+${people.length - 4}`) : null);
  },
  text: names,
  parse: (text, column) => {
    const found = text.split(/[,;]/).filter((part) => part.trim()).map((part) => {
      const wanted = part.trim().toLowerCase();
      const person = column.model.people.find((p) => p.name.toLowerCase() === wanted || p.email.toLowerCase() === wanted);
      if (!person) throw new Error(t("“{name}” is no member of this project.", { name: part.trim() }));
      return person.id;
    });
    return column.many ? found : found[0] ?? null;
  },
  edit: (session) => {
    const options = session.model.people.map(personOption);
    if (session.column.many) return chooseMany(session, options, (id) => options.find((o) => o.value === id)?.choice);
    let done = false;
    const opened = picker(session.anchor, { label: session.column.name, options, chosen: new Set(session.value ? [session.value.id] : []), clear: true, onChoose: (id, option) => { done = true; session.commit(option?.choice ?? null, id); }, onClose: () => queueMicrotask(() => { if (!done) session.cancel(); }) });
    typeAhead(opened, session.initial);
    return { element: opened.box, close: () => opened.close() };
  },
});

const targetOf = (column) => column.config?.project_id ?? column.kind_?.project_id;

/** Records that are linked, each a way to go there; what one may not see is said as such. */
export function recordLinks(value, column, context) {
  const linked = Array.isArray(value) ? value : [value];
  return h("span", { class: ["pills", context.roomy && "wrap"] }, linked.map((record) => (record.hidden
    ? h("span", { class: "soft clip" }, t("hidden record"))
    : h("a", { class: "record-chip", href: `/app/projects/${targetOf(column)}/records/${record.id}`, tabindex: context.roomy ? undefined : "-1" }, h("span", { class: "clip" }, record.title || t("untitled"))))));
}

registerWidget("reference", {
  width: 200,
  draw: recordLinks,
  text: names,
  parse: (text) => { if (text.trim()) throw new Error(t("Linked records cannot be pasted as text.")); return null; },
  edit: (session) => editReference(session),
});

function editReference(session) {
  const { column, model } = session;
  const load = async (text, signal) => {
    const page = await api.get(`${model.path}/fields/${column.key}/candidates`, { q: text, limit: 50, sort: "title" }, { signal });
    return page.items.map((record) => ({ value: record.id, label: record.title, choice: { id: record.id, title: record.title } }));
  };
  const create = async (title) => {
    try {
      const made = await api.post(`/projects/${targetOf(column)}/records`, { title });
      return { value: made.id, label: made.title, choice: { id: made.id, title: made.title } };
    } catch (error) { complain(error); return null; }
  };
  if (column.config?.multiple) return chooseMany(session, load, () => null, { create, empty: t("No record matches.") });
  let done = false;
  const current = session.value?.[0];
  const opened = picker(session.anchor, {
    label: column.name, load, create, clear: true, chosen: new Set(current ? [current.id] : []), empty: t("No record matches."),
    onChoose: (id, option) => { done = true; session.commit(option?.choice ? [option.choice] : [], id); },
    onClose: () => queueMicrotask(() => { if (!done) session.cancel(); }),
  });
  typeAhead(opened, session.initial);
  return { element: opened.box, close: () => opened.close() };
}

