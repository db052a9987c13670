"""Text on one line, at will held to a length and a pattern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, Any

import msgspec
import re2

from kernel.plugin_api import (
    Column,
    Fault,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    ParseContext,
    clean_line,
    hookimpl,
)

_QUIET = re2.Options()
_QUIET.log_errors = False


class TextConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """`pattern` is a regular expression (RE2, so that none can hang) that the whole text matches."""

    max_length: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None

    @cached_property
    def compiled(self) -> Any:
        return None if self.pattern is None else re2.compile(self.pattern, _QUIET)


class TextField(FieldType[TextConfig, str]):
    key = "text"
    label = "Text"
    description = "A single line of text."
    config_type = TextConfig
    column = Column.TEXT
    widget = "text"

    def parse(self, value: object, config: TextConfig, context: ParseContext) -> str | None:
        text = clean_line(value, config.max_length)
        if text is not None and config.compiled is not None and not config.compiled.fullmatch(text):
            raise InvalidValueError(f"This does not match the pattern {config.pattern}")
        return text

    def prepare(self, config: TextConfig, previous: TextConfig | None) -> TextConfig:
        try:
            _ = config.compiled
        except re2.error as error:
            detail = f"The pattern is not a regular expression that RE2 reads: {error}."
            raise InvalidInputError(detail, [Fault("/pattern", detail)]) from None
        return config

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return 0.3


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [TextField()]
