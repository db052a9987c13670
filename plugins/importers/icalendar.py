"""iCalendar: the events and tasks of a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

import icalendar

from kernel.plugin_api import BadRow, Cell, Importer, InvalidInputError, NoOptions, Row, hookimpl

LONGEST_EVENT = 8 * 1024 * 1024

COLUMNS = (
    "Title", "Start date", "Due date", "All day", "Location", "Status", "Organizer", "Attendees",
    "Tags", "URL", "Repeats", "Description", "UID",
)  # fmt: skip

_KINDS = (b"VEVENT", b"VTODO")


class IcalendarImporter(Importer[NoOptions]):
    """One record an event or task; its end is the due date. Rules of repetition are kept as text."""

    key = "icalendar"
    label = "iCalendar file"
    description = "Events and tasks of a calendar."
    extensions = (".ics", ".ical")

    def recognises(self, head: bytes, file_name: str) -> float:
        return 1.0 if head.lstrip(b"\xef\xbb\xbf \r\n")[:15].upper() == b"BEGIN:VCALENDAR" else 0.0

    def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
        if next(_parts(source), None) is None:
            raise InvalidInputError("The file holds no events and no tasks.")
        return COLUMNS

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
        return (_row(text, zones) for text, zones in _parts(source))

    def first_row(self, options: NoOptions) -> int:
        return 1


def _parts(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Each event or task, with the time zones that the file has defined before it."""
    source.seek(0)
    zones: list[bytes] = []
    lines: list[bytes] = []
    kind, size = b"", 0
    while line := source.readline(LONGEST_EVENT):
        mark = line.strip().upper()
        if not kind and mark.startswith(b"BEGIN:") and mark[6:] in (*_KINDS, b"VTIMEZONE"):
            kind, lines, size = mark[6:], [], 0
        if not kind:
            continue
        lines.append(line)
        size += len(line)
        if size > LONGEST_EVENT:
            raise InvalidInputError("An event is too large, or its end is missing.")
        if mark == b"END:" + kind:
            if kind == b"VTIMEZONE":
                zones += lines
            else:
                yield b"".join(lines), b"".join(zones)
            kind = b""
    if kind in _KINDS:
        yield b"".join(lines), b"".join(zones)


def _row(text: bytes, zones: bytes) -> Row:
    wrapped = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\n" + zones + text + b"END:VCALENDAR\r\n"
    try:
        calendar = icalendar.Calendar.from_ical(wrapped)
        [event] = [part for part in calendar.subcomponents if part.name in ("VEVENT", "VTODO")]
        return _cells(event)
    except Exception:  # the library raises whatever a damaged event makes it stumble over
        shown = re.search(rb"^SUMMARY[^:\r\n]*:(.*)$", text, re.MULTILINE)
        title = shown[1].decode("utf-8", errors="replace").strip() if shown else ""
        return BadRow("This event cannot be read.", (title,))


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
