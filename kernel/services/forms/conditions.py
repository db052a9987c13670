"""Which fields of a form are to be seen: conditions over what has been filled in so far.

There is no record yet, so the values are parameters of a statement that reads no table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.dialects.base import Dialect, Parameters
from kernel.errors import (
    BrokenSourceError,
    ExpressionError,
    InvalidInputError,
    InvalidValueError,
    PluginError,
)
from kernel.expressions import compile_condition, parse_filter
from kernel.fields import ParseContext
from kernel.schema import Project
from kernel.services.forms.entries import BUILT_IN, Entry, found_by_id, named
from kernel.services.record_input import parse_value, read_time
from kernel.storage.database import Statement
from kernel.storage.record_rows import column_type
from kernel.values import Value

BROKEN = (ExpressionError, BrokenSourceError, InvalidInputError, PluginError)
"""What a condition that does not work any more raises."""


@dataclass
class Given:
    """A form half filled in: the `Resolver` of its conditions. Only what stands before is in reach."""

    project: Project
    dialect: Dialect
    now: datetime
    values: Mapping[str, Any]
    before: list[Entry] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    """The conditions, as SQL, of the entries before that have one."""

    def __post_init__(self) -> None:
        self.parameters = Parameters(self.dialect)
        self.time_zone = self.project.time_zone
        self.currency = self.project.currency

    def resolve(self, path: Sequence[str], position: int) -> Value:
        """The value of a field that stands before; empty while that is not to be seen."""
        entry = named(self.before, path[0].strip()) if len(path) == 1 else None
        if entry is None:
            name = ".".join(path)
            raise ExpressionError(f"'{name}' is no field of the form that stands before this one.", position)
        if entry.many or found_by_id(entry):
            raise ExpressionError(
                f"'{entry.key}' holds people, records, files or several values: no condition can read it.",
                position,
            )
        return self._value(entry)

    def compile(self, entry: Entry) -> str | None:
        """The condition of the next entry as SQL, which then stands before the others."""
        condition = entry.form.visible_if
        sql = None if condition is None else f"({compile_condition(parse_filter(condition), self)})"
        if sql is not None:
            self.shown[entry.key] = sql
        self.before.append(entry)
        return sql

    def _value(self, entry: Entry) -> Value:
        value = self.values.get(entry.key)
        if entry.custom is None:
            type_ = BUILT_IN[entry.key][1]
            return Value(type_, self._guarded(entry, self.parameters.add(value, type_)))
        columns = {
            spec.name: self._guarded(entry, self.parameters.add(_part(value, spec.name), column_type(spec)))
            for spec in entry.specs
        }
        assert entry.custom.type is not None  # `entries_of` leaves out what has none
        return entry.custom.type.value(columns, entry.custom.config, self.dialect)

    def _guarded(self, entry: Entry, sql: str) -> str:
        condition = self.shown.get(entry.key)
        return f"CASE WHEN {condition} THEN {sql} END" if condition is not None else sql


def statement(given: Given, entries: Sequence[Entry]) -> tuple[Statement | None, set[str]]:
    """The question which conditional entries are to be seen, by their order, and those that are broken."""
    asked, broken = [], set()
    for entry in entries:
        try:
            condition = given.compile(entry)
        except BROKEN:
            broken.add(entry.key)
            given.before.append(entry)
            given.shown[entry.key] = "1 = 0"
            continue
        if condition is not None:
            asked.append(f"CASE WHEN {condition} THEN 1 ELSE 0 END")
    if not asked:
        return None, broken
    return Statement(*given.parameters.prune(f"SELECT {', '.join(asked)}")), broken


def values_for_conditions(
    project: Project, entries: Sequence[Entry], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """What conditions read, parsed; what does not fit its field counts as not filled in."""
    if all(entry.form.visible_if is None for entry in entries):
        return {}
    context = ParseContext(currency=project.currency, time_zone=project.time_zone)
    found = {}
    for entry in entries:
        if not entry.many and not found_by_id(entry):
            try:
                found[entry.key] = _parsed(project, entry, raw.get(entry.key), context)
            except (InvalidValueError, PluginError):
                found[entry.key] = None
    return found


def _parsed(project: Project, entry: Entry, value: Any, context: ParseContext) -> Any:
    if entry.custom is not None:
        return parse_value(entry.custom, value, context)
    if entry.key in ("start_at", "due_at"):
        return read_time(value, project.time_zone)
    return value if isinstance(value, str) and value.strip() else None


def _part(value: Any, name: str) -> Any:
    return getattr(value, name) if value is not None and name else value
