"""Texts with `{field}` in them: where the places are, and what is put there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_PLACE: Final = re.compile(r"\{\s*(\w[\w .-]{0,199}?)\s*\}")
PAYLOAD: Final = "payload"
"""The first step of a place that stands for a member of an incoming webhook's body."""


def places(template: str) -> list[str]:
    """The names in a template, each once."""
    return list(dict.fromkeys(found[1] for found in _PLACE.finditer(template)))


def only_place(template: str) -> str | None:
    """The name, where a template is one place and nothing else."""
    found = _PLACE.fullmatch(template.strip())
    return None if found is None else found[1]


def filled(template: str, value: Callable[[str], str]) -> str:
    """The template with texts in its places."""
    return _PLACE.sub(lambda found: value(found[1]), template)


def of_payload(name: str) -> bool:
    """Whether a place reads the body of an incoming webhook."""
    return name == PAYLOAD or name.startswith(f"{PAYLOAD}.")


def payload_value(payload: Any, name: str) -> Any:
    """The member of a body that a place names: `payload.order.number`; None where there is none."""
    for step in name.split(".")[1:]:
        if isinstance(payload, Mapping):
            payload = payload.get(step)
        elif isinstance(payload, list) and step.isdecimal() and int(step) < len(payload):
            payload = payload[int(step)]
        else:
            return None
    return payload


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from texts_in(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
