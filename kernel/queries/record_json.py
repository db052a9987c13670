"""A record as JSON written by the database, in the shape of the REST contract."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec

from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError
from kernel.queries.builtins import linked
from kernel.queries.compilation import HiddenFieldError, Scope, reach
from kernel.queries.fields import canonical, sees_built_in, title_of
from kernel.queries.paths import field_value, named_value
from kernel.schema import Field, Project
from kernel.values import DATETIME, INTEGER, TEXT, Kind, Value, ValueType

ALWAYS = ("id", "project_id", "list_id", "title", "version")
"""Members that a record has whatever fields were asked for."""

_PLAIN = {
    "description": TEXT,
    "start_at": DATETIME,
    "due_at": DATETIME,
    "completed_at": DATETIME,
    "list_entered_at": DATETIME,
    "created_at": DATETIME,
    "updated_at": DATETIME,
    "deleted_at": DATETIME,
    "version": INTEGER,
}
_IDS = ("id", "list_id", "position", "created_by", "updated_by")
_ORDER = (
    "id", "project_id", "list_id", "title", "description", "position", "tags", "assignees",
    "start_at", "due_at", "completed_at", "list_entered_at", "created_at", "created_by",
    "updated_at", "updated_by", "version",
)  # fmt: skip

_NO_WARNINGS = '{"warnings":[],"id":'
_MARK = "'{\"hidden\":true}'"
_NO_WARNINGS_SPACED = '{"warnings" : [], "id" :'


@dataclass
class CustomFields:
    """The JSON of custom fields, SQL per member, and what to say of those that are broken."""

    members: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    conditional: dict[str, str] = field(default_factory=dict)


def record_json(scope: Scope, wanted: Collection[str] | None = None, trash: bool = False) -> str:
    """SQL for the JSON object of the scope's record, an argument for more JSON.

    `wanted` are names of built-in and custom fields, None for all that the reader may see.
    """
    dialect = scope.compilation.dialect
    names = None if wanted is None else {canonical(n) for n in wanted}
    custom = custom_fields(scope, wanted)
    members = {}
    if custom.warnings or custom.conditional:
        members["warnings"] = _warnings(scope, custom)
    members |= {n: _built_in_json(scope, n) for n in _ORDER if _includes(scope, n, names)}
    if trash:
        members["deleted_at"] = dialect.json_argument(Value(DATETIME, scope.column("deleted_at")))
    members["fields"] = dialect.json_build(custom.members)
    return dialect.json_build(members)


def without_empty_warnings(json: str) -> str:
    """JSON of records, each with `warnings` only where there are some.

    The database cannot leave a member out without writing each record twice. It comes first,
    before the id, as it does in no other object: no custom field has the key `id`.
    """
    return json.replace(_NO_WARNINGS, '{"id":').replace(_NO_WARNINGS_SPACED, '{"id" :')


def _includes(scope: Scope, name: str, names: set[str] | None) -> bool:
    if name == "list_id":
        return sees_built_in(scope, "list")
    if name in ALWAYS:
        return True
    if names is not None and name not in names:
        return False
    return name in ("position",) or sees_built_in(scope, name)


def _built_in_json(scope: Scope, name: str) -> str:
    dialect = scope.compilation.dialect
    if name == "project_id":
        return f"'{scope.project.id}'"
    if name in _IDS:
        return dialect.text(scope.column(name))
    if name in _PLAIN:
        return dialect.json_argument(Value(_PLAIN[name], scope.column(name)))
    if name == "title" and not sees_built_in(scope, "title"):
        return "''"
    if name == "tags" and not scope.project.tags:
        return dialect.as_json("'[]'")
    return dialect.json_argument(named_value(scope, name))


def custom_fields(scope: Scope, wanted: Collection[str] | None) -> CustomFields:
    """The custom fields that the reader may see; broken ones are empty and say so."""
    found = CustomFields()
    chosen = None if wanted is None else {n.strip() for n in wanted}
    for custom in scope.project.live_fields:
        named = chosen is None or custom.key in chosen or str(custom.id) in chosen
        if named and scope.access.sees(custom.key):
            _add_field(scope, custom, found)
    return found


def _add_field(scope: Scope, custom: Field, found: CustomFields) -> None:
    try:
        found.members[custom.key] = field_json(scope, custom, found)
    except HiddenFieldError:
        return
    except (BrokenSourceError, ExpressionError) as error:
        found.members[custom.key] = _nothing(scope.compilation.dialect, custom)
        found.warnings[custom.key] = error.detail


def field_json(scope: Scope, custom: Field, found: CustomFields) -> str:
    """SQL for the JSON of one custom field."""
    dialect = scope.compilation.dialect
    if custom.target is not None and custom.type is not None:
        access = scope.compilation.access(custom.target)
        if access is None:
            return _hidden_links(scope, custom)
        if access.scope is not None:
            return _links_in_reach(scope, custom, scope.compilation.project(custom.target))
    value = field_value(scope, custom)
    if value.conflict is not None:
        found.conditional[custom.key] = value.conflict
    if _always_array(custom, value):
        return _as_array(dialect, value)
    return dialect.json_argument(value)


def _nothing(dialect: Dialect, custom: Field) -> str:
    """What a broken field reads as: references and lookups keep their shape."""
    array = custom.type is not None and (custom.target is not None or _looks_through(custom))
    return dialect.as_json("'[]'") if array else "NULL"


def _always_array(custom: Field, value: Value) -> bool:
    """References and lookups are arrays also where there can be one at the most."""
    if value.type.many or custom.type is None:
        return False
    if custom.type.derive(custom.config) is None:
        return value.type.kind is Kind.RECORD
    return _looks_through(custom)


def _looks_through(custom: Field) -> bool:
    """Whether it lists what the records behind a link say, one or many."""
    derivation = None if custom.type is None else custom.type.derive(custom.config)
    return derivation is not None and derivation.through is not None and derivation.measure is None


def _as_array(dialect: Dialect, value: Value) -> str:
    """At most one value as a list."""
    empty = dialect.as_json("'[]'")
    filled = dialect.json_list(dialect.json_argument(value))
    return f"CASE WHEN {value.sql} IS NULL THEN {empty} ELSE {filled} END"


def _links_in_reach(scope: Scope, custom: Field, target: Project) -> str:
    """Links into a project of which the reader sees some records: the others only as hidden."""
    dialect, compilation = scope.compilation.dialect, scope.compilation
    column = custom.columns[0]
    rows = linked(scope, custom.id) if column.spec.many else None
    link = scope.column(column.name) if rows is None else rows.target
    frame = rows or scope.frame
    alias = frame.join_one(
        target.table, f"live {link}", lambda a: f"{a}.id = {link} AND {a}.deleted_at IS NULL"
    )
    title = title_of(compilation, target, alias)
    seen = dialect.json_of(Value(ValueType(Kind.RECORD), f"{alias}.id", label=title))
    element = f"CASE WHEN {reach(compilation, target, alias)} THEN {seen} ELSE {_MARK} END"
    if rows is None:
        text = f"CASE WHEN {alias}.id IS NULL THEN '[]' ELSE '[' || {element} || ']' END"
    else:
        rows.restrict(f"{alias}.id IS NOT NULL")
        text = dialect.json_array(element, rows.clause(), rows.order())
    return dialect.as_json(text)


def _hidden_links(scope: Scope, custom: Field) -> str:
    """Links into a project that the reader may not see: only that there are some."""
    column, dialect = custom.columns[0], scope.compilation.dialect
    if column.spec.many:
        rows = linked(scope, custom.id)
        return dialect.as_json(dialect.json_array(_MARK, rows.clause(), rows.order()))
    text = f"CASE WHEN {scope.column(column.name)} IS NULL THEN '[]' ELSE '[' || {_MARK} || ']' END"
    return dialect.as_json(text)


def _warnings(scope: Scope, custom: CustomFields) -> str:
    """A JSON array: what is broken by definition, and what this record's values conflict in."""
    dialect, parameters = scope.compilation.dialect, scope.compilation.parameters
    fixed = [_warning(key, f"Broken source: {text}") for key, text in custom.warnings.items()]
    pieces = [parameters.add(",".join(fixed), TEXT)] if fixed else []
    conflicts = _by_condition(custom)
    for condition, texts in conflicts.items():
        text = parameters.add("".join(f",{t}" for t in texts), TEXT)
        pieces.append(f"CASE WHEN {condition} THEN {text} ELSE '' END")
    written = dialect.as_json(f"'[' || ltrim({dialect.concat(pieces)}, ',') || ']'")
    if fixed:
        return written
    any_of_them = " OR ".join(f"({condition})" for condition in conflicts)
    none = dialect.as_json("'[]'")
    return f"CASE WHEN {any_of_them} THEN {written} ELSE {none} END"


def _by_condition(custom: CustomFields) -> dict[str, list[str]]:
    """The warnings of conflicting amounts; many formulas add the same two currencies."""
    found: dict[str, list[str]] = {}
    for key, condition in custom.conditional.items():
        text = _warning(key, "Amounts of different currencies cannot be added.")
        found.setdefault(condition, []).append(text)
    return found


def _warning(key: str, detail: str) -> str:
    return msgspec.json.encode({"field": key, "detail": detail}).decode()


def unknown_names(project: Project, scope: Scope, wanted: Collection[str]) -> list[str]:
    """The names in a `fields` choice that the reader does not have."""
    known = {canonical(n) for n in _ORDER if _includes(scope, n, None)}
    visible = {f.key for f in project.live_fields if scope.access.sees(f.key)}
    visible |= {str(f.id) for f in project.live_fields if scope.access.sees(f.key)}
    return [n for n in wanted if n.strip() not in visible and canonical(n) not in known]
