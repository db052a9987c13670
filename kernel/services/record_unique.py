"""Values that must differ in every record: which items of a write would repeat one.

The unique index of the database has the last word; this tells which item of many it would be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kernel.dialects.base import Dialect, Parameters
from kernel.errors import Fault
from kernel.expressions.conversion import fold_text
from kernel.schema import Field
from kernel.storage.database import Statement, Transaction
from kernel.storage.record_rows import Draft, TablePlan, column_type
from kernel.values import Kind

_CHUNK = 500

Item = tuple[str, int | None, Draft]
"""The JSON pointer of an item of a write, the id of the record that it changes, and its draft."""


async def repeated(
    tx: Transaction, dialect: Dialect, plan: TablePlan, items: Sequence[Item], leaving: Collection[int]
) -> list[Fault]:
    """A fault for each value that another record has, or an earlier item gives.

    `leaving` are the ids of records that are deleted in the same write.
    """
    faults: list[Fault] = []
    for field in (f for f in plan.fields.values() if f.unique):
        holders = await _holders(tx, dialect, plan, field, items)
        writers = {id_ for _, id_, draft in items if id_ is not None and field.id in draft.fields}
        taken = {key: id_ for key, id_ in holders.items() if id_ not in leaving and id_ not in writers}
        faults += _repeats(field, items, taken)
    return faults


def _repeats(field: Field, items: Sequence[Item], taken: Mapping[Any, int | None]) -> Iterator[Fault]:
    known = dict(taken)
    for pointer, record_id, draft in items:
        value = draft.fields.get(field.id)
        if value is None:
            continue
        if _key(value) in known:
            detail = f"Another record has this '{field.name}' already."
            yield Fault(f"{pointer}/fields/{field.key}", detail)
        else:
            known[_key(value)] = record_id


async def _holders(
    tx: Transaction, dialect: Dialect, plan: TablePlan, field: Field, items: Sequence[Item]
) -> dict[Any, int]:
    """The live records that have one of the values which the items give, by value."""
    given = {_key(d.fields[field.id]) for _, _, d in items if d.fields.get(field.id) is not None}
    found: dict[Any, int] = {}
    wanted = list(given)
    for begin in range(0, len(wanted), _CHUNK):
        statement = _holding(dialect, plan, field, wanted[begin : begin + _CHUNK])
        type_ = column_type(field.columns[0].spec)
        for id_, value in await tx.fetch(*statement):
            found[_key(dialect.decode(value, type_))] = id_
    return found


def _holding(dialect: Dialect, plan: TablePlan, field: Field, values: Sequence[Any]) -> Statement:
    type_ = column_type(field.columns[0].spec)
    parameters = Parameters(dialect)
    marks = ", ".join(parameters.add(value, type_) for value in values)
    column = field.columns[0].name
    term = dialect.fold(column) if type_.kind is Kind.TEXT else column
    sql = f"SELECT id, {column} FROM {plan.project.table} WHERE deleted_at IS NULL AND {term} IN ({marks})"
    return Statement(sql, parameters.values)


def _key(value: Any) -> Any:
    """Text compares without regard to case."""
    return fold_text(value) if isinstance(value, str) else value
