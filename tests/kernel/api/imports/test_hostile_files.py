"""Files that are made to hurt, or merely odd: a problem in words, or every row told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import xlsxwriter

from tests.kernel.api.imports.importing import decide, records, run
from tests.kernel.api.imports.test_formats import empty_project

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def ods(rows: str, head: str = "") -> bytes:
    file = io.BytesIO()
    content = (
        f'<?xml version="1.0"?>{head}<office:document-content {NAMESPACES}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return file.getvalue()


def ods_row(text: str, times: int = 1, columns: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{times}"><table:table-cell '
        f'table:number-columns-repeated="{columns}" office:value-type="string"><text:p>{text}</text:p>'
        "</table:table-cell></table:table-row>"
    )


def xlsx(fill: Callable[[Any], None]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book.add_worksheet())
    return file.getvalue()


def numbers(sheet: Any) -> None:
    sheet.write_row(0, 0, ["Title", "Sum", "Note"])
    sheet.write_row(1, 0, [0, "=1-1", None])
    sheet.write_row(2, 0, ["A", 0, 90210])


def table(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Deals.csv", text)
    return file.getvalue()


def deep(objects: int) -> bytes:
    return b'{"title":"y","a":' + b'{"a":' * objects + b"1" + b"}" * objects + b"}\n"


REFUSED = (
    ("laughs.ods", ods(ods_row("Name") + ods_row("&i;"), f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>')),
    ("wide.ods", ods(ods_row("x", 1_000_000, 16_000))),
    ("line.zip", table(b"x" * 5_000_000)),
    ("record.zip", table(b'"a\n",' * 1_000_000)),
    ("wide.csv", b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n"),
    ("blank.csv", b"\n \n"),
    ("deep.json", b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]"),
    ("board.json", b'{"boardStars":[],"idBoard":1,"idList":1,"lists":[],"cards":[' + b"{}," * 1_000_001 + b"{}]}"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    ("packed.csv", b"\x1f\x8b" + bytes(100)),
)  # fmt: skip

TAKEN: tuple[tuple[str, bytes, list[str], list[str]], ...] = (
    ("zero.xlsx", xlsx(numbers), ["0", "A"], []),
    ("header.csv", b"Title,b", [], []),
    ("cr.csv", b"Title,b\r1,2\r3,4\r", ["1", "3"], []),
    ("nul.csv", b"Title,b\n1\0,2\n3,4\n", ["3"], ["NUL"]),
    ("unseen.csv", "\u200b,Note\n\u200b,x\na\u202eb,y\n".encode(), ["a\u202eb"], ["must not be blank"]),
    ("named.xlsx", b"Title,b\n1,2\n", ["1"], []),
    ("quote.zip", table(b'Title,b\n1,"x" y\n2,3\n'), ["2"], ["no CSV"]),
    ("nul.json", b'[{"title":"a\\u0000b"},{"title":"ok"},{"title":0},5]', ["0", "ok"], ["control", "no object|not an object"]),
    ("deep.jsonl", b"".join(deep(n) for n in range(900, 1000)) + b'{"title":"x"}\n', ["x"], ["longer|deep|no JSON|not JSON"] * 100),
    ("half.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\n" * 3, [], ["cut off"] * 3),
)  # fmt: skip


async def test_files_that_would_hurt_are_refused_in_words(client: httpx.AsyncClient) -> None:
    project = await empty_project(client)
    for name, content in REFUSED:
        answer = await client.post(f"{project}/imports", files={"file": (name, content)})
        assert answer.status_code == 422, (name, answer.status_code, answer.text[:500])
        assert answer.json()["detail"].endswith((".", "?")), (name, answer.text)


async def test_odd_files_come_in_and_every_row_is_told(client: httpx.AsyncClient) -> None:
    for name, content, titles, reasons in TAKEN:
        project = await empty_project(client)
        field = {"name": "Note", "type": "text"}
        await client.post(f"{project}/fields", json=field)
        answer = await client.post(f"{project}/imports", files={"file": (name, content)})
        assert answer.status_code == 201, (name, answer.text)
        preview = answer.json()
        first, *more = (column["name"] for column in preview["columns"])
        mapping = {first: {"field": "title"}, **({more[-1]: {"field": "note"}} if more else {})}
        await decide(client, project, preview["id"], mapping=mapping)
        done = await run(client, project, preview["id"])
        assert done["status"] == "done", (name, done)
        assert done["created"] + done["failed"] + done["skipped"] == done["progress"]["total"], name
        assert sorted(r["title"] for r in await records(client, project)) == titles, (name, done)
        assert len(done["errors"]) == len(reasons), (name, done["errors"])
        for error, reason in zip(done["errors"], reasons, strict=True):
            assert any(part in error["reason"] for part in reason.split("|")), (name, error)
