// What config forms offer better than a text field: projects, fields, lists, options, formulas.

import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { grip } from "../parts/grip.js";
import { projects } from "../core/session.js";
import { loadProject } from "../data/project.js";
import { filterInput } from "../filters/input.js";
import { formulaInput } from "./formula.js";
import { colorSelect, COLORS } from "./part.js";

const select = (options, value, required, changed, onChange) => {
  const control = h("select", {}, required ? null : h("option", { value: "" }, "—"), (value && !options.some(([key]) => key === value) ? [[value, value]] : []).concat(options).map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
  control.addEventListener("change", () => { onChange?.(control.value); changed(); });
  return { element: control, control, read: () => control.value || undefined };
};

/** For the forms of field types. `read()` gives the config as it stands in the form. */
export function specialMembers(model, read) {
  const references = () => model.fields.filter((field) => field.type === "reference").map((field) => [field.key, field.name]);
  let redrawField = () => {};
  const redraws = [];
  const redraw = () => { redrawField(); redraws.forEach((again) => again()); };
  /** Which field of the other project points here. */
  const pointing = ({ value, changed }) => {
    let now = value;
    const control = h("select", { onChange: () => { now = control.value || undefined; changed(); } });
    const draw = async () => {
      const there = await target();
      const known = (there?.fields ?? []).filter((field) => field.type === "reference" && field.config.project_id === model.id);
      const gone = now && !known.some((field) => field.key === now) ? [h("option", { value: now }, now)] : [];
      fill(control, h("option", { value: "" }, t("any")), gone, known.map((field) => h("option", { value: field.key }, field.name)));
      control.value = now ?? "";
    };
    redraws.push(draw);
    queueMicrotask(draw);
    return { element: control, control, read: () => now };
  };
  /** The project whose records the config is about; null while that is not said. */
  const target = async () => {
    const { reference, source, project_id: given } = safely(read);
    const id = model.fields.find((field) => field.key === (source ?? reference))?.config.project_id ?? given;
    return id ? loadProject(id) : null;
  };
  return {
    project_id: ({ value, required, changed }) => select(projects.value.map((project) => [project.id, project.name]), value ?? (required ? projects.value[0]?.id : undefined), required, changed, redraw),
    via: pointing,
    reference: ({ value, changed, required }) => (required ? select([...references(), ["referenced_by", t("Referenced by")]], value ?? references()[0]?.[0], true, changed, redraw) : pointing({ value, changed })),
    source: ({ value, changed }) => select([...references(), ["referenced_by", t("Referenced by")]], value ?? references()[0]?.[0] ?? "referenced_by", true, changed, redraw),
    expression: (member) => formulaInput(model, member),
    filter: ({ value, changed }) => {
      const made = filterInput({ model: target, value, changed });
      redraws.push(made.redraw);
      return made;
    },
    options: ({ value, changed, schema }) => (schema.items ? optionsInput(value, changed) : undefined),
    list: ({ value, changed, required }) => select(model.lists.map((list) => [list.name, list.name]), model.list(value)?.name ?? value, required, changed),
    amount: ({ value, changed }) => select(model.columns.filter((column) => column.kind === "money").map((column) => [column.key, column.name]), value, true, changed),
    field: ({ value, changed }) => {
      const control = h("input", { type: "text", list: `fields-${model.id}`, autocomplete: "off", spellcheck: "false", onInput: changed });
      const known = h("datalist", { id: `fields-${model.id}` });
      control.value = value ?? "";
      redrawField = async () => {
        const there = await target();
        if (there) fill(known, there.columns.map((column) => h("option", { value: column.key }, column.name)));
      };
      queueMicrotask(() => redrawField());
      return { element: h("div", {}, control, known), control, read: () => control.value.trim() || undefined };
    },
  };
}

const safely = (read) => { try { return read() ?? {}; } catch { return {}; } };

/** The options of a select: names, colors, order. */
function optionsInput(value, changed) {
  const items = structuredClone(value ?? []);
  const list = h("ul", { class: "stack-s" });
  const move = (from, to) => { items.splice(to, 0, ...items.splice(from, 1)); draw(); changed(); };
  const draw = (focus) => {
    fill(list, items.map((item, index) => {
      const name = h("input", { type: "text", value: item.name, maxlength: 200, aria: { label: t("Option {number}", { number: index + 1 }) }, onInput: (event) => { item.name = event.target.value; changed(); } });
      name.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); add(); } });
      return h("li", { class: "choice-line" }, grip("option", item.name || t("Option {number}", { number: index + 1 }), move), colorSelect(item.color, (color) => { item.color = color; changed(); }, t("Color of option {number}", { number: index + 1 })), name,
        iconButton(icon("x", 13), t("Remove item {number}", { number: index + 1 }), () => { items.splice(index, 1); draw(); changed(); }));
    }));
    if (focus !== undefined) list.children[focus]?.querySelector("input")?.focus();
  };
  const add = () => { items.push({ name: "", color: COLORS[(items.length * 3 + 2) % COLORS.length] }); draw(items.length - 1); };
  draw();
  return { element: h("div", {}, list, h("button", { type: "button", class: "plain", onClick: add }, icon("plus", 14), t("Add an option"))), read: () => items.filter((item) => item.name.trim()) };
}
