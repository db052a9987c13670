"""Yes or no, or not said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.plugin_api import (
    Column,
    FieldType,
    InvalidValueError,
    NoConfig,
    ParseContext,
    hookimpl,
    score,
)

_WORDS = {
    True: ("true", "yes", "y", "t", "on", "x", "✓", "✔", "☑", "checked", "tak", "ja", "oui", "si", "sí"),
    False: ("false", "no", "n", "f", "off", "☐", "unchecked", "nie", "nein", "non"),
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}
_DIGITS = {"1": True, "0": False}


class CheckboxField(FieldType[NoConfig, bool]):
    key = "checkbox"
    label = "Checkbox"
    description = "Yes or no."
    column = Column.BOOLEAN
    widget = "checkbox"

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> bool | None:
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            word = value.strip().casefold()
            meaning = _MEANING.get(word, _DIGITS.get(word))
            if meaning is not None or not word:
                return meaning
        elif isinstance(value, (int, float)) and value in (0, 1):
            return value == 1
        raise InvalidValueError("This must be true or false.")

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return score(samples, lambda cell: cell.strip().casefold() in _MEANING, 0.85)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CheckboxField()]
