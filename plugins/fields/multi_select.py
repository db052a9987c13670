"""Any number of options of a managed list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.plugin_api import (
    Choice,
    Column,
    ColumnSpec,
    FieldType,
    InvalidValueError,
    OptionsConfig,
    ParseContext,
    hookimpl,
)

_MOST = 500


class MultiSelectConfig(OptionsConfig, frozen=True, forbid_unknown_fields=True, dict=True):
    pass


class MultiSelectField(FieldType[MultiSelectConfig, list[int]]):
    """Text may hold several names, separated by commas, semicolons or lines."""

    key = "multi_select"
    label = "Multiple select"
    description = "Any number of a list of options."
    config_type = MultiSelectConfig
    widget = "multi_select"

    def columns(self, config: MultiSelectConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.CHOICE, many=True)]

    def parse(self, value: object, config: MultiSelectConfig, context: ParseContext) -> list[int] | None:
        items: Sequence[object] = value if isinstance(value, list) else [value]
        if isinstance(value, str):
            items = _split(value, config, "\n;,")
        if len(items) > _MOST:
            raise InvalidValueError(f"There may be at most {_MOST} options.")
        found = (config.find(item) for item in items)
        return list(dict.fromkeys(id_ for id_ in found if id_ is not None))

    def prepare(self, config: MultiSelectConfig, previous: MultiSelectConfig | None) -> MultiSelectConfig:
        return config.completed(previous)

    def choices(self, config: MultiSelectConfig) -> Sequence[Choice]:
        return config.choices

    def with_choices(self, config: MultiSelectConfig, names: Sequence[str]) -> MultiSelectConfig:
        return config.with_names(names)


def _split(text: str, config: MultiSelectConfig, separators: str) -> list[str]:
    """The names in a text; those of options may hold what separates others."""
    if not separators or text.strip() in config.names:
        return [text]
    return [name for part in text.split(separators[0]) for name in _split(part, config, separators[1:])]


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [MultiSelectField()]
