"""A number of its own for every record, such as `DEAL-0042`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from kernel.plugin_api import TEXT, Column, ColumnSpec, FieldType, SqlText, Value, clean_line, hookimpl

_LONGEST = 20


class UniqueIdConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`prefix` stands before the number, which has at least so many `digits`."""

    prefix: Annotated[str, msgspec.Meta(max_length=_LONGEST)] = ""
    digits: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1


class UniqueIdField(FieldType[UniqueIdConfig, None]):
    """The kernel gives the numbers, from 1 in the order in which records are made.

    A number is never given again, not even when its record is gone; there may be gaps. In
    expressions it is the whole text; it sorts by the number.
    """

    key = "unique_id"
    label = "Unique ID"
    description = "A number that no other record of the project has."
    config_type = UniqueIdConfig
    column = Column.INTEGER
    value_type = str
    widget = "unique_id"

    def columns(self, config: UniqueIdConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.INTEGER, sequence=True)]

    def value(self, columns: Mapping[str, str], config: UniqueIdConfig, sql: SqlText) -> Value:
        number = sql.text(columns[""])
        zeros = f"substr('{'0' * config.digits}', 1, {config.digits} - length({number}))"
        padded = f"CASE WHEN length({number}) < {config.digits} THEN {zeros} || {number} ELSE {number} END"
        return Value(TEXT, f"({sql.literal(config.prefix)} || {padded})", order=columns[""])

    def prepare(self, config: UniqueIdConfig, previous: UniqueIdConfig | None) -> UniqueIdConfig:
        return replace(config, prefix=clean_line(config.prefix, _LONGEST) or "")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [UniqueIdField()]
