"""Names to typed SQL: built-in fields, stored fields, and hops through what refers to records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from kernel.errors import BrokenSourceError, ExpressionError
from kernel.queries.builtins import (
    BUILT_INS,
    DEFAULT_FIELD_OF,
    SYNONYMS,
    leave_out_gone,
    linked,
    person,
    rule_of,
)
from kernel.queries.compilation import MAXIMUM_JOINS, Compilation, HiddenFieldError, Scope, reach
from kernel.queries.frames import Flattened, Frame, Rows
from kernel.schema import Field, Project
from kernel.values import Kind, Value, anywhere

_COLUMN = re.compile(r"\w+\.\w+")


def canonical(name: str) -> str:
    """The payload name of a built-in field given by any of its names."""
    lowered = name.strip().lower()
    return SYNONYMS.get(lowered, lowered)


def has_built_in(project: Project, name: str) -> bool:
    """Whether a built-in field exists and its default field is on in this project."""
    default_field = DEFAULT_FIELD_OF.get(name)
    known = name in BUILT_INS or name == "referenced_by"
    return known and (default_field is None or default_field in project.default_fields)


def sees_built_in(scope: Scope, name: str) -> bool:
    return has_built_in(scope.project, name) and rule_of(scope.access, name) != "hidden"


def stored_value(scope: Scope, field: Field) -> Value:
    """A field with columns of its own, read at the scope's row."""
    if field.type is None:
        raise BrokenSourceError(f"The type of '{field.name}' is not available.")
    frame: Frame | None = None
    columns: dict[str, str] = {}
    for column in field.columns:
        if column.spec.many:
            frame = linked(scope, field.id)
            columns[column.spec.name] = frame.target
        else:
            columns[column.spec.name] = scope.column(column.name)
    value = field.type.value(columns, field.config, scope.compilation.dialect)
    if frame is not None:
        leave_out_gone(scope, frame, value.type)
        value = replace(value, type=replace(value.type, many=True), rows=frame)
    return completed(scope, field, value)


def completed(scope: Scope, field: Field, value: Value) -> Value:
    """People, records and files get the label that only the kernel can join."""
    frame = value.rows if isinstance(value.rows, Frame) else scope.frame
    if value.type.kind is Kind.PERSON and value.label is None:
        labelled = person(frame, value.sql, value.type.many)
        return replace(labelled, rows=value.rows)
    if value.type.kind is Kind.FILE and value.label is None:
        file = frame.join_one("smalt_file", value.sql, lambda alias: f"{alias}.id = {value.sql}")
        return replace(value, label=f"{file}.name")
    if value.type.kind is Kind.RECORD and value.label is None:
        return record_value(scope.compilation, frame, value, field.target)
    return value


def record_value(compilation: Compilation, frame: Frame, value: Value, target: int | None) -> Value:
    """A reference: the id and title of the record it points to, empty while that is in the trash."""
    project = compilation.visible_project(target or 0)
    alias = target_alias(compilation, frame, project, value.sql)
    if value.rows is frame:
        frame.restrict(f"{alias}.id IS NOT NULL")
    type_ = replace(value.type, project_id=project.id)
    return replace(value, type=type_, sql=f"{alias}.id", label=title_of(compilation, project, alias))


def title_of(compilation: Compilation, project: Project, alias: str) -> str:
    """SQL for what people see of a record; nothing where their role hides titles."""
    access = compilation.access(project.id)
    # no bare literal: PostgreSQL groups by none
    return f"{alias}.title" if access is not None and access.sees("title") else "CAST('' AS TEXT)"


def target_alias(compilation: Compilation, frame: Frame, project: Project, id_sql: str) -> str:
    """Join the record that `id_sql` names: live, and in the reader's reach."""
    if compilation.aliases.used > MAXIMUM_JOINS:
        raise HiddenFieldError("This reads through too many records at once. Use fewer fields.")

    def condition(alias: str) -> str:
        narrowed = reach(compilation, project, alias)
        conditions = [f"{alias}.id = {id_sql}", f"{alias}.deleted_at IS NULL", narrowed]
        return " AND ".join(c for c in conditions if c)

    return frame.join_one(project.table, id_sql, condition)


def hop(scope: Scope, value: Value) -> tuple[Scope, Rows | None]:
    """The record that a RECORD value points to as a scope, and the rows it ranges over."""
    rows = value.rows
    if rows is not None and not isinstance(rows, Rows):
        raise HiddenFieldError("This cannot be followed to other records.")
    frame = rows.inner if rows is not None else scope.frame
    project = scope.compilation.visible_project(value.type.project_id or 0)
    alias = record_alias(scope.compilation, frame, project, value)
    return Scope(scope.compilation, project, frame, alias), rows


def record_alias(compilation: Compilation, frame: Frame, project: Project, value: Value) -> str:
    """The table that already stands for the record where the value came from one, else a join."""
    alias, _, column = value.sql.partition(".")
    if column == "id" and frame.stands_for(alias, project.table):
        return alias
    return target_alias(compilation, frame, project, value.sql)


def present(scope: Scope, value: Value) -> Value:
    """A value read through a to-one hop: empty where the hop leads nowhere, constants as well."""
    if value.rows is not None or _COLUMN.fullmatch(value.sql):
        return value
    there = f"{scope.column('id')} IS NOT NULL"

    def only_there(sql: str | None, other: str = "NULL") -> str | None:
        return None if sql is None else f"CASE WHEN {there} THEN {sql} ELSE {other} END"

    return replace(
        value,
        sql=only_there(value.sql) or "",
        unit=only_there(value.unit),
        label=only_there(value.label),
        json=only_there(value.json, "'null'"),
        conflict=None if value.conflict is None else f"({there} AND {value.conflict})",
    )


def lifted(value: Value, rows: Rows | None) -> Value:
    """A value found at the rows of a to-many hop, as a value of the row outside."""
    if rows is None:
        return value
    inner, conflict = value.rows, anywhere(rows, value.conflict)
    if isinstance(inner, Rows):
        return replace(value, rows=Flattened(rows, inner), conflict=conflict)
    if inner is not None:
        raise ExpressionError("It makes a list of its own, which cannot be read through many records.")
    return replace(value, type=replace(value.type, many=True), rows=rows, conflict=conflict)


def built_in_value(scope: Scope, name: str) -> Value:
    if not sees_built_in(scope, name):
        raise HiddenFieldError(unknown_field(scope, name))
    return BUILT_INS[name](scope, name)


def unknown_field(scope: Scope, name: str) -> str:
    """The refusal of a name, the same whether it does not exist or may not be seen."""
    near = get_close_matches(name, visible_names(scope), n=1, cutoff=0.6)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"There is no field '{name}'.{hint}"


def visible_names(scope: Scope) -> list[str]:
    access = scope.access
    custom = [f.key for f in scope.project.live_fields if access.sees(f.key)]
    return custom + [n for n in BUILT_INS if sees_built_in(scope, n)]


def find_field(scope: Scope, name: str) -> Field | None:
    """A visible live custom field by key or id."""
    fields: Mapping[str, Field] = scope.project.by_name
    field = fields.get(name.strip()) or fields.get(name.strip().lower())
    return field if field is not None and scope.access.sees(field.key) else None
