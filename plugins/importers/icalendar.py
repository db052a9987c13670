"""iCalendar: the events and tasks of a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

import icalendar

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

MOST_ZONES = 1000
"""Time zones of a calendar; there are some 400 in the world."""

COLUMNS = (
    "Title", "Start date", "Due date", "All day", "Location", "Status", "Organizer", "Attendees",
    "Tags", "URL", "Repeats", "Description", "UID",
)  # fmt: skip

_ZONE = re.compile(rb"TZID[=:]\"?([^\":;\r\n]+)").findall


class IcalendarImporter(Importer[NoOptions]):
    """One record an event or task; its end is the due date. Rules of repetition are kept as text."""

    key = "icalendar"
    label = "iCalendar file"
    description = "Events and tasks of a calendar."
    extensions = (".ics", ".ical")

    def recognises(self, head: bytes, file_name: str) -> float:
        return 1.0 if head.lstrip(b"\xef\xbb\xbf \r\n")[:15].upper() == b"BEGIN:VCALENDAR" else 0.0

    def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
        if next(_events(source), None) is None:
            raise InvalidInputError("The file holds no events and no tasks.")
        return COLUMNS

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
        return (_row(event, zones) for event, zones in _events(source))

    def first_row(self, options: NoOptions) -> int:
        return 1


def _events(source: BinaryIO) -> Iterator[tuple[Component, bytes]]:
    """Each event or task, with those time zones that it names of the ones that stand before it."""
    zones: dict[bytes, bytes] = {}
    for part in components(source, ["VEVENT", "VTODO", "VTIMEZONE"], left_out=["ATTACH", "IMAGE"]):
        names = dict.fromkeys(_ZONE(part.text))
        if part.kind != "VTIMEZONE":
            yield part, b"".join(zones[name] for name in names if name in zones)
        elif part.fault is None and len(zones) < MOST_ZONES:
            zones.update(dict.fromkeys(names, part.text))


def _row(event: Component, zones: bytes) -> Row:
    fault = event.fault
    if fault is None:
        wrapped = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\n" + zones + event.text
        try:
            calendar = icalendar.Calendar.from_ical(wrapped + b"END:VCALENDAR\r\n")
            [found] = [part for part in calendar.subcomponents if part.name in ("VEVENT", "VTODO")]
            return _cells(found)
        except Exception:  # the library raises whatever a damaged event makes it stumble over
            fault = "cannot be read"
    shown = re.search(rb"^SUMMARY[^:\r\n]*:(.*)$", event.text, re.MULTILINE)
    title = shown[1].decode("utf-8", errors="replace").strip()[:500] if shown else ""
    return BadRow(f"This event {fault}.", (title,))


def _cells(event: Any) -> list[Cell]:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND") or _moment(event, "DUE")
    if end is None and start is not None and "DURATION" in event:
        end = start + event["DURATION"].dt
    all_day = start is not None and not isinstance(start, datetime)
    if all_day and end is not None and event.name == "VEVENT" and end > start:
        end -= timedelta(days=1)  # the end of an event of whole days is the first day after it
    return [
        _text(event, "SUMMARY") or "Untitled event", _iso(start), _iso(end), all_day,
        _text(event, "LOCATION"), _text(event, "STATUS"), _person(event.get("ORGANIZER")),
        ", ".join(filter(None, map(_person, _list(event.get("ATTENDEE"))))) or None,
        _categories(event), _text(event, "URL"), _rule(event),
        _text(event, "DESCRIPTION"), _text(event, "UID"),
    ]  # fmt: skip


def _moment(event: Any, name: str) -> Any:
    found = event.get(name)
    return None if found is None else found.dt


def _iso(moment: date | datetime | None) -> Cell:
    """Times in UTC; a time without a zone stays one, in that of the project."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    return None if moment is None else moment.isoformat()


def _text(event: Any, name: str) -> Cell:
    return str(event.get(name, "")).strip() or None


def _person(address: Any) -> str:
    """An address of mail without its scheme, or the name when there is none."""
    text = "" if address is None else str(address)
    plain = text[7:] if text.lower().startswith("mailto:") else text
    return plain if "@" in plain else str(getattr(address, "params", {}).get("CN", plain))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _categories(event: Any) -> Cell:
    names = [str(name) for found in _list(event.get("CATEGORIES")) for name in getattr(found, "cats", [])]
    return ", ".join(names) or None


def _rule(event: Any) -> Cell:
    rule = event.get("RRULE")
    return None if rule is None else _list(rule)[0].to_ical().decode()


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [IcalendarImporter()]
