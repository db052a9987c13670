"""Calendars: zones, whole days, tasks, damaged events."""

import io

import pytest

from kernel.errors import InvalidInputError
from kernel.importers import BadRow, NoOptions, Row
from plugins.importers.icalendar import COLUMNS, IcalendarImporter

IMPORTER = IcalendarImporter()


def read(text: str) -> list[Row]:
    source = io.BytesIO(f"BEGIN:VCALENDAR\nVERSION:2.0\n{text}END:VCALENDAR\n".replace("\n", "\r\n").encode())
    assert tuple(IMPORTER.columns(source, NoOptions())) == COLUMNS
    return list(IMPORTER.rows(source, NoOptions()))


def test_an_event_with_everything() -> None:
    [row] = read(
        "BEGIN:VEVENT\nUID:1\nSUMMARY:Meet\\, talk\nDTSTART;TZID=Europe/Warsaw:20260701T100000\nDURATION:PT1H\n"
        "ORGANIZER;CN=Ewa:mailto:ewa@x.example\nATTENDEE:mailto:a@x.example\nATTENDEE;CN=Jan:invalid:nomail\n"
        "CATEGORIES:x,y\nRRULE:FREQ=WEEKLY\nLOCATION:Łódź\nDESCRIPTION:Long\\ntext\nSTATUS:CONFIRMED\n"
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n"
    )
    assert row == [
        "Meet, talk", "2026-07-01T08:00:00+00:00", "2026-07-01T09:00:00+00:00", False, "Łódź", "CONFIRMED",
        "ewa@x.example", "a@x.example, Jan", "x, y", None, "FREQ=WEEKLY", "Long\ntext", "1",
    ]  # fmt: skip


def test_whole_days_tasks_own_zones_and_damage() -> None:
    rows = read(
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\n"
        "BEGIN:VEVENT\nSUMMARY:Days\nDTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260703\nEND:VEVENT\n"
        "BEGIN:VTODO\nSUMMARY:Task\nDUE;TZID=Ours:20260701T100000\nEND:VTODO\n"
        "BEGIN:VEVENT\nSUMMARY:Bad\nDTSTART:soon\nEND:VEVENT\n"
    )
    assert [row[:4] for row in rows[:2]] == [  # type: ignore[index]
        ["Days", "2026-07-01", "2026-07-02", True],
        ["Task", None, "2026-07-01T08:00:00+00:00", False],
    ]
    assert rows[2] == BadRow("This event cannot be read.", ("Bad",))


def test_only_the_zones_that_an_event_names_are_read_with_it() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Z{n}\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0{n}00\n"
        "TZOFFSETTO:+0{n}00\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    broken = "BEGIN:VTIMEZONE\nTZID:Z9\nBEGIN:STANDARD\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    event = "BEGIN:VEVENT\nSUMMARY:x\nDTSTART;TZID={name}:20260701T100000\nEND:VEVENT\n"
    rows = read(
        "".join(zone.format(n=n) for n in range(1, 9)) + broken + event.format(name="Z3") + event.format(name='"Z5"')
        + event.format(name="Z9") + "BEGIN:VEVENT\nSUMMARY:Cut off\n"
    )  # fmt: skip
    assert [row[1] for row in rows[:2]] == ["2026-07-01T07:00:00+00:00", "2026-07-01T05:00:00+00:00"]  # type: ignore[index]
    assert [row.cells for row in rows[2:] if isinstance(row, BadRow)] == [("x",), ("Cut off",)]


def test_a_file_without_events_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no events"):
        read("")
