"""One option of a managed list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.plugin_api import Choice, Column, FieldType, OptionsConfig, ParseContext, fold_name, hookimpl

_FEW = 50
_SHORT = 60


class SelectConfig(OptionsConfig, frozen=True, forbid_unknown_fields=True, dict=True):
    pass


class SelectField(FieldType[SelectConfig, int]):
    key = "select"
    label = "Select"
    description = "One of a list of options."
    config_type = SelectConfig
    column = Column.CHOICE
    widget = "select"

    def parse(self, value: object, config: SelectConfig, context: ParseContext) -> int | None:
        return config.find(value)

    def prepare(self, config: SelectConfig, previous: SelectConfig | None) -> SelectConfig:
        return config.completed(previous)

    def choices(self, config: SelectConfig) -> Sequence[Choice]:
        return config.choices

    def with_choices(self, config: SelectConfig, names: Sequence[str]) -> SelectConfig:
        return config.with_names(names)

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        """Few short texts that come again and again."""
        cells = [cell.strip() for cell in samples if cell.strip()]
        distinct = {fold_name(cell) for cell in cells}
        repeated = len(cells) >= 6 and len(distinct) <= min(_FEW, len(cells) // 3)
        return 0.6 if repeated and all(len(c) <= _SHORT and "\n" not in c for c in distinct) else 0.0

    def suggest(self, samples: Sequence[str], context: ParseContext) -> SelectConfig:
        return self.with_choices(SelectConfig(), [cell.strip() for cell in samples if cell.strip()])


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [SelectField()]
