// The columns of a project: built-in fields and custom ones, seen alike by grid, board, record and filters.

import { t } from "../core/i18n.js";
import "../widgets/all.js";
import { widgetFor } from "../widgets/registry.js";

const TEXT_OPERATORS = ["contains", "not_contains", "eq", "ne", "starts_with", "ends_with", "is_empty", "is_not_empty"];
const MOMENT_OPERATORS = ["within", "eq", "lt", "le", "gt", "ge", "between", "is_empty", "is_not_empty"];
const ENTITY_OPERATORS = ["eq", "ne", "in", "not_in", "is_empty", "is_not_empty"];
const MANY_OPERATORS = ["any_of", "all_of", "none_of", "is_empty", "is_not_empty"];

/** One column. `input(value)` is the body of a PATCH that sets it, `value(record)` what it holds. */
export class Column {
  constructor(members) {
    Object.assign(this, { config: {}, options: {}, operators: [], many: false, editable: false, required: false, sortable: true, hidden: false, description: "" }, members);
    this.drawer = widgetFor(this.widget);
    this.width = members.width ?? this.drawer.width ?? 160;
    this.numeric = this.kind === "number" || this.kind === "money";
  }

  get align() { return this.drawer.name === "derived" ? (this.numeric ? "end" : "start") : this.drawer.align; }

  value(record) { return this.builtIn ? record[this.member ?? this.key] : record.fields?.[this.key]; }

  /** Set what a record shows, before the server has answered. */
  put(record, value) {
    if (this.builtIn) return { ...record, [this.member ?? this.key]: value, ...(this.key === "list" ? { list_id: value?.id ?? null } : {}) };
    return { ...record, fields: { ...record.fields, [this.key]: value } };
  }

  input(value) { return this.builtIn ? { [this.inputKey ?? this.key]: value } : { fields: { [this.key]: value } }; }

  text(record) {
    const value = this.value(record);
    return isEmpty(value) ? "" : this.drawer.text(value, this);
  }

  /** The options to choose from, where there are any: `[{id, name, color}]`. */
  get choices() { return this.choicesOf ? this.choicesOf() : this.kind_?.choices ?? this.config.options ?? []; }
}

export const isEmpty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

const defaultOn = (project, name) => project.default_fields.includes(name);

export function builtInColumns(model) {
  const { project } = model;
  const made = [];
  const put = (rule, members) => {
    const seen = model.rule(rule ?? members.key);
    if (seen === "hidden") return;
    const editable = members.editable !== false && seen === "edit" && model.can("edit");
    made.push(new Column({ builtIn: true, ...members, editable }));
  };
  put("title", { key: "title", name: t("Title"), widget: "text", kind: "text", operators: TEXT_OPERATORS, width: 280, required: true, icon: "type" });
  put("list", { key: "list", name: t("List"), widget: "select", kind: "choice", operators: ENTITY_OPERATORS, width: 150, icon: "square-kanban", required: true, inputKey: "list", choicesOf: () => model.lists });
  if (defaultOn(project, "tags")) put("tags", { key: "tags", name: t("Tags"), widget: "multi_select", kind: "choice", many: true, operators: MANY_OPERATORS, width: 180, icon: "tags", choicesOf: () => model.tags, creatable: true });
  if (defaultOn(project, "assignees")) put("assignees", { key: "assignees", name: t("Assignees"), widget: "user", kind: "person", many: true, config: { multiple: true }, operators: MANY_OPERATORS, width: 160, icon: "users" });
  if (defaultOn(project, "start_date")) put("start_at", { key: "start_at", name: t("Start"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "calendar" });
  if (defaultOn(project, "due_date")) put("due_at", { key: "due_at", name: t("Due"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "calendar-clock" });
  if (defaultOn(project, "description")) put("description", { key: "description", name: t("Description"), widget: "long_text", kind: "text", operators: TEXT_OPERATORS, width: 240, icon: "file-text", hidden: true });
  put("completed_at", { key: "completed_at", name: t("Completed"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "circle-check", hidden: true });
  put("created_at", { key: "created_at", name: t("Created"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "clock", editable: false, hidden: true });
  put("created_by", { key: "created_by", name: t("Created by"), widget: "user", kind: "person", operators: ENTITY_OPERATORS, width: 150, icon: "user", editable: false, hidden: true });
  put("updated_at", { key: "updated_at", name: t("Updated"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "clock", editable: false, hidden: true });
  put("list_entered_at", { key: "list_entered_at", name: t("In list since"), widget: "date", kind: "datetime", config: { time: true }, operators: MOMENT_OPERATORS, width: 150, icon: "clock", editable: false, hidden: true });
  return made;
}

export function fieldColumn(model, field) {
  const type = model.types.get(field.type);
  const editable = Boolean(type && field.value) && !field.value.computed && model.rule(field.key) === "edit" && model.can("edit");
  return new Column({
    key: field.key, id: field.id, name: field.name, field, type: field.type, description: field.description,
    widget: type?.widget ?? "unavailable", width: type?.width, options: type?.widget_options ?? {}, config: field.config,
    kind: field.value?.kind, many: field.value?.many ?? false, kind_: field.value, operators: field.value?.operators ?? type?.operators ?? ["is_empty", "is_not_empty"],
    editable, computed: Boolean(field.value?.computed), required: field.required, broken: field.broken, sortable: Boolean(field.value), icon: null,
  });
}
