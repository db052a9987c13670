// What a condition compares with, by the kind of the field.

import { api } from "../core/api.js";
import { debounce, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { picker } from "../core/popover.js";
import { avatar } from "../parts/avatar.js";
import { pill } from "../widgets/choices.js";
import { periods, takesMany } from "./tree.js";

/** The editor of `node.value`. `change` tells of each change, `redraw` where more must be drawn anew. */
export function valueEditor({ node, column, model, change, redraw, label }) {
  if (node.op === "within") return period(node, redraw);
  if (node.op === "between") return h("span", { class: "between" }, [0, 1].map((index) => input(column, node.value?.[index], (value) => { node.value = [...(node.value ?? ["", ""])]; node.value[index] = value; change(); }, index ? t("to") : t("from"))));
  if (["choice", "person", "record"].includes(column.kind)) {
    return ["contains", "not_contains", "starts_with", "ends_with"].includes(node.op) ? text(node, change) : entity(node, column, model, redraw, label);
  }
  if (column.kind === "boolean") return h("select", { aria: { label: t("Value") }, onChange: (event) => { node.value = event.target.value === "true"; change(); } }, [[true, t("yes")], [false, t("no")]].map(([value, word]) => h("option", { value: String(value), selected: node.value === value }, word)));
  if (takesMany(node.op)) return list(node, column, change);
  return input(column, node.value, (value) => { node.value = value; change(); }, t("Value"));
}

function input(column, value, set, label) {
  const numeric = column.kind === "number" || column.kind === "money";
  const dated = column.kind === "date" || column.kind === "datetime";
  const made = h("input", { type: numeric ? "number" : dated ? "date" : "text", step: numeric ? "any" : undefined, aria: { label } });
  made.value = value ?? "";
  const later = debounce(() => set(numeric && made.value !== "" ? Number(made.value) : made.value), 250);
  made.addEventListener("input", later);
  made.addEventListener("change", () => later.now());
  return made;
}

function text(node, change) {
  const made = h("input", { type: "text", aria: { label: t("Value") }, value: node.value ?? "" });
  made.addEventListener("input", debounce(() => { node.value = made.value; change(); }, 250));
  return made;
}

/** Several values, with commas between. */
function list(node, column, change) {
  const numeric = column.kind === "number" || column.kind === "money";
  const made = h("input", { type: "text", aria: { label: t("Values, with commas between") }, placeholder: t("one, another"), value: (node.value || []).join(", ") });
  made.addEventListener("input", debounce(() => {
    const parts = made.value.split(",").map((part) => part.trim()).filter(Boolean);
    node.value = numeric ? parts.map(Number).filter(Number.isFinite) : parts;
    change();
  }, 250));
  return made;
}

function period(node, redraw) {
  const known = periods();
  const options = { ...known, ...(node.value in known ? {} : { [node.value]: String(node.value).replaceAll("_", " ") }) };
  return h("select", { aria: { label: t("Period") }, onChange: (event) => { node.value = event.target.value; redraw(); } }, Object.entries(options).map(([value, word]) => h("option", { value, selected: value === node.value }, word)));
}

function entity(node, column, model, redraw, label) {
  const many = takesMany(node.op);
  const current = (many ? node.value || [] : [node.value]).filter((value) => value !== "" && value !== undefined && value !== null);
  const chosen = new Set(current);
  const open = (event) => {
    picker(event.currentTarget, {
      label: column.name, chosen, multiple: many, ...optionsFor(column, model),
      onChoose: (value, option) => {
        if (column.kind === "record") node.labels = { ...node.labels, [value]: option.label };
        node.value = many ? [...chosen] : value;
        if (!many) redraw();
      },
      onClose: () => { if (many) redraw(); },
    });
  };
  return h("button", { type: "button", class: "value-button", aria: { haspopup: "listbox", label: `${t("Value")}: ${label}` }, onClick: open }, h("span", { class: "clip" }, current.length ? label : t("Choose …")), icon("chevron-down", 14));
}

function optionsFor(column, model) {
  if (column.kind === "choice") return { options: column.choices.map((choice) => ({ value: choice.name, label: choice.name, draw: () => pill(choice) })) };
  if (column.kind === "person") return { options: model.people.map((person) => ({ value: person.id, label: person.name, icon: avatar(person, 18) })) };
  const target = column.kind_?.project_id ?? column.config?.project_id;
  return {
    load: async (q, signal) => {
      const page = await api.get(`/projects/${target}/records`, { q, fields: "title", sort: "title", limit: 50 }, { signal });
      return page.items.map((record) => ({ value: record.id, label: record.title }));
    },
  };
}
