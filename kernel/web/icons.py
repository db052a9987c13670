"""The icons of the pages as one SVG sprite, made of the installed `lucide` package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree

from lucide import IconDoesNotExist
from lucide.jinja import lucide

_NAMED: Final = re.compile(r"""\bicon(?:\(|:\s*|\s*=\s*)["']([a-z0-9-]+)["']""")


def named_icons(modules: Iterable[str]) -> list[str]:
    """The icons that the text of modules names, as `icon("plus")` or `icon: "plus"`."""
    return sorted({name for text in modules for name in _NAMED.findall(text)})


def sprite(names: Iterable[str]) -> bytes:
    """An SVG with a symbol per icon, by its name. One that does not exist draws nothing."""
    symbols = "".join(_symbol(name) for name in names if exists(name))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'.encode()


def exists(name: str) -> bool:
    """Whether there is an icon of this name."""
    try:
        lucide(name)
    except IconDoesNotExist:
        return False
    return True


def _symbol(name: str) -> str:
    drawn = ElementTree.fromstring(lucide(name))
    shapes = "".join(ElementTree.tostring(shape, encoding="unicode") for shape in drawn)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'
