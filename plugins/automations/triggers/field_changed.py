"""A field changes, built-in or custom, of any type; from and to what may be said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Fault, FieldName, InvalidInputError, Occurrence, Trigger, hookimpl


class FieldChangedConfig(
    msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"from_": "from"}, omit_defaults=True
):
    """`field`, or any of `fields`. `from` and `to` are values as the API takes them, null is empty."""

    field: FieldName | None = None
    fields: Annotated[tuple[FieldName, ...], msgspec.Meta(examples=[["email", "phone"]])] = ()
    from_: Any | msgspec.UnsetType = msgspec.UNSET
    to: Any | msgspec.UnsetType = msgspec.UNSET

    @property
    def names(self) -> tuple[str, ...]:
        return self.fields if self.field is None else (self.field, *self.fields)


class FieldChangedTrigger(Trigger[FieldChangedConfig]):
    key = "field_changed"
    label = "A field changes"
    description = "Any field of any type. Not when a record is added with it."
    sentence = "{field|a field}[ or {fields}] changes[ from {from}][ to {to}]"
    config_type = FieldChangedConfig
    kinds = ("record.updated", "record.moved")

    def matches(self, event: Occurrence, config: FieldChangedConfig) -> bool:
        return any(self._changed(event, name, config) for name in config.names)

    def _changed(self, event: Occurrence, name: str, config: FieldChangedConfig) -> bool:
        change = event.changed(name)
        if change is None:
            return False
        if config.from_ is not msgspec.UNSET and not event.is_value(name, change.before, config.from_):
            return False
        return config.to is msgspec.UNSET or event.is_value(name, change.after, config.to)

    def timing(self, config: FieldChangedConfig) -> None:
        if not config.names:
            raise InvalidInputError(faults=[Fault("/field", "Name the field, or several as 'fields'.")])


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [FieldChangedTrigger()]
