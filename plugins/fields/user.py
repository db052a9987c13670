"""One person or several, users of this installation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Column, ColumnSpec, FieldType, ParseContext, hookimpl, parse_identifiers


class UserConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    multiple: bool = False


class UserField(FieldType[UserConfig, str | list[str]]):
    """Input is an id or an email address, alone or as `{"id": …}`; the kernel finds the user."""

    key = "user"
    label = "User"
    description = "A person who works here."
    config_type = UserConfig
    widget = "user"

    def columns(self, config: UserConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.PERSON, many=config.multiple)]

    def parse(self, value: object, config: UserConfig, context: ParseContext) -> str | list[str] | None:
        return parse_identifiers(value, ("id", "email"), config.multiple)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [UserField()]
