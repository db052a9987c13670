"""Values of the history as the database shows them: in the shapes that they have in records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kernel.dialects.base import Dialect, Parameters
from kernel.errors import SmaltError
from kernel.fields import Column
from kernel.schema import Field
from kernel.storage.database import Reading, Statement
from kernel.storage.record_rows import column_type

_AT_ONCE = 400
"""Values in one statement; engines limit the columns of a result."""

_PYTHON: Mapping[Column, type[Any]] = {
    Column.TEXT: str,
    Column.INTEGER: int,
    Column.DECIMAL: Decimal,
    Column.REAL: float,
    Column.BOOLEAN: bool,
    Column.DATE: date,
    Column.DATETIME: datetime,
}


class Shapes:
    """The shapes of stored values, found all at once."""

    def __init__(self, known: Mapping[tuple[int, bytes], Any]) -> None:
        self._known = known

    def of(self, field: Field, stored: Any) -> Any:
        """A value as records show it; as it was stored where the field can no longer show it."""
        return self._known.get(_key(field, stored), stored)


async def find_shapes(database: Reading, values: Iterable[tuple[Field, Any]]) -> Shapes:
    """Let the database write the values of plain fields as it writes those of records."""
    wanted = {_key(field, stored): (field, stored) for field, stored in values if stored is not None}
    keys = list(wanted)
    known: dict[tuple[int, bytes], Any] = {}
    for begin in range(0, len(keys), _AT_ONCE):
        part = keys[begin : begin + _AT_ONCE]
        known |= await _read(database, {key: wanted[key] for key in part})
    return Shapes(known)


async def _read(
    database: Reading, wanted: Mapping[tuple[int, bytes], tuple[Field, Any]]
) -> dict[tuple[int, bytes], Any]:
    parameters = Parameters(database.dialect)
    pieces = {}
    for key, (field, stored) in wanted.items():
        sql = _shape(database.dialect, parameters, field, stored)
        if sql is not None:
            pieces[key] = sql
    if not pieces:
        return {}
    statement = Statement(*parameters.prune(f"SELECT {', '.join(pieces.values())}"))
    ((row,),) = await database.read(statement)
    return {key: msgspec.json.decode(text) for key, text in zip(pieces, row, strict=True)}


def _shape(dialect: Dialect, parameters: Parameters, field: Field, stored: Any) -> str | None:
    """SQL for the JSON of a stored value; None where the field has changed too much to hold it."""
    if field.type is None:
        return None
    try:
        columns = {
            column.spec.name: parameters.add(part, column_type(column.spec))
            for column, part in zip(field.columns, _parts(field, stored), strict=True)
        }
        return dialect.json_of(field.type.value(columns, field.config, dialect))
    except (SmaltError, msgspec.ValidationError, ArithmeticError, ValueError):
        return None


def _parts(field: Field, stored: Any) -> Sequence[Any]:
    """The stored value by column, as the Python values that were written."""
    if len(field.columns) == 1 and not field.columns[0].spec.name:
        given = [stored]
    else:
        members = msgspec.convert(stored, dict[str, Any])
        given = [members.get(column.spec.name) for column in field.columns]
    return [
        None if part is None else msgspec.convert(part, _PYTHON[column.spec.column])
        for column, part in zip(field.columns, given, strict=True)
    ]


def _key(field: Field, stored: Any) -> tuple[int, bytes]:
    return field.id, msgspec.json.encode(stored)
