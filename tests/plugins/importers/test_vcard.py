"""Address books of several versions and systems."""

import io

import pytest

from kernel.errors import InvalidInputError
from kernel.importers import BadRow, NoOptions, Row
from plugins.importers.vcard import COLUMNS, VcardImporter

IMPORTER = VcardImporter()


def read(text: str) -> list[Row]:
    source = io.BytesIO(text.replace("\n", "\r\n").encode())
    assert tuple(IMPORTER.columns(source, NoOptions())) == COLUMNS
    return list(IMPORTER.rows(source, NoOptions()))


def test_a_card_with_everything() -> None:
    [row] = read(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ewa Nowak\nN:Nowak;Ewa;;;\nEMAIL;TYPE=work:b@x.example\n"
        "EMAIL;TYPE=pref:a@x.example\nTEL:+48 22 555 01 02\nTEL;TYPE=cell:+48 600 000 000\nORG:Acme;Sales\n"
        "TITLE:Buyer\nADR:;;Prosta 1;Łódź;;90-001;Polska\nNOTE:one\\, two\\nthree\nCATEGORIES:a,b\n"
        "item1.URL:https://x.example\nBDAY:1980-05-06\nEND:VCARD\n"
    )
    assert row == [
        "Ewa Nowak", "a@x.example", "b@x.example", "+48 22 555 01 02", "+48 600 000 000", "Acme, Sales", "Buyer",
        "Prosta 1, 90-001 Łódź, Polska", "https://x.example", "1980-05-06", "a, b", "one, two\nthree",
    ]  # fmt: skip


def test_old_cards_broken_cards_and_cards_without_a_name() -> None:
    rows = read(
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=81uk;Jan\nTEL;CELL:123\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:Broken\nBDAY\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nORG:Only Company\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:Cut off"
    )
    assert rows[0][0] == "Jan Łuk"  # type: ignore[index]
    assert rows[1] == BadRow("This contact cannot be read.", ("Broken",))
    assert rows[2][0] == "Only Company"  # type: ignore[index]
    assert isinstance(rows[3], BadRow)


def test_a_file_without_contacts_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="BEGIN:VCARD"):
        read("Name,Phone\nEwa,1\n")
