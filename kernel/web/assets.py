"""The static files of the pages, read once and served under a digest of them all.

Modules import each other by relative paths, so all of them stand below `/static/<digest>/`: a new
release has new addresses, and what a browser has it may keep for ever.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from posixpath import dirname, join, normpath
from typing import Final

from kernel.web.icons import named_icons, sprite

ENTRY: Final = "app.js"
SPRITE: Final = "icons.svg"
_MEDIA_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_IMPORT: Final = re.compile(r"""^(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, the same compressed, and its media type."""

    content: bytes
    compressed: bytes
    media_type: str


@dataclass(frozen=True)
class Assets:
    """All files by path. `modules` are those that the entry imports, however far; `styles` the sheets."""

    digest: str
    files: Mapping[str, Asset]
    modules: tuple[str, ...]
    styles: tuple[str, ...]


@lru_cache(maxsize=1)
def assets() -> Assets:
    """The files that come with the package."""
    found = dict(_walk(files("kernel.web") / "static", ""))
    texts = {path: content.decode() for path, content in found.items() if path.endswith(".js")}
    found[SPRITE] = sprite(named_icons(texts.values()))
    digest = blake2b(digest_size=8)
    for path in sorted(found):
        digest.update(path.encode() + b"\0" + found[path])
    return Assets(
        digest.hexdigest(),
        {path: _asset(path, content) for path, content in found.items()},
        tuple(imported(texts, ENTRY)),
        tuple(sorted(path for path in found if path.endswith(".css"))),
    )


def imported(texts: Mapping[str, str], entry: str) -> list[str]:
    """The modules that `entry` imports statically, the nearest first, itself at the head."""
    found = [entry]
    for path in found:
        steps = (normpath(join(dirname(path), name)) for name in _IMPORT.findall(texts[path]))
        found.extend(dict.fromkeys(step for step in steps if step not in found))
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.rpartition(".")[2] in _MEDIA_TYPES:
            yield prefix + entry.name, entry.read_bytes()


def _asset(path: str, content: bytes) -> Asset:
    media_type = _MEDIA_TYPES[path.rpartition(".")[2]]
    return Asset(content, gzip.compress(content, 9, mtime=0), media_type)
