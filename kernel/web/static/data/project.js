// One project as the pages see it: lists, tags, fields, people, what one may do, and its records.

import { api } from "../core/api.js";
import { me } from "../core/session.js";
import { fieldTypes } from "./catalogue.js";
import { builtInColumns, fieldColumn } from "./columns.js";

const FRESH = 30_000;
const DEFAULT_FIELDS = { start_at: "start_date", due_at: "due_date" };
const loaded = new Map();

/** A project's model; asked for anew when it is older than half a minute or `fresh`. */
export async function loadProject(id, { fresh = false } = {}) {
  const known = loaded.get(id);
  if (known && !fresh && Date.now() - known.at < FRESH) return known.model;
  const model = ProjectModel.load(id);
  loaded.set(id, { at: Date.now(), model });
  model.catch(() => loaded.delete(id));
  return model;
}

export const forgetProject = (id) => loaded.delete(id);

export class ProjectModel {
  static async load(id) {
    const [project, lists, tags, fields, roles, types, members] = await Promise.all([
      api.get(`/projects/${id}`), api.all(`/projects/${id}/lists`), api.all(`/projects/${id}/tags`), api.all(`/projects/${id}/fields`),
      api.all(`/projects/${id}/roles`), fieldTypes(), api.all(`/projects/${id}/members`)]);
    return new ProjectModel(project, lists, tags, fields, roles, types, members);
  }

  constructor(project, lists, tags, fields, roles, types, members) {
    Object.assign(this, { project, lists, tags, fields, types, members });
    this.id = project.id;
    this.role = roles.find((role) => role.id === me.value.projects[project.id]) || (me.value.admin ? { fields: { "*": "edit" }, can: null } : { fields: { "*": "read" }, can: {} });
    const built = builtInColumns(this);
    const first = built.filter((column) => column.key === "title" || column.key === "list");
    this.columns = [...first, ...fields.map((field) => fieldColumn(this, field)), ...built.filter((column) => !first.includes(column))];
    this.byKey = new Map(this.columns.flatMap((column) => [[column.key, column], ...(column.id ? [[column.id, column]] : [])]));
    for (const column of this.columns) column.model = this;
  }

  get name() { return this.project.name; }
  get path() { return `/projects/${this.id}`; }
  get time_zone() { return this.project.time_zone; }

  /** hidden, read or edit, for a field by its key. */
  rule(name) {
    const fields = this.role.fields || {};
    return fields[name] ?? fields[DEFAULT_FIELDS[name]] ?? fields["*"] ?? "edit";
  }

  /** Whether one may create, edit, delete, comment, import or configure. */
  can(ability) { return this.role.can === null || this.role.built_in && ["owner", "admin"].includes(this.role.id) || Boolean(this.role.can?.[ability]); }

  column(name) { return this.byKey.get(name); }
  list(id) { return this.lists.find((list) => list.id === id); }
  get people() { return this.members.map((member) => ({ id: member.user.id, name: member.user.name, email: member.user.email })); }
  person(id) { return this.people.find((person) => person.id === id); }
  get titleColumn() { return this.byKey.get("title"); }
  on(name) { return this.project.default_fields.includes(name); }

  /** A record as it comes, with what the pages add: its list and people as objects. */
  adopt(record) {
    record.list = this.list(record.list_id) || null;
    if (typeof record.created_by === "string") record.created_by = this.person(record.created_by) || { id: record.created_by, name: "" };
    if (typeof record.updated_by === "string") record.updated_by = this.person(record.updated_by) || { id: record.updated_by, name: "" };
    return record;
  }
}
