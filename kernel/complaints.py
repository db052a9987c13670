"""What msgspec says of a value that does not fit, as faults that people can act on."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from kernel.errors import Fault

_PLACE: Final = re.compile(r" - at `(key in )?\$(?P<path>.*)`$")
_STEP: Final = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+|\.\.\.)\]")
_TYPE: Final = re.compile(r"`([^`]*)`")
_NAMES: Final = {
    "int": "a whole number", "float": "a number", "str": "text", "bool": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip


def fault_of(complaint: msgspec.ValidationError | str, below: str = "") -> Fault:
    """A complaint as a fault: its place as a JSON pointer under `below`, its types in plain words."""
    text = str(complaint)
    place = _PLACE.search(text)
    if place is None:
        return Fault(below, sentence(text))
    steps = [m["name"] or m["index"] for m in _STEP.finditer(place["path"])]
    pointer = "".join(f"/{escape(step)}" for step in steps if step != "...")
    return Fault(below + pointer, sentence(text[: place.start()]))


def sentence(text: str) -> str:
    """The text of a complaint, without its place, in plain words and with a full stop."""
    plain = _TYPE.sub(lambda found: _plain(found[1]), text)
    return plain if plain.endswith(".") else f"{plain}."


def escape(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _plain(names: str) -> str:
    return " or ".join(_NAMES.get(name, name) for name in names.split(" | "))
