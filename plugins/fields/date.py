"""A day or a moment, or the span between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    Display,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    Kind,
    Look,
    ParseContext,
    SqlText,
    Value,
    ValueType,
    hookimpl,
    parse_date,
    parse_datetime,
    parses,
    score,
)

Moment = TypeVar("Moment", bound=date)

_BETWEEN = re.compile(r"\s+(?:-|to)\s+|\s*[–—]\s*|(?<=[0-9Zz])/(?=[0-9]{4}-)")


class Span(msgspec.Struct, Generic[Moment], frozen=True):
    """From `start` up to and including `end`; both days, or both moments in UTC."""

    start: Moment
    end: Moment


class DateConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`time` keeps the time of day as well, `range` an end beside the start. `minimum` and
    `maximum` are the first and the last day allowed, in the project's time zone."""

    time: bool = False
    range: bool = False
    minimum: date | None = None
    maximum: date | None = None


class DateDisplay(Display):
    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        if not isinstance(value, dict):
            return super().text(value, kind, config, look)
        return " – ".join(
            super(DateDisplay, self).text(value[end], kind, config, look) for end in ("start", "end")
        )


class DateField(FieldType[DateConfig, date | Span[date]]):
    """A range sorts, filters and groups by its start; its JSON is `{"start": …, "end": …}`."""

    key = "date"
    label = "Date"
    description = "A date, at will with a time of day or an end."
    config_type = DateConfig
    value_type = Span
    widget = "date"
    display = DateDisplay()

    def columns(self, config: DateConfig) -> Sequence[ColumnSpec]:
        column = Column.DATETIME if config.time else Column.DATE
        return [ColumnSpec(column, name) for name in (("start", "end") if config.range else ("",))]

    def value(self, columns: Mapping[str, str], config: DateConfig, sql: SqlText) -> Value:
        type_ = ValueType(Kind.DATETIME if config.time else Kind.DATE)
        if not config.range:
            return Value(type_, columns[""])
        members = {name: sql.json_of(Value(type_, columns[name])) for name in ("start", "end")}
        whole = f"CASE WHEN {columns['start']} IS NULL THEN 'null' ELSE {sql.json_object(members)} END"
        return Value(type_, columns["start"], json=whole)

    def parse(self, value: object, config: DateConfig, context: ParseContext) -> date | Span[date] | None:
        one = parse_datetime if config.time else parse_date
        if not config.range:
            moment = one(value, context)
            return None if moment is None else _allowed(moment, config, context)
        start, end = (one(part, context) for part in self._ends(value))
        if start is None:
            return None
        if end is None or end < start:
            raise InvalidValueError("The end must not be before the start.")
        return Span(_allowed(start, config, context), _allowed(end, config, context))

    def prepare(self, config: DateConfig, previous: DateConfig | None) -> DateConfig:
        if config.minimum is not None and config.maximum is not None and config.minimum > config.maximum:
            raise InvalidInputError("The minimum must not be after the maximum.")
        return config

    def _ends(self, value: object) -> tuple[object, object]:
        """The two ends of `{"start", "end"}`, `2026-01-01/2026-01-31` or `1.1.2026 - 31.1.2026`.

        A single date is both; so is the start of an object without an end.
        """
        if isinstance(value, dict):
            if not value.keys() <= {"start", "end"} or not value.get("start"):
                raise InvalidValueError('This must be {"start": "2026-01-01", "end": "2026-01-31"}.')
            return value["start"], value.get("end") or value["start"]
        parts = _BETWEEN.split(value) if isinstance(value, str) else [value]
        if len(parts) > 2:
            raise InvalidValueError("This must be a start and an end.")
        return parts[0], parts[-1]

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        days = score(samples, parses(lambda cell: parse_date(cell, context)), 0.9)
        return days or score(samples, parses(lambda cell: parse_datetime(cell, context)), 0.9)

    def suggest(self, samples: Sequence[str], context: ParseContext) -> DateConfig:
        days = score(samples, parses(lambda cell: parse_date(cell, context)), 1.0)
        return DateConfig(time=not days)


def _allowed(moment: date, config: DateConfig, context: ParseContext) -> date:
    """The day or moment itself, if it is within the bounds."""
    if config.minimum is None and config.maximum is None:
        return moment
    local = moment.astimezone(ZoneInfo(context.time_zone)).date() if isinstance(moment, datetime) else moment
    if config.minimum is not None and local < config.minimum:
        raise InvalidValueError(f"This must not be before {config.minimum}.")
    if config.maximum is not None and local > config.maximum:
        raise InvalidValueError(f"This must not be after {config.maximum}.")
    return moment


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [DateField()]
