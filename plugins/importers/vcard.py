"""vCard: address books of phones, mail programs and other systems (versions 2.1 to 4.0)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import vobject

from kernel.plugin_api import (
    BadRow,
    Cell,
    Component,
    Importer,
    InvalidInputError,
    NoOptions,
    Row,
    components,
    hookimpl,
)

COLUMNS = (
    "Name", "Email", "Other emails", "Phone", "Other phones", "Organization", "Job title",
    "Address", "Website", "Birthday", "Tags", "Notes",
)  # fmt: skip


class VcardImporter(Importer[NoOptions]):
    """One record a card. Further addresses and numbers stand beside the first."""

    key = "vcard"
    label = "vCard file"
    description = "Contacts of an address book."
    extensions = (".vcf", ".vcard")

    def recognises(self, head: bytes, file_name: str) -> float:
        return 1.0 if head.lstrip(b"\xef\xbb\xbf \r\n")[:11].upper() == b"BEGIN:VCARD" else 0.0

    def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
        if next(_cards(source), None) is None:
            raise InvalidInputError("The file holds no contacts: there is no line 'BEGIN:VCARD'.")
        return COLUMNS

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
        return map(_row, _cards(source))

    def first_row(self, options: NoOptions) -> int:
        return 1


def _cards(source: BinaryIO) -> Iterator[Component]:
    return components(source, ["VCARD"], left_out=["PHOTO", "LOGO", "SOUND", "KEY"])


def _row(card: Component) -> Row:
    try:
        text = card.text.decode("utf-8")
    except UnicodeDecodeError:
        text = card.text.decode("cp1252", errors="replace")
    fault = card.fault
    if fault is None:
        try:
            return _cells(vobject.readOne(text, ignoreUnreadable=False))
        except Exception:  # the library raises whatever a damaged card makes it stumble over
            fault = "cannot be read"
    name = re.search(r"^FN[^:\r\n]*:(.*)$", text, re.MULTILINE)
    return BadRow(f"This contact {fault}.", (name[1].strip()[:500] if name else "",))


def _cells(card: Any) -> list[Cell]:
    emails, phones = _values(card, "email"), _values(card, "tel")
    return [
        _name(card), _first(emails), ", ".join(emails[1:]), _first(phones), ", ".join(phones[1:]),
        _organization(card), _first(_values(card, "title")), _address(card), _first(_values(card, "url")),
        _first(_values(card, "bday")), _categories(card), "\n".join(_values(card, "note")),
    ]  # fmt: skip


def _values(card: Any, name: str) -> list[str]:
    """The texts of a property, the preferred one first."""
    lines = sorted(card.contents.get(name, []), key=_preference)
    found = (str(line.value).strip().removeprefix("tel:").removeprefix("mailto:") for line in lines)
    return list(dict.fromkeys(text for text in found if text))


def _preference(line: Any) -> int:
    types = {str(item).lower() for item in line.params.get("TYPE", [])}
    if "pref" in types or any(str(item).lower() == "pref" for item in line.singletonparams):
        return 0
    ranks = [int(item) for item in line.params.get("PREF", []) if str(item).isdecimal()]
    return min(ranks, default=101)


def _first(values: Sequence[str]) -> Cell:
    return values[0] if values else None


def _name(card: Any) -> Cell:
    """The name to show, else that of the parts, the organization, or the address."""
    if shown := _values(card, "fn"):
        return shown[0]
    parts = card.contents.get("n", [])
    if parts and (text := str(parts[0].value).strip()):
        return " ".join(text.split())
    return _organization(card) or _first(_values(card, "email"))


def _organization(card: Any) -> Cell:
    for line in card.contents.get("org", []):
        units = line.value if isinstance(line.value, list) else [line.value]
        if text := ", ".join(str(unit).strip() for unit in units if str(unit).strip()):
            return text
    return None


def _address(card: Any) -> Cell:
    """The first address on one line."""
    for line in sorted(card.contents.get("adr", []), key=_preference):
        place = line.value
        town = f"{_plain(place.code)} {_plain(place.city)}".strip()
        parts = (place.box, place.extended, place.street, town, place.region, place.country)
        if text := ", ".join(filter(None, map(_plain, parts))):
            return text
    return None


def _plain(part: Any) -> str:
    listed = part if isinstance(part, list) else [part]
    return ", ".join(" ".join(str(item).split()) for item in listed if str(item).strip())


def _categories(card: Any) -> Cell:
    listed = [v for line in card.contents.get("categories", []) for v in _list(line.value)]
    return ", ".join(str(value).strip() for value in listed) or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [VcardImporter()]
