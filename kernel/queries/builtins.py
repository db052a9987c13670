"""The built-in fields of every record as typed SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kernel.access.actor import ProjectAccess, Rule
from kernel.queries.compilation import Scope
from kernel.queries.frames import Frame
from kernel.schema import BUILT_IN_LINKS
from kernel.values import DATETIME, INTEGER, TEXT, Kind, Value, ValueType

SYNONYMS: Mapping[str, str] = {
    "due_date": "due_at",
    "start_date": "start_at",
    "list_id": "list",
    "assignee": "assignees",
    "tag": "tags",
    "created": "created_at",
    "updated": "updated_at",
}
"""Other names under which built-in fields are known; the value is the name in payloads."""

DEFAULT_FIELD_OF: Mapping[str, str] = {
    "description": "description",
    "assignees": "assignees",
    "start_at": "start_date",
    "due_at": "due_date",
    "tags": "tags",
    "referenced_by": "referenced_by",
    "checklists": "checklists",
    "dependencies": "dependencies",
    "comments": "comments",
    "followers": "followers",
    "reminders": "reminders",
    "repeat": "repeat",
}
"""The removable default field that a built-in name belongs to."""

_STRICTEST_FIRST: tuple[Rule, ...] = ("hidden", "read", "edit")


def rule_of(access: ProjectAccess, name: str) -> Rule:
    """The rule for a built-in field: what is said of its own name or of its default field, which
    both name it, goes before what is said of everything else."""
    names = {name, DEFAULT_FIELD_OF.get(name, name)}
    said = [access.fields[n] for n in names if n in access.fields]
    return min(said, key=_STRICTEST_FIRST.index) if said else access.rule(name)


def plain(type_: ValueType, column: str | None = None) -> Callable[[Scope, str], Value]:
    def build(scope: Scope, name: str) -> Value:
        return Value(type_, scope.column(column or name))

    return build


def list_value(scope: Scope, name: str) -> Value:
    return Value(ValueType(Kind.CHOICE, choices=scope.project.lists), scope.column("list_id"))


def project_name(scope: Scope, name: str) -> Value:
    placeholder = scope.compilation.parameters.add(scope.project.name, TEXT)
    return Value(TEXT, placeholder)


def record_id(scope: Scope, name: str) -> Value:
    return Value(TEXT, f"CAST({scope.column('id')} AS TEXT)")


def linked(scope: Scope, field_id: int, name: str = "") -> Frame:
    """The rows of the link table that belong to this record and field, in their order."""
    alias = scope.compilation.aliases.new("l")
    rows = scope.compilation.links_of(field_id, scope.column("id"), alias)
    return Frame(
        scope.compilation.aliases, rows.table, rows.where, rows.order, alias, rows.target, rows.apart
    )


def tags(scope: Scope, name: str) -> Value:
    rows = linked(scope, BUILT_IN_LINKS["tags"])
    type_ = ValueType(Kind.CHOICE, many=True, choices=scope.project.tags)
    leave_out_gone(scope, rows, type_)
    return Value(type_, rows.target, rows=rows)


def leave_out_gone(scope: Scope, rows: Frame, type_: ValueType) -> None:
    """The past may know tags and options that are gone; those of the present are taken off with them."""
    if scope.compilation.past and type_.kind is Kind.CHOICE:
        rows.restrict(f"{rows.target} IN ({', '.join(str(c.id) for c in type_.choices) or '-1'})")


def assignees(scope: Scope, name: str) -> Value:
    rows = linked(scope, BUILT_IN_LINKS["assignees"])
    return replace(person(rows, rows.target, many=True), rows=rows)


def person(frame: Frame, sql: str, many: bool = False) -> Value:
    """A user by the SQL of its id, with the name as label."""
    user = frame.join_one("smalt_user", sql, lambda alias: f"{alias}.id = {sql}")
    return Value(ValueType(Kind.PERSON, many=many), sql, label=f"{user}.name")


def actor(scope: Scope, name: str) -> Value:
    return person(scope.frame, scope.column(name))


BUILT_INS: Mapping[str, Callable[[Scope, str], Value]] = {
    "id": record_id,
    "title": plain(TEXT),
    "description": plain(TEXT),
    "list": list_value,
    "project": project_name,
    "tags": tags,
    "assignees": assignees,
    "start_at": plain(DATETIME),
    "due_at": plain(DATETIME),
    "completed_at": plain(DATETIME),
    "list_entered_at": plain(DATETIME),
    "created_at": plain(DATETIME),
    "created_by": actor,
    "updated_at": plain(DATETIME),
    "updated_by": actor,
    "version": plain(INTEGER),
    "position": plain(INTEGER),
}
