"""The tables of an Airtable base."""

import io
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
        ["Web, new", "Acme", "Won", "Web,SEO", "€1200.50", "4", "1"], ["Small", "", "New", "", "", "", ""],
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
