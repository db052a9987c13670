"""Uploaded files: what is refused, listed, cancelled, swept."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from kernel.runtime import Kernel
from kernel.services.imports.uploads import Uploads
from tests.kernel.api.imports.importing import imported, run, upload


async def test_bad_uploads_are_refused(client: httpx.AsyncClient, deals: str) -> None:
    path = f"{deals}/imports"
    for answer, status in (
        (await client.post(path), 415),
        (await client.post(path, json={}), 415),
        (await client.post(path, data={"importer": "csv"}, files={"x": b""}), 422),
        (await client.post(path, files={"file": ("a.csv", b"")}), 422),
        (await client.post(path, files={"file": ("a.csv", b"a,b")}, data={"importer": "nope"}), 422),
        (await client.post(path, files={"file": ("a.xlsx", b"PK\x03\x04" + bytes(500))}), 422),
        (await client.post(path, files=[("file", ("a", b"a")), ("file", ("b", b"b"))]), 422),
        (
            await client.post(
                path, content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}
            ),
            422,
        ),
        (await client.post(path, content=b"x", headers={"content-type": "multipart/form-data"}), 415),
        (await client.post("/projects/1/imports", files={"file": ("a.csv", b"a")}), 404),
        (await client.get(f"{path}/12"), 404),
        (await client.post(f"{path}/12/start"), 404),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await client.get(path)).json()["items"] == []


async def test_a_file_for_which_there_is_no_room(
    client: httpx.AsyncClient, deals: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    monkeypatch.setattr(Uploads, "path", lambda *_: full)
    answer = await client.post(f"{deals}/imports", files={"file": ("a.csv", b"name\nx\n")})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable"), answer.text
    assert "No space left" in answer.json()["detail"]
    assert not full.is_symlink()
    assert (await client.get(f"{deals}/imports")).json()["items"] == []


async def test_a_file_that_breaks_off_fails_with_a_reason(client: httpx.AsyncClient, deals: str) -> None:
    data = b"name\n" + b"row\n" * 3000 + b'"' + b"x" * 5_000_000
    answer = await client.post(f"{deals}/imports", files={"file": ("a.csv", data)})
    assert answer.status_code == 422
    assert "longer" in answer.json()["detail"]


async def test_started_imports_cannot_be_changed_and_are_listed(
    client: httpx.AsyncClient, deals: str
) -> None:
    first = await upload(client, deals, "a\n1\n")
    answer = await client.post(f"{deals}/imports/{first['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    done = await imported(client, deals, "a\n1\n", mapping={"a": {"field": "title"}})
    assert (await client.post(f"{deals}/imports/{first['id']}/cancel")).status_code == 409
    for path in ("start", "validate", "cancel"):
        assert (await client.post(f"{deals}/imports/{done['id']}/{path}")).status_code == 409
    assert (await client.patch(f"{deals}/imports/{done['id']}", json={"key": None})).status_code == 409
    page = (await client.get(f"{deals}/imports", params={"limit": 1})).json()
    assert [i["id"] for i in page["items"]] == [done["id"]]
    rest = (await client.get(f"{deals}/imports", params={"limit": 1, "cursor": page["next"]})).json()
    assert [i["id"] for i in rest["items"]] == [first["id"]]
    gone = f"{deals}/imports/{first['id']}"
    assert [(await client.delete(gone)).status_code for _ in range(2)] == [204, 404]
    assert rest["next"] is None


async def test_forgotten_files_are_swept(client: httpx.AsyncClient, kernel: Kernel, deals: str) -> None:
    kept, forgotten = await upload(client, deals, "a\n1\n"), await upload(client, deals, "a\n2\n")
    folder = kernel.settings.data_dir / "uploads"
    stray = folder / "123"
    stray.write_text("a")
    os.utime(stray, (0, 0))
    async with kernel.database.transaction() as tx:
        await tx.execute(f"UPDATE smalt_job SET created_at = 0 WHERE id = {int(forgotten['id'])}")
    await kernel.imports.sweep()
    assert [file.name for file in folder.iterdir()] == [kept["id"]]
    assert (await client.get(f"{deals}/imports/{forgotten['id']}")).json()["status"] == "cancelled"
    assert (await run(client, deals, kept["id"]))["created"] == 1
    assert list(folder.iterdir()) == []


async def test_an_upload_with_a_key_happens_once(client: httpx.AsyncClient, deals: str) -> None:
    headers = {"idempotency-key": "once", "content-type": "multipart/form-data; boundary=x"}
    body = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na\n1\n\r\n--x--\r\n'
    first = await client.post(f"{deals}/imports", content=body, headers=headers)
    again = await client.post(f"{deals}/imports", content=body, headers=headers)
    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    assert len((await client.get(f"{deals}/imports")).json()["items"]) == 1


async def test_a_missing_title_is_told_beside_the_other_faults_of_its_row(
    client: httpx.AsyncClient, deals: str
) -> None:
    mapping = {"a": {"field": "title"}, "b": {"field": "due_at"}}
    done = await imported(client, deals, "a,b\n,tomorrowish\nfine,2026-01-31\n", mapping=mapping)
    assert (done["created"], done["failed"]) == (1, 1)
    assert [(e["row"], e["column"]) for e in done["errors"]] == [(2, "b"), (2, "a")]
