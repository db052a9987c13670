"""What the results of plugin calls must look like, by contract and method."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kernel.automations import Due, Hook, Matching, Schedule
from kernel.charts import Arc, Area, Bar, ChartType, Line, Rule, Text, Tile
from kernel.effects import Effect
from kernel.enclosure import Check, IteratorCheck, ParseCheck, ValueCheck, WrongResultError
from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec, Derivation, FieldType
from kernel.importers import Importer
from kernel.templates import TemplateSpec
from kernel.values import Choice, Value


def must_be(*types: type) -> Check:
    """The result is an instance of one of the types."""
    wanted = " or ".join(t.__name__ for t in types)

    def check(result: Any) -> Any:
        if not isinstance(result, types):
            raise WrongResultError(f"it returned {type(result).__name__} instead of {wanted}")
        return result

    return check


def must_be_many(item_type: type) -> Callable[[Any], Any]:
    """The result is a sequence of instances of a type."""

    def check(result: Any) -> Any:
        if isinstance(result, (list, tuple)) and all(isinstance(item, item_type) for item in result):
            return result
        raise WrongResultError(f"it returned {result!r:.80} instead of a list of {item_type.__name__}")

    return check


def share(result: Any) -> float:
    """The result is a number from 0 to 1."""
    number = float(result)
    if not 0.0 <= number <= 1.0:
        raise WrongResultError(f"it returned {number} instead of a number from 0 to 1")
    return number


def _wrong(value: object, wanted: str) -> WrongResultError:
    return WrongResultError(f"it returned {type(value).__name__} instead of {wanted}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "str")
    if "\0" in value or (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)):
        raise InvalidValueError("The text holds a character that can not be stored.")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(value, "int")
    if not -(2**63) <= value < 2**63:
        raise InvalidValueError("The number is too large.")
    return value


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
        raise _wrong(value, "Decimal")
    number = value if type(value) is Decimal else Decimal(value)
    if not number.is_finite():
        raise InvalidValueError("Give a finite number.")
    return number


def _real(value: Any) -> float:
    if not isinstance(value, (float, int)) or isinstance(value, bool):
        raise _wrong(value, "float")
    number = float(value)
    if not math.isfinite(number):
        raise InvalidValueError("Give a finite number.")
    return number


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "bool")
    return value


def _date(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong(value, "date")
    return value


def _datetime(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong(value, "datetime with a time zone")
    return value


def _entity(value: Any) -> str | int:
    if isinstance(value, str):
        return _text(value)
    return _integer(value)


VALUE_CHECKS: Mapping[Column, ValueCheck] = {
    Column.TEXT: _text,
    Column.INTEGER: _integer,
    Column.DECIMAL: _decimal,
    Column.REAL: _real,
    Column.BOOLEAN: _boolean,
    Column.DATE: _date,
    Column.DATETIME: _datetime,
    Column.CHOICE: _integer,
    Column.PERSON: _entity,
    Column.RECORD: _entity,
    Column.FILE: _entity,
}


def value_check(columns: Sequence[ColumnSpec], value_type: type[Any] | None) -> ValueCheck:
    """The check of one parsed value that goes into these columns."""
    if len(columns) == 1 and not columns[0].name:
        one = VALUE_CHECKS[columns[0].column]
        return _every(one) if columns[0].many else one
    members = {spec.name: VALUE_CHECKS[spec.column] for spec in columns}

    def struct(value: Any) -> Any:
        if value_type is None or not isinstance(value, value_type):
            raise _wrong(value, getattr(value_type, "__name__", "a Struct"))
        for name, check in members.items():
            if (member := getattr(value, name)) is not None:
                check(member)
        return value

    return struct


def _every(check: ValueCheck) -> ValueCheck:
    def values(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise _wrong(value, "list")
        return [check(item) for item in value]

    return values


_COLUMN_SPECS = must_be_many(ColumnSpec)


def _columns(result: Any) -> Any:
    """Files must stand in the link table: what no link holds is taken for unused."""
    specs = _COLUMN_SPECS(result)
    if any(spec.column is Column.FILE and not spec.many for spec in specs):
        raise WrongResultError("it returned a FILE column without many=True")
    return specs


def field_type_checks(field_type: FieldType[Any, Any]) -> Mapping[str, Check]:
    """The checks of the methods of a field type."""
    config = must_be(field_type.config_type)

    def check_of(config: Any) -> ValueCheck:
        return value_check(field_type.columns(config), field_type.value_type)

    return {
        "columns": _columns,
        "parse": ParseCheck(check_of),
        "value": must_be(Value),
        "derive": must_be(Derivation, type(None)),
        "prepare": config,
        "choices": must_be_many(Choice),
        "with_choices": config,
        "guess": share,
        "suggest": config,
    }


def importer_checks(importer: Importer[Any]) -> Mapping[str, Check]:
    """The checks of the methods of an importer."""
    return {
        "recognises": share,
        "sniff": must_be(importer.options_type),
        "first_row": must_be(int),
        "columns": must_be_many(str),
        "proposals": must_be(Mapping),
        "rows": IteratorCheck(),
    }


TEMPLATE_CHECKS: Mapping[str, Check] = {"spec": must_be(TemplateSpec), "samples": IteratorCheck()}


MARKS = (Arc, Area, Bar, Tile, Line, Rule, Text)
MOST_MARKS = 50_000


def marks(result: Any) -> Any:
    """The result is a sequence of marks with finite lengths, not too many."""
    if not isinstance(result, (list, tuple)):
        raise _wrong(result, "list of marks")
    found = result
    if len(found) > MOST_MARKS:
        raise WrongResultError(f"it drew {len(found)} marks, more than {MOST_MARKS}")
    for mark in found:
        if not isinstance(mark, MARKS):
            raise WrongResultError(f"it drew {mark!r:.80}, which is no mark")
        if not all(map(_finite, msgspec.structs.astuple(mark))):
            raise WrongResultError(f"it drew a {type(mark).__name__} of no finite size")
    return found


def _finite(value: Any) -> bool:
    """Whether every number in a member of a mark is one that can be drawn."""
    if isinstance(value, (list, tuple)):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def chart_type_checks(chart_type: ChartType[Any]) -> Mapping[str, Check]:
    """The checks of the methods of a chart type."""
    return {"draw": marks, "specification": must_be(Mapping, type(None))}


TRIGGER_CHECKS: Mapping[str, Check] = {
    "matches": must_be(bool),
    "timing": must_be(Due, Schedule, Matching, Hook, type(None)),
}

ACTION_CHECKS: Mapping[str, Check] = {"check": must_be(type(None)), "plan": must_be_many(Effect)}
