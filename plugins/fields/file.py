"""Files, any number of them: contracts, briefs, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    FieldType,
    FileLimits,
    InvalidValueError,
    ParseContext,
    hookimpl,
    parse_identifiers,
)

MediaType = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/([a-z0-9][a-z0-9.+-]*|\*)$", max_length=100)]


class FileConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_size` is in bytes; `allowed_types` such as `application/pdf` or `image/*`, none for all."""

    max_count: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    max_size: Annotated[int, msgspec.Meta(ge=1)] | None = None
    allowed_types: Annotated[tuple[MediaType, ...], msgspec.Meta(max_length=50)] = ()


class FileField(FieldType[FileConfig, list[str]]):
    """Input is a list of the ids of uploaded files, each alone or as `{"id": …}`; the kernel finds them."""

    key = "file"
    label = "Files"
    description = "Files of any kind, to be downloaded by who sees the field."
    config_type = FileConfig
    column = Column.FILE
    widget = "file"

    def columns(self, config: FileConfig) -> Sequence[ColumnSpec]:
        limits = FileLimits(config.max_size, config.allowed_types)
        return [ColumnSpec(Column.FILE, many=True, files=limits)]

    def parse(self, value: object, config: FileConfig, context: ParseContext) -> list[str] | None:
        ids = parse_identifiers(value, ("id",), multiple=True) or []
        if len(ids) > config.max_count:
            raise InvalidValueError(f"There may be at most {config.max_count} files.")
        if not all(id_.isascii() and id_.isdigit() and len(id_) <= 19 for id_ in ids):
            raise InvalidValueError("This must be the ids of uploaded files.")
        return list(ids)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [FileField()]
