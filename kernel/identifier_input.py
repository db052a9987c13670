"""People and records from outside: identifiers, alone, in objects, and in lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kernel.errors import InvalidValueError
from kernel.text_input import clean_line

MAXIMUM_LINKS = 1000
"""How many people or records one value may hold."""

_LONGEST = 320
_SEPARATORS = re.compile(r"[,;\n]")


def parse_identifier(value: object, members: Sequence[str]) -> str | None:
    """The text of one identifier, or of an object that has it as the first of `members` present."""
    if isinstance(value, dict):
        found = next((value[name] for name in members if value.get(name) is not None), None)
        if not isinstance(found, str):
            raise InvalidValueError(f"This must have a member '{members[0]}' that is text.")
        value = found
    return clean_line(value, _LONGEST)


def parse_identifiers(value: object, members: Sequence[str], multiple: bool) -> str | list[str] | None:
    """One identifier, or with `multiple` the list of them in order, each once.

    A list of one is taken for one, an empty list for None. Text may hold several, separated
    by commas, semicolons or lines. Raises InvalidValueError, also for two where one may stand.
    """
    items: Sequence[object] = value if isinstance(value, list) else [value]
    if isinstance(value, str) and multiple:
        items = _SEPARATORS.split(value)
    if len(items) > MAXIMUM_LINKS:
        raise InvalidValueError(f"There may be at most {MAXIMUM_LINKS}.")
    parsed = (parse_identifier(item, members) for item in items)
    found = list(dict.fromkeys(item for item in parsed if item is not None))
    if multiple:
        return found
    if len(found) > 1:
        raise InvalidValueError("There may be only one.")
    return found[0] if found else None
