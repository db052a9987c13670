"""Cursors: an opaque place behind a row, as the values of the sort keys there."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from kernel.dialects.base import Dialect
from kernel.errors import Fault, InvalidInputError
from kernel.queries.sorting import SortKey
from kernel.values import INTEGER, Kind, ValueType

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


def encode_cursor(keys: Sequence[SortKey], row: Sequence[Any], signature: str, dialect: Dialect) -> str:
    """An opaque place behind a row, from the key columns as the engine returned them."""
    values = [_plain(dialect.decode(v, k.type)) for k, v in zip(keys, row, strict=True)]
    return base64.urlsafe_b64encode(msgspec.json.encode([signature, *values])).decode().rstrip("=")


def decode_cursor(cursor: str, keys: Sequence[SortKey], signature: str) -> list[Any]:
    """The values of a cursor made for the same order; InvalidInputError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=list[Any])
        if parts[0] != signature or len(parts) != len(keys) + 1:
            raise ValueError
        return [_typed(v, k) for v, k in zip(parts[1:], keys, strict=True)]
    except (ValueError, IndexError, ArithmeticError, msgspec.MsgspecError, RecursionError):
        fault = Fault("/cursor", "This cursor does not belong to this query. Start again without it.")
        raise InvalidInputError("The cursor is not valid.", [fault]) from None


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _typed(value: Any, key: SortKey) -> Any:
    """A cursor's value as the Python type that its key compares with."""
    if value is None:
        if key.nullable:
            return None
        raise ValueError
    return _READERS[key.type.kind](value, key.type)


def _number(value: Any, type_: ValueType) -> Any:
    if type_.scale is None:
        return msgspec.convert(value, float)
    if type_.scale == 0:
        number = int(value)
        if abs(number) >= 2**63:
            raise ValueError
        return number
    exact = Decimal(str(value))
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 18:
        raise ValueError
    return exact


def _text(value: Any, type_: ValueType) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


_READERS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.BOOLEAN: lambda v, t: msgspec.convert(v, bool),
    Kind.DATE: lambda v, t: date.fromisoformat(v) if isinstance(v, str) else _text(v, t),
    Kind.DATETIME: lambda v, t: msgspec.convert(v, _Moment).astimezone(UTC),
    Kind.RECORD: lambda v, t: _number(v, INTEGER),
    Kind.BLANK: _text,
}
