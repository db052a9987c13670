"""From the JSON of a value to the cell of a table, by the shape of the value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from kernel.queries.shown_fields import ShownField
from kernel.values import Kind

BETWEEN: Final = "; "
"""Parts the values of a cell that holds several; imports take it apart again."""

_LABELS: Final = ("name", "title", "address")
"""Members by which people know a thing."""


class Amount(NamedTuple):
    """Money with its currency."""

    amount: Decimal
    currency: str


TableCell: TypeAlias = str | int | Decimal | bool | date | datetime | Amount | None


def table_cell(field: ShownField, value: Any, zone: ZoneInfo) -> TableCell:
    """The cell of one value; times are those of `zone`, without saying so, as spreadsheets have them."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        if len(value) == 1:
            return table_cell(field, value[0], zone)
        return BETWEEN.join(cell_text(table_cell(field, item, zone)) for item in value)
    if isinstance(value, dict):
        return _object_cell(field, value, zone)
    if isinstance(value, str):
        return _typed(field.kind, value, zone)
    return Decimal(str(value)) if isinstance(value, float) else value


def cell_text(cell: TableCell) -> str:
    """A cell as text, in a form that imports understand."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Amount):
        return f"{cell.amount} {cell.currency}"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _object_cell(field: ShownField, value: Mapping[str, Any], zone: ZoneInfo) -> TableCell:
    if value.keys() == {"amount", "currency"}:
        return Amount(Decimal(value["amount"]), value["currency"])
    if value.keys() == {"start", "end"}:
        return "/".join(cell_text(_typed(field.kind, value[name], zone)) for name in ("start", "end"))
    if value.get("hidden") is True:
        return "hidden record"
    for label in _LABELS:
        if isinstance(value.get(label), str):
            return str(value[label])
    return msgspec.json.encode(value).decode()


def _typed(kind: Kind, text: str, zone: ZoneInfo) -> TableCell:
    """Exact numbers and times leave the database as text."""
    if kind is Kind.NUMBER:
        return Decimal(text)
    if kind is Kind.DATETIME:
        return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None)
    if kind is Kind.DATE:
        return date.fromisoformat(text)
    return text
