"""The same key and body: the first answer again, and the effect once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from kernel.access.claims import Answer
from kernel.api import idempotency
from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from kernel.storage.database import Statement
from tests.kernel.api.clients import BASE_URL, NewClient, user_id

KEY = {"Idempotency-Key": "abc-1"}


def _user(name: str) -> dict[str, Any]:
    return {"email": f"{name}@example.com", "name": name}


async def _users(kernel: Kernel) -> int:
    return int((await kernel.database.read(Statement("SELECT count(*) FROM smalt_user")))[0][0][0])


async def test_the_first_answer_comes_again(client: httpx.AsyncClient, kernel: Kernel) -> None:
    first = await client.post("/users", json=_user("ewa"), headers=KEY)
    again = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await _users(kernel) == 2


async def test_another_body_gets_409(client: httpx.AsyncClient) -> None:
    await client.post("/users", json=_user("ewa"), headers=KEY)
    answer = await client.post("/users", json=_user("jan"), headers=KEY)
    assert answer.status_code == 409
    elsewhere = await client.post(
        f"/users/{client.headers['x-user-id']}/tokens", json=_user("ewa"), headers=KEY
    )
    assert elsewhere.status_code == 409


async def test_a_form_is_the_same_whatever_its_boundary(client: httpx.AsyncClient) -> None:
    """Clients make up a boundary for each request, so also for a repetition."""

    async def upload(boundary: str, content: bytes) -> httpx.Response:
        part = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + content
        form = b"--B\r\n" + part + b"\r\n--B--\r\n"
        body = form.replace(b"--B", f"--{boundary}".encode())

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 7):
                yield body[start : start + 7]

        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return await client.post("/files", content=pieces(), headers=KEY | kind)

    first = await upload("one-two-three", b"--one and more")
    again = await upload("something-else-altogether", b"--one and more")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (await upload("one-two-three", b"--one and less")).status_code == 409


async def test_refusals_come_again_too(client: httpx.AsyncClient) -> None:
    first = await client.post("/users", json={"name": 5}, headers=KEY)
    again = await client.post("/users", json={"name": 5}, headers=KEY)
    assert first.status_code == again.status_code == 422
    assert again.headers["idempotent-replay"] == "true"


async def test_requests_at_the_same_time_have_one_effect(client: httpx.AsyncClient, kernel: Kernel) -> None:
    answers = await asyncio.gather(*(client.post("/users", json=_user("ewa"), headers=KEY) for _ in range(5)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json()["id"] for a in answers if a.status_code == 201} == {answers[0].json()["id"]}
    assert await _users(kernel) == 2


@pytest.fixture
async def elsewhere(settings: Settings, kernel: Kernel) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without credentials at another process that shares the database."""
    second = create_kernel(settings, [])
    await second.start()
    transport = httpx.ASGITransport(create_app(second))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield client
    await second.stop()


async def test_two_processes_give_one_answer(
    client: httpx.AsyncClient, elsewhere: httpx.AsyncClient, kernel: Kernel
) -> None:
    elsewhere.headers["Authorization"] = client.headers["Authorization"]
    both = (client, elsewhere) * 4
    for name in ("ewa", "jan", "ola"):
        key = {"Idempotency-Key": name}
        answers = await asyncio.gather(*(c.post("/users", json=_user(name), headers=key) for c in both))
        assert {a.status_code for a in answers} == {201}, [a.text for a in answers]
        assert len({a.content for a in answers}) == 1
        assert sum("idempotent-replay" not in a.headers for a in answers) == 1
    assert await _users(kernel) == 4


async def test_an_answer_is_given_by_the_rights_of_now(
    client: httpx.AsyncClient, elsewhere: httpx.AsyncClient, new_client: NewClient
) -> None:
    """Reads look at rights a moment later than writes; with a key the answer would stay for a day."""
    project = (await client.post("/projects", json={"name": "Deals"})).json()["id"]
    ewa = await new_client("ewa")
    elsewhere.headers["Authorization"] = ewa.headers["Authorization"]

    async def read(key: str) -> int:
        answer = await elsewhere.post(
            f"/projects/{project}/records/query", json={}, headers={"Idempotency-Key": key}
        )
        return answer.status_code

    assert (await elsewhere.get("/me")).status_code == 200
    member = {"user": user_id(ewa), "role": "viewer"}
    assert (await client.post(f"/projects/{project}/members", json=member)).status_code == 201
    assert await read("in") == 200
    await client.delete(f"/projects/{project}/members/{user_id(ewa)}")
    assert await read("out") == 404


@pytest.mark.parametrize("path", ["tokens", "invitations"])
async def test_a_secret_is_told_again_and_not_kept(
    client: httpx.AsyncClient, kernel: Kernel, path: str
) -> None:
    """Of tokens and invitations Smalt keeps only hashes, so their stored answers must not tell them."""
    tokens = f"/users/{user_id(client)}/tokens"
    path, body = {
        "tokens": (tokens, {"name": "Export", "scopes": ["read"]}),
        "invitations": ("/invitations", {"email": "ola@example.com"}),
    }[path]
    first = await client.post(path, json=body, headers=KEY)
    assert first.status_code == 201, first.text
    again = await client.post(path, json=body, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    [[(answer,)]] = await kernel.database.read(Statement("SELECT answer FROM smalt_idempotency"))
    kept = msgspec.json.decode(answer, type=Answer)
    assert first.json()["token"].encode() not in kept.body
    other = (await client.post(tokens, json={"name": "x", "scopes": ["read", "write", "admin"]})).json()
    headers = KEY | {"Authorization": f"Bearer {other['token']}"}
    refused = await client.post(path, json=body, headers=headers)
    assert refused.status_code == 409
    assert "secret" in refused.json()["detail"]


async def test_after_a_crash_nothing_happens_twice(
    client: httpx.AsyncClient, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect was committed, its answer was not: the repetition is told so."""
    monkeypatch.setattr(idempotency, "PATIENCE", 0.1)
    first = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert first.status_code == 201
    async with kernel.database.transaction() as tx:
        await tx.execute("UPDATE smalt_idempotency SET answer = NULL")
    running = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert running.status_code == 409
    assert running.headers["retry-after"] == "1"
    async with kernel.database.transaction() as tx:
        await tx.execute("UPDATE smalt_idempotency SET created_at = created_at - 120000")
    lost = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert lost.status_code == 409
    assert "carried out" in lost.json()["detail"]


async def test_the_key_is_committed_with_the_effect_or_not_at_all(
    client: httpx.AsyncClient, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: Any) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(kernel.rows, "insert", crash)
    monkeypatch.setattr(kernel.users._rows, "insert", crash)
    failed = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert failed.status_code == 500
    monkeypatch.undo()
    answer = await client.post("/users", json=_user("ewa"), headers=KEY)
    assert answer.status_code == 201
    assert "idempotent-replay" not in answer.headers


async def test_a_key_is_free_again_after_a_day(client: httpx.AsyncClient, kernel: Kernel) -> None:
    await client.post("/users", json=_user("ewa"), headers=KEY)
    async with kernel.database.transaction() as tx:
        await tx.execute("UPDATE smalt_idempotency SET created_at = created_at - 86400001")
    answer = await client.post("/users", json=_user("jan"), headers=KEY)
    assert answer.status_code == 201
    await kernel.claims.sweep()


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "ł"])
async def test_a_bad_key_gets_422(client: httpx.AsyncClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = await client.post("/users", json=_user("ewa"), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422


async def test_large_bodies_get_413_with_a_key_too(client: httpx.AsyncClient, kernel: Kernel) -> None:
    body = b" " * (kernel.settings.max_body_size + 1)
    answer = await client.post("/users", content=body, headers=KEY | {"Content-Type": "application/json"})
    assert answer.status_code == 413
