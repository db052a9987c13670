"""What a file is, told by its first bytes: neither by its name nor by what its sender says.

The table is closed: what it does not know is `application/octet-stream`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HEAD = 4096
"""Bytes from the beginning of a file that are looked at."""

UNKNOWN = "application/octet-stream"

SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf", "text/plain"}
)
"""What a browser may show in place, because it runs nothing."""

ACTIVE = frozenset({"text/html", "image/svg+xml", "application/xml"})
"""What may run in the browser that opens it."""

_SIGNATURES: Sequence[tuple[int, bytes, str]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
)
_RIFF = ("image/webp", "audio/wav", "video/x-msvideo")
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z-]{1,30})")
_SHORT = ("image/bmp", "application/vnd.microsoft.portable-executable")
_MARKUP: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"<svg\b"), "image/svg+xml"),
    (re.compile(r"<!doctype\s+html|<(?:html|head|body|script|iframe)\b|^\s*<(?!\?xml)[!a-z]"), "text/html"),
    (re.compile(r"^\s*<\?xml\b"), "application/xml"),
)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniffed(head: bytes) -> str:
    """The type of a file that begins with these bytes, at most HEAD of them."""
    for place, signature, type_ in _SIGNATURES:
        if head.startswith(signature, place) and _plausible(type_, head):
            return type_
    if head.startswith(b"PK\x03\x04"):
        return _archive(head)
    return _text(head)


def _plausible(type_: str, head: bytes) -> bool:
    """Whether more than a few letters, with which a text may begin too, speaks for a type."""
    return head.startswith(b"RIFF") if type_ in _RIFF else type_ not in _SHORT or b"\0" in head


def served_as(type_: str, inline: bool) -> str:
    """The type under which a file leaves: nothing active under its own, whatever it is asked for."""
    if inline and type_ in SHOWN:
        return f"{type_}; charset=utf-8" if type_ == "text/plain" else type_
    return UNKNOWN if type_ in ACTIVE else type_


def fits(type_: str, allowed: Sequence[str]) -> bool:
    """Whether a type is one of those allowed, such as `application/pdf` or `image/*`; none allow all."""
    family = f"{type_.partition('/')[0]}/*"
    return not allowed or type_ in allowed or family in allowed


def _archive(head: bytes) -> str:
    found = _OPEN_DOCUMENT.search(head)
    if found is not None:
        return found[1].decode()
    return next((type_ for mark, type_ in _OFFICE if mark in head), "application/zip")


def _text(head: bytes) -> str:
    """Text of any kind; markup is named as such, wherever in the beginning it stands."""
    try:
        text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 4:
            return UNKNOWN
        text = head[: error.start].decode("utf-8-sig", "replace")
    if not text or _BINARY.search(text):
        return UNKNOWN
    lowered = text.lower()
    return next((type_ for pattern, type_ in _MARKUP if pattern.search(lowered)), "text/plain")
