"""Text of any number of lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Column, FieldType, ParseContext, clean_lines, hookimpl


class LongTextConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_length: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100_000


class LongTextField(FieldType[LongTextConfig, str]):
    key = "long_text"
    label = "Long text"
    description = "Text with line breaks."
    config_type = LongTextConfig
    column = Column.TEXT
    widget = "long_text"
    widget_options = {"input": "lines"}

    def parse(self, value: object, config: LongTextConfig, context: ParseContext) -> str | None:
        return clean_lines(value, config.max_length)

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return 0.5 if any(len(cell) > 200 or "\n" in cell.strip() for cell in samples) else 0.1


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [LongTextField()]
