"""Files on their way in and out: streams, ranges, types, names, what is refused and what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from kernel.runtime import Kernel
from kernel.services.files.wiring import place_of
from kernel.services.process_owner import owner_name
from kernel.settings import Settings
from kernel.storage.database import Statement
from kernel.storage.file_store import PIECE, FileStore
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.files.uploading import PNG, status, upload

Stored = Callable[[], list[str]]


async def rows(kernel: Kernel) -> list[tuple[Any, ...]]:
    return (await kernel.database.read(Statement("SELECT id, state FROM smalt_file ORDER BY id")))[0]


async def test_a_file_of_several_pieces_comes_back_as_it_was(
    client: httpx.AsyncClient, stored: Stored
) -> None:
    content = bytes(range(251)) * ((PIECE * 2) // 251) + b"the end"
    made = await upload(client, content, "Umowa końcowa.bin")
    assert made == {
        "id": made["id"], "name": "Umowa końcowa.bin", "size": len(content),
        "content_type": "application/octet-stream", "created_at": made["created_at"],
        "created_by": user_id(client), "url": f"/api/v1/files/{made['id']}/content",
    }  # fmt: skip
    assert (await client.get(f"/files/{made['id']}")).json() == made
    assert stored() == [f"{made['id']}/0000{n}" for n in range(len(stored()))]
    whole = await client.get(f"http://smalt.test{made['url']}")
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Umowa%20ko%C5%84cowa.bin" in whole.headers["content-disposition"]
    end = len(content)
    for asked, first, last in (
        ("bytes=0-0", 0, 1), ("bytes=10-99", 10, 100), (f"bytes={PIECE - 3}-{PIECE + 2}", PIECE - 3, PIECE + 3),
        ("bytes=-7", end - 7, end), (f"bytes={PIECE}-", PIECE, end), (f"bytes=5-{end * 9}", 5, end),
    ):  # fmt: skip
        part = await client.get(f"/files/{made['id']}/content", headers={"range": asked})
        assert (part.status_code, part.content) == (206, content[first:last]), asked
        assert part.headers["content-range"] == f"bytes {first}-{last - 1}/{end}"
    for asked in (f"bytes={end}-", "bytes=9-3", "bytes=-0"):
        refused = await client.get(f"/files/{made['id']}/content", headers={"range": asked})
        assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{end}")
    etag = whole.headers["etag"]
    assert await status(client, made, **{"if-none-match": f'"x", W/{etag}'}) == 304
    assert await status(client, made, **{"if-none-match": '"x"', "range": "nonsense"}) == 200
    assert await status(client, made, **{"range": "bytes=0-1", "if-range": '"old"'}) == 200
    assert await status(client, made, **{"range": "bytes=0-1", "if-range": etag}) == 206


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OCTETS = "application/octet-stream"


EXE = "application/vnd.microsoft.portable-executable"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN = "text/plain; charset=utf-8"
TYPES = [
    (PNG, "image/png", "image/png", "image/png"),
    (b"%PDF-1.7\n<script>", "application/pdf", "application/pdf", "application/pdf"),
    ("Zażółć <b>".encode(), "text/plain", "text/plain", PLAIN),
    (b"BMW is a car", "text/plain", "text/plain", PLAIN),
    (b"<!DOCTYPE html><script>alert(1)</script>", "text/html", OCTETS, OCTETS),
    (b"  hello <SCRIPT src=x>", "text/html", OCTETS, OCTETS),
    (SVG, "image/svg+xml", OCTETS, OCTETS),
    (b'<?xml version="1.0"?><a/>', "application/xml", OCTETS, OCTETS),
    (b"\xff\xfe" + "<html>".encode("utf-16-le"), "text/html", OCTETS, OCTETS),
    (b"MZ\x90\0" + b"x" * 99, EXE, EXE, EXE),
    (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", WORD, WORD, WORD),
    (b"\xff" * 10, OCTETS, OCTETS, OCTETS),
    (b"", OCTETS, OCTETS, OCTETS),
]
"""Content, what it is, as what it leaves to be saved and to be shown."""


@pytest.mark.parametrize("combination", ["sqlite disk"])
async def test_a_type_is_what_the_content_says_and_nothing_active_leaves(client: httpx.AsyncClient) -> None:
    for content, sniffed, served, shown in TYPES:
        made = await upload(client, content, "page.html")
        assert made["content_type"] == sniffed
        saved = await client.get(f"/files/{made['id']}/content")
        inline = await client.get(f"/files/{made['id']}/content", params={"inline": "true"})
        assert saved.content == inline.content == content
        assert (saved.headers["content-type"], inline.headers["content-type"]) == (served, shown)
        assert saved.headers["content-disposition"].startswith("attachment;")
        safe = sniffed in ("image/png", "application/pdf", "text/plain")
        assert inline.headers["content-disposition"].startswith("inline;" if safe else "attachment;")
        for answer in (saved, inline):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("combination", ["sqlite disk"])
async def test_names_are_made_safe(client: httpx.AsyncClient, tmp_path: Path) -> None:
    for given, kept in (
        ("../../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("..", "file"), ("", "file"),
        ("CON.txt", "_CON.txt"), ("lpt1", "_lpt1"), ("a\u202egpj.exe", "agpj.exe"), ('a<b>:"c|?*.txt', "a_b___c___.txt"),
        (".htaccess", "htaccess"), ("trailing. . ", "trailing"), ("ż" * 300 + ".pdf", "ż" * 98 + ".pdf"),
    ):  # fmt: skip
        body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nhi\r\n--x--\r\n'
        escaped = given.replace("\\", "\\\\").replace('"', '\\"').encode()
        answer = await client.post(
            "/files", content=body % escaped, headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert (answer.status_code, answer.json()["name"]) == (201, kept), (given, answer.text)
        shown = await client.get(f"/files/{answer.json()['id']}/content")
        assert shown.headers["content-disposition"].isprintable()
    assert {path.name for path in below(tmp_path)} <= {"smalt.db", "smalt.db-wal", "smalt.db-shm", "00000"}


def below(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


async def test_what_is_cut_or_refused_leaves_nothing(
    client: httpx.AsyncClient, kernel: Kernel, app: Litestar, stored: Stored
) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    form = {"content-type": "multipart/form-data; boundary=x"}
    big = b"x" * (PIECE + 5)
    cut = await client.post("/files", content=head + big, headers=form)
    assert (cut.status_code, cut.headers["content-type"]) == (422, "application/problem+json")
    over = await client.post("/files", files={"file": ("a", b"x" * 12_000_001)})
    assert (over.status_code, over.json()["detail"]) == (413, "A file may have 12,000,000 bytes.")
    assert (await client.post("/files", files={"file": b"a", "other": b"b"})).status_code == 422
    assert (await client.post("/files", files=[("file", b"a"), ("file", b"b")])).status_code == 422
    assert (await client.post("/files", json={})).status_code == 415
    assert await disconnected(app, client, head + big) == 422
    assert await disconnected(app, client, head + big, ("idempotency-key", "once")) == 422
    assert (await rows(kernel), stored()) == ([], [])
    # the key of a cut request stands for nothing; that of a whole one for its file
    whole = {"content": head + b"whole\r\n--x--\r\n", "headers": form | {"idempotency-key": "once"}}
    first, again = await client.post("/files", **whole), await client.post("/files", **whole)
    assert (first.status_code, first.json()) == (201, again.json())
    assert [id_ for id_, _ in await rows(kernel)] == [int(first.json()["id"])]


async def disconnected(app: Litestar, client: httpx.AsyncClient, body: bytes, *more: tuple[str, str]) -> int:
    """Post a body whose sender goes away; the status of the answer that nobody reads."""
    headers = {
        "content-type": "multipart/form-data; boundary=x",
        "authorization": client.headers["authorization"],
    }
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/v1/files", "raw_path": b"/api/v1/files", "root_path": "", "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in [*headers.items(), *more]], "client": ("test", 1), "server": ("test", 80),
    }  # fmt: skip
    messages = iter([{"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])


async def test_uploads_that_nothing_holds_are_their_uploaders_until_they_go(
    client: httpx.AsyncClient, new_client: NewClient, kernel: Kernel, stored: Stored, settings: Settings
) -> None:
    ewa, jan = await new_client("ewa"), await new_client("jan")
    kept, taken_back = await upload(ewa), await upload(ewa)
    for other in (jan, client):  # not even an administrator's
        for path in (f"/files/{kept['id']}", f"/files/{kept['id']}/content"):
            assert (await other.get(path)).status_code == 404
        assert (await other.delete(f"/files/{kept['id']}")).status_code == 404
    assert (await ewa.delete(f"/files/{taken_back['id']}")).status_code == 204
    assert await status(ewa, taken_back) == 404
    assert stored() == [f"{kept['id']}/00000"]
    await kernel.files.removal.sweep()
    assert await status(ewa, kept) == 200
    kernel.clock.offset = timedelta(hours=25)
    await kernel.files.removal.sweep()
    assert (await rows(kernel), stored()) == ([], [])


async def test_what_killed_processes_left_is_swept(
    client: httpx.AsyncClient, kernel: Kernel, stored: Stored, settings: Settings
) -> None:
    place, _, started, rest = owner_name().split(":")
    dead, alive = f"{place}:{2**22 + 1}:{started}:{rest}", owner_name()
    store = FileStore(place_of(settings))
    async with kernel.database.transaction() as tx:
        for id_, state, owner in ((11, "uploading", dead), (12, "uploading", alive), (13, "removing", alive)):
            await kernel.rows.insert(tx, "smalt_file", {
                "id": id_, "name": "", "size": 0, "content_type": "", "state": state, "owner": owner,
                "created_at": 0, "created_by": None, "expires_at": 2**52,
            })  # fmt: skip

    async def content() -> Any:
        yield b"x" * 10

    for id_ in (11, 12, 13):
        await store.write(id_, content())
    if not settings.files_url:
        (settings.data_dir / "files" / "11" / "00001#7").write_text("half a piece")
    await kernel.files.removal.sweep()
    assert (await rows(kernel), stored()) == ([(12, "uploading")], ["12/00000"])
