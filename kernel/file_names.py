"""Names of files from outside, made safe to show and to save on any system."""

from __future__ import annotations

import re
from unicodedata import category, normalize

LONGEST = 200
"""Bytes in UTF-8; file systems take 255."""

_LONGEST_SUFFIX = 20
_UNNAMED = "file"
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?")


def safe_name(name: str) -> str:
    """The last part of a path, without what controls a terminal, hides an extension or names a device.

    Never empty, never a path, never more than LONGEST bytes; the extension is kept.
    """
    last = re.split(r"[/\\]", normalize("NFC", name.encode("utf-8", "replace").decode()))[-1]
    visible = "".join(c for c in last if category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    shown = " ".join(_NOT_IN_NAMES.sub("_", visible).split()).strip(". ")
    if _DEVICE.fullmatch(shown):
        shown = f"_{shown}"
    return _shortened(shown) or _UNNAMED


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    end = f"{dot}{suffix}" if stem and len(suffix.encode()) <= _LONGEST_SUFFIX else ""
    kept = (stem if end else name).encode()[: LONGEST - len(end.encode())]
    return kept.decode(errors="ignore").rstrip(". ") + end
