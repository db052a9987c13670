"""The tables of an Airtable base."""

import csv
import io
import json
import zipfile

import pytest

from kernel.errors import InvalidInputError
from plugins.importers.airtable import AirtableImporter
from tests.plugins.importers.boards import airtable

IMPORTER = AirtableImporter()


def test_tables_and_their_types() -> None:
    source = io.BytesIO(airtable())
    assert IMPORTER.recognises(source.getvalue(), "base.zip") == 0.9
    assert IMPORTER.sniff(source, {}).table == "Companies"
    options = IMPORTER.sniff(source, {"table": "Deals"})
    assert IMPORTER.columns(source, options) == [
        "Name",
        "Company",
        "Size",
        "Services",
        "Amount",
        "Stars",
        "Total",
    ]
    assert list(IMPORTER.rows(source, options)) == [
        ["Web, new", "Acme", "Won", "Web\nSEO", "€1200.50", "4", "1"], ["Small", "", "New", "", "", "", ""],
    ]  # fmt: skip
    proposed = {name: found.type for name, found in IMPORTER.proposals(source, options).items()}
    assert proposed == {
        "Name": "text", "Size": "select", "Services": "multi_select", "Amount": "currency", "Stars": "rating",
    }  # fmt: skip


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04", airtable()[:300], zipped(), zipped(schema_json=b"{]", a_csv=b"x\n"),
        zipped(a_csv=b""), zipped(a_csv=b"\xff\xfe"), zipped(a_csv=b'a,"b\n'), zipped(a_csv=b"x," * 3000),
    ],
)  # fmt: skip
def test_what_is_no_base_is_refused(data: bytes) -> None:
    source = io.BytesIO(data)
    with pytest.raises(InvalidInputError):
        IMPORTER.columns(source, IMPORTER.sniff(source, {}))


FIELDS = [
    ("Name", "singleLineText", None),
    ("Companies", "multipleRecordLinks", {"linkedTableId": "t1"}),
    ("Services", "multipleSelects", {"choices": [{"name": "Web, print"}, {"name": "SEO"}]}),
    ("Papers", "multipleAttachments", {"isReversed": False}),
    ("Paid", "checkbox", {"icon": "check", "color": "greenBright"}),
    ("Due", "date", {"dateFormat": {"name": "european", "format": "D/M/YYYY"}}),
    ("Met", "dateTime", {"dateFormat": {"name": "friendly", "format": "LL"}, "timeFormat": {"name": "12hour"}, "timeZone": "Europe/Warsaw"}),
    ("Made", "createdTime", {"result": {"type": "dateTime", "options": {"dateFormat": {"name": "us"}, "timeFormat": {"name": "24hour"}, "timeZone": "utc"}}}),
    ("Seen", "dateTime", {"dateFormat": {"name": "local", "format": "l"}, "timeFormat": {"name": "12hour"}, "timeZone": "client"}),
    ("Total", "rollup", {"isValid": True, "result": {"type": "currency", "options": {"precision": 2, "symbol": "$"}}}),
    ("Emails", "multipleLookupValues", {"result": {"type": "email", "options": {}}}),
    ("People", "multipleCollaborators", {}),
    ("Took", "duration", {"durationFormat": "h:mm"}),
]  # fmt: skip


def test_cells_become_what_every_field_reads() -> None:
    schema = {
        "tables": [{"name": "T", "fields": [{"name": n, "type": t, "options": o} for n, t, o in FIELDS]}]
    }
    row = [
        "A", '"Acme, Inc.",Beta', '"Web, print",SEO', "a.pdf (https://x.example/a),b c.png (https://x.example/b)",
        "checked", "14/3/2026", "March 14, 2026 1:30pm", "3/14/2026 13:30", "3/14/2026 1:30pm", "$1,200.50",
        "a@x.example,b@x.example", "Ewa Nowak,Jan", "1:30",
    ]  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows([[name for name, *_ in FIELDS], row, ["B", '"open', *[""] * 3, "soon"]])
    source = io.BytesIO(zipped(schema_json=json.dumps(schema).encode(), T_csv=text.getvalue().encode()))
    options = IMPORTER.sniff(source, {})
    first, second = IMPORTER.rows(source, options)
    assert first == [
        "A", "Acme, Inc.\nBeta", "Web, print\nSEO", "a.pdf (https://x.example/a)\nb c.png (https://x.example/b)",
        "checked", "2026-03-14", "2026-03-14T13:30:00+01:00", "2026-03-14T13:30:00+00:00", "3/14/2026 1:30pm",
        "$1,200.50", "a@x.example\nb@x.example", "Ewa Nowak\nJan", "1:30",
    ]  # fmt: skip
    assert (second[1], second[5]) == ("open", "soon")  # type: ignore[index]
    proposed = {name: found.type for name, found in IMPORTER.proposals(source, options).items()}
    assert proposed == {
        "Name": "text", "Services": "multi_select", "Papers": "long_text", "Paid": "checkbox", "Due": "date",
        "Met": "date", "Made": "date", "Seen": "date", "Total": "currency", "Took": "duration",
    }  # fmt: skip
