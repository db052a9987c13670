"""One email address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email

from kernel.plugin_api import (
    Column,
    FieldType,
    InvalidValueError,
    NoConfig,
    ParseContext,
    clean_line,
    hookimpl,
    parses,
    score,
)

_LONGEST = 254
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORDINARY = re.compile(
    rf"[A-Za-z0-9_+'-]+(?:\.[A-Za-z0-9_+'-]+)*@{_LABEL}(?:\.{_LABEL}){{0,4}}\.[a-z]{{2,24}}"
).fullmatch
"""What most addresses look like; these need no closer look, which takes 50 times as long."""


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str:
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidValueError(str(error)) from None
    if "." not in checked.domain:
        raise InvalidValueError("The part after the @ must be a domain, such as example.com.")
    return checked.normalized


class EmailField(FieldType[NoConfig, str]):
    """The domain is stored in lower case. Whether the address exists is not asked."""

    key = "email"
    label = "Email"
    description = "An email address."
    column = Column.TEXT
    widget = "email"
    widget_options = {"input": "email"}

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> str | None:
        text = clean_line(value, _LONGEST)
        if text is None:
            return None
        ordinary = _ORDINARY(text) and text.index("@") <= 64 and "--" not in text
        return text if ordinary else _normalized(text)

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return score(samples, parses(lambda cell: self.parse(cell, NoConfig(), context)), 1.0)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [EmailField()]
