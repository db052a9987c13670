"""Backwards along references: which records point to this one."""

from __future__ import annotations

from kernel.errors import BrokenSourceError
from kernel.queries.compilation import Compilation, HiddenFieldError, Scope, reach
from kernel.queries.fields import sees_built_in, title_of, unknown_field
from kernel.queries.frames import Frame
from kernel.schema import Field
from kernel.values import Kind, Value, ValueType


def referencing_fields(compilation: Compilation, target: int) -> list[Field]:
    """The reference fields that point to a project and that the reader may see."""
    found = []
    for field in compilation.schema.references_to.get(target, ()):
        access = compilation.access(field.project_id)
        if field.type is not None and access is not None and access.sees(field.key):
            found.append(field)
    return found


def source_ids(compilation: Compilation, field: Field, target_sql: str) -> str:
    """A SELECT of the ids of the records whose `field` points to `target_sql`."""
    column = field.columns[0]
    if column.spec.many:
        where = f"field_id = {field.id} AND target_id = {target_sql}"
        return f"SELECT source_id AS id FROM {compilation.links} WHERE {where}"
    table = compilation.schema.projects[field.project_id].table
    return f"SELECT id FROM {table} WHERE {column.name} = {target_sql}"


def backward_scope(scope: Scope, project_id: int, reference: str | None) -> Scope:
    """The records of a project that point to the scope's record, as rows of their own frame."""
    compilation = scope.compilation
    project = compilation.visible_project(project_id)
    fields = [f for f in referencing_fields(compilation, scope.project.id) if f.project_id == project_id]
    if reference is not None:
        fields = [f for f in fields if reference in (f.key, str(f.id))]
    if not fields:
        raise BrokenSourceError(f"'{project.name}' has no reference to this project.")
    alias = compilation.aliases.new("t")
    frame = _backward_frame(compilation, scope, fields, alias)
    return Scope(compilation, project, frame, alias)


def _backward_frame(compilation: Compilation, scope: Scope, fields: list[Field], alias: str) -> Frame:
    project = compilation.schema.projects[fields[0].project_id]
    here = scope.column("id")
    if len(fields) == 1 and not fields[0].columns[0].spec.many:
        where = f"{alias}.{fields[0].columns[0].name} = {here}"
    else:
        ids = " UNION ".join(source_ids(compilation, f, here) for f in fields)
        where = f"{alias}.id IN ({ids})"
    frame = Frame(compilation.aliases, f"{project.table} {alias}", where, f"{alias}.id", many=alias)
    frame.restrict(f"{alias}.deleted_at IS NULL")
    narrowed = reach(compilation, project, alias)
    if narrowed:
        frame.restrict(narrowed)
    return frame


def referenced_by_value(scope: Scope) -> Value:
    """Every record that points here, from every project the reader may see."""
    if not sees_built_in(scope, "referenced_by"):
        raise HiddenFieldError(unknown_field(scope, "referenced_by"))
    compilation = scope.compilation
    branches = [_branch(compilation, f) for f in referencing_fields(compilation, scope.project.id)]
    if not branches:
        branches = ["SELECT 0 AS id, '' AS title, 0 AS target WHERE 1 = 0"]
    alias = compilation.aliases.new("b")
    base = f"({' UNION '.join(branches)}) {alias}"
    frame = Frame(
        compilation.aliases, base, f"{alias}.target = {scope.column('id')}", f"{alias}.id", many=alias
    )
    type_ = ValueType(Kind.RECORD, many=True)
    return Value(type_, f"{alias}.id", label=f"{alias}.title", rows=frame)


def _branch(compilation: Compilation, field: Field) -> str:
    """id, title and target of the live records that point somewhere by one field."""
    project = compilation.schema.projects[field.project_id]
    alias = compilation.aliases.new("s")
    narrowed = reach(compilation, project, alias)
    live = f"{alias}.deleted_at IS NULL{' AND ' + narrowed if narrowed else ''}"
    column, title = field.columns[0], title_of(compilation, project, alias)
    if not column.spec.many:
        target = f"{alias}.{column.name}"
        return (
            f"SELECT {alias}.id, {title} AS title, {target} AS target "
            f"FROM {project.table} {alias} WHERE {live}"
        )
    link = compilation.aliases.new("l")
    return (
        f"SELECT {alias}.id, {title} AS title, {link}.target_id AS target FROM {compilation.links} {link} "
        f"JOIN {project.table} {alias} ON {alias}.id = {link}.source_id "
        f"WHERE {link}.field_id = {field.id} AND {live}"
    )
