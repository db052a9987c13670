"""A link to records of another project, or of the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    FieldType,
    Filter,
    InvalidValueError,
    ParseContext,
    hookimpl,
    parse_identifiers,
)


class ReferenceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`filter` is an expression over the records of `project_id` that narrows the candidates."""

    project_id: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")]
    multiple: bool = False
    filter: Filter | None = None


class ReferenceField(FieldType[ReferenceConfig, str | list[str]]):
    """Input is an id or a list of ids, each alone or as `{"id": …}`; the kernel finds the records."""

    key = "reference"
    label = "Reference"
    description = "A link to records of a project."
    config_type = ReferenceConfig
    widget = "reference"

    def columns(self, config: ReferenceConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.RECORD, many=config.multiple, target=config.project_id)]

    def parse(self, value: object, config: ReferenceConfig, context: ParseContext) -> str | list[str] | None:
        ids = parse_identifiers(value, ("id",), config.multiple)
        for id_ in [ids] if isinstance(ids, str) else ids or []:
            if not (id_.isascii() and id_.isdigit() and len(id_) <= 19):
                raise InvalidValueError("This must be the id of a record.")
        return ids


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [ReferenceField()]
