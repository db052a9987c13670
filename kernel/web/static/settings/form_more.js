// The rarer settings of a form and of its fields, behind "More".

import { field } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { day, localMoment, moment, momentFrom } from "../core/format.js";
import { n, t } from "../core/i18n.js";
import { filterInput } from "../filters/input.js";
import { plain, widgetFor } from "../widgets/registry.js";

const more = (content) => h("details", {}, h("summary", {}, t("More")), h("div", { class: "stack-s" }, content));
const check = (label, checked, change) => h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: Boolean(checked), onChange: (event) => change(event.target.checked) }), label);

/**
 * What one field of a form may have besides its texts. `above()` gives the project with the fields that stand
 * before it alone. `change(name, value)` is told of each choice, of undefined for none. Gives `{element, places}`, the inputs by the member that they fill in.
 */
export function fieldMore(item, column, above, change) {
  const text = (label, name, value, hint, read = (given) => given) => {
    const box = field(label, h("input", { type: "text", value, onChange: (event) => {
      try { change(name, event.target.value.trim() ? read(event.target.value.trim()) : undefined); box.fault(""); } catch (error) { box.fault(error.message); }
    } }), { hint });
    return box;
  };
  const standard = text(t("Default"), "default", plain(item.default), null, (given) => widgetFor(column?.widget).parse(given, column));
  const condition = filterInput({ model: above, value: item.visible_if, label: t("Asked only if"), none: t("Always"), changed: (found) => change("visible_if", found ?? undefined) });
  const shown = field(t("Asked only if"), condition.control, { hint: t("A condition on fields above.") });
  const options = { "": t("As usual: only where it is shown"), true: t("Yes"), false: t("No") };
  const prefill = field(t("May the address fill it in?"), h("select", { onChange: (event) => change("prefill", event.target.value === "" ? undefined : event.target.value === "true") }, Object.entries(options).map(([value, label]) => h("option", { value, selected: value === String(item.prefill ?? "") }, label))));
  return {
    element: more([check(t("Hidden: filled in with its default"), item.hidden, (on) => change("hidden", on || undefined)), standard, shown, prefill,
      column?.kind === "record" ? check(t("Everybody may read the titles to choose from"), item.picker, (on) => change("picker", on || undefined)) : null]),
    places: { default: standard, visible_if: shown },
  };
}

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const dayName = (index, weekday) => day(`2024-01-0${index + 1}`, { weekday });

/** The hours of a day and the days of a week in which a form is open, by the clock of the project. */
function hoursInput(given, zone, changed) {
  const days = new Set(given?.days?.length ? given.days : DAYS);
  const clock = (label, value) => field(label, h("input", { type: "time", value, onInput: changed }));
  const start = clock(t("Opening time"), given?.start ?? "09:00");
  const end = clock(t("Closing time"), given?.end ?? "17:00");
  const boxes = DAYS.map((name, index) => h("label", { class: "check-line" }, h("input", { type: "checkbox", checked: days.has(name), onChange: (event) => { if (event.target.checked) days.add(name); else days.delete(name); changed(); } }), dayName(index, "short")));
  const fault = h("span", { class: "fault", hidden: true });
  const rest = h("div", { class: "stack-s", hidden: !given }, h("div", { class: "pair" }, start, end), h("div", { class: "row wrap", role: "group", aria: { label: t("Days of the week") } }, boxes), h("span", { class: "hint" }, t("By the clock of the project ({zone}).", { zone })));
  const on = h("input", { type: "checkbox", checked: Boolean(given), onChange: () => { rest.hidden = !on.checked; changed(); } });
  const chosen = () => DAYS.filter((name) => days.has(name));
  return {
    element: h("div", { class: "stack-s" }, h("label", { class: "check-line" }, on, t("Only at certain hours")), rest, fault),
    fault: (text) => { fault.hidden = !text; fault.textContent = text; on.toggleAttribute("aria-invalid", Boolean(text)); },
    read: () => (on.checked ? { start: start.input.value || "00:00", end: end.input.value || "00:00", days: days.size === DAYS.length ? [] : chosen() } : null),
    told: () => (on.checked ? t("Open {days}, {start}–{end}", { days: days.size === DAYS.length || !days.size ? t("every day") : chosen().map((name) => dayName(DAYS.indexOf(name), "short")).join(", "), start: start.input.value, end: end.input.value }) : null),
  };
}

/**
 * What a form may have besides its fields: `{element, places, read(), told()}`; `changed()` is called when what
 * is told has changed.
 */
export function formMore(model, form, members, changed) {
  const several = (label, all, chosen = []) => {
    const boxes = all.map((one) => [one.id, h("input", { type: "checkbox", checked: chosen.some((had) => (had.id ?? had) === one.id) }), one.name]);
    return { element: h("fieldset", {}, h("legend", { class: "label" }, label), boxes.map(([, input, name]) => h("label", { class: "check-line" }, input, name))), read: () => boxes.filter(([, input]) => input.checked).map(([id]) => id) };
  };
  const tags = several(t("Tags of the new record"), model.tags, form?.tags);
  const people = several(t("Who is assigned to it"), members.map((member) => member.user), form?.assignees);
  const at = (label, value) => field(label, h("input", { type: "datetime-local", value: localMoment(value), onInput: changed }));
  const opens = at(t("Opens"), form?.opens_at);
  const closes = at(t("Closes"), form?.closes_at);
  const hours = hoursInput(form?.hours, model.time_zone, changed);
  const limit = field(t("Most submissions"), h("input", { type: "number", min: 1, value: form?.limit ?? "", onInput: changed }));
  const embed = field(t("Sites that may show it"), h("textarea", { rows: 2, spellcheck: "false", placeholder: "https://…" }), { hint: t("One on each line.") });
  embed.input.value = (form?.embed ?? []).join("\n");
  return {
    element: more([model.tags.length ? tags.element : null, members.length ? people.element : null, h("div", { class: "pair" }, opens, closes), hours.element, limit, embed]),
    places: { "/opens_at": opens, "/closes_at": closes, "/hours": hours, "/limit": limit, "/embed": embed },
    /** When it takes submissions, as lines to read. */
    told: () => [
      opens.input.value ? t("Opens {when}", { when: moment(momentFrom(opens.input.value)) }) : null,
      closes.input.value ? t("Closes {when}", { when: moment(momentFrom(closes.input.value)) }) : null,
      hours.told(), limit.input.value ? n("Takes {count} submission", "Takes {count} submissions", Number(limit.input.value)) : null,
    ].filter(Boolean),
    read: () => ({
      hours: hours.read(),
      tags: tags.read(), assignees: people.read(), opens_at: momentFrom(opens.input.value), closes_at: momentFrom(closes.input.value),
      limit: limit.input.value === "" ? null : Number(limit.input.value), embed: embed.input.value.split(/\s+/).filter(Boolean),
    }),
  };
}
