"""Writers that are in each other's way: requests are carried out again from the start, not refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp, Receive, Scope, Send

from kernel.api.app import create_app
from kernel.api.contention import CONTENDED, KEPT, MOST_ATTEMPTS, beginning_again
from kernel.errors import ContentionError
from kernel.runtime import Kernel, create_kernel
from kernel.services.record_reader import SchemaMoved
from kernel.settings import Settings
from kernel.storage.database import Database, Statement, Transaction
from tests.kernel.api.clients import BASE_URL

INCREASE = "UPDATE smalt_state SET value = value + 1 WHERE name = 'node'"


@pytest.fixture
async def other(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator at a second server on the same database."""
    kernel = create_kernel(settings)
    await kernel.start()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(kernel)), base_url=BASE_URL, headers=client.headers
    ) as there:
        yield there
    await kernel.stop()


@pytest.mark.parametrize(("moves", "status"), [(7, 200), (10_000, 503)])
async def test_reads_begin_again_while_the_schema_moves(
    kernel: Kernel, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, moves: int, status: int
) -> None:
    project = f"/projects/{(await client.post('/projects', json={'name': 'P'})).json()['id']}"
    reader, left = kernel.records.reader, iter(range(moves))
    read = reader.read

    async def moved(*given: Any) -> Any:
        if next(left, None) is not None:
            raise SchemaMoved
        return await read(*given)

    monkeypatch.setattr(reader, "read", moved)
    answer = await client.get(f"{project}/records")
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["type"] == "/problems/unavailable"


async def test_writes_go_on_while_another_server_changes_the_type_of_a_field(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    """That makes the statements useless that connections have prepared."""
    project = f"/projects/{(await client.post('/projects', json={'name': 'P'})).json()['id']}"
    await client.post(f"{project}/lists", json={"name": "Open"})
    await client.post(f"{project}/fields", json={"name": "Code", "type": "text"})
    whole, broken = ({"type": "number", "config": {"decimals": places}} for places in (0, 2))
    body = {"create": [{"title": f"r{n}", "fields": {"code": str(n)}} for n in range(4)]}
    ids = (await client.post(f"{project}/records/batch", json=body)).json()["created"]
    ended = False

    async def write(number: int) -> int:
        written = 0
        while not ended:
            path = f"{project}/records/{ids[number]}"
            answers = [
                await client.patch(path, json={"title": f"r{number} {written}"}),
                await client.post(f"{path}/move", json={"position": "first"}),
                await client.post(
                    f"{project}/records/batch",
                    json={"update": [{"id": ids[number], "title": f"b{number} {written}"}]},
                    headers={"Idempotency-Key": f"{number} {written}".replace(" ", "-")},
                ),
            ]
            for answer in answers:
                assert answer.status_code < 300, answer.text
            written += 1
        return written

    async def convert() -> None:
        # names of columns take turns and come back for another type: the statement is the same, its plan not
        for body in [whole, broken, {"type": "text"}] * 3:
            answer = await other.post(f"{project}/fields/code/convert", json=body)
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(0.02)

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    try:
        await convert()
    finally:
        ended = True
        counts = await asyncio.gather(*writers)
    for number, written in enumerate(counts):
        record = (await client.get(f"{project}/records/{ids[number]}")).json()
        assert (record["title"], record["fields"]["code"]) == (f"b{number} {written - 1}", str(number))
        titles = (await client.get(f"{project}/records/{ids[number]}/history", params={"limit": 1000})).json()
        changes = [entry for entry in titles["items"] if "title" in str(entry)]
        assert len(changes) == 2 * written + 1  # each done once, and the creation


class Deadlocking:
    """An application whose first `failures` attempts end as after a deadlock, perhaps after a commit."""

    def __init__(self, database: Database, failures: int, commit_first: bool = False) -> None:
        self.database = database
        self.failures = failures
        self.commit_first = commit_first
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message: Any = await receive()
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        if self.commit_first:
            async with self.database.transaction() as tx:
                await tx.execute(INCREASE)
        refused = len(self.bodies) <= self.failures
        scope["state"].update({CONTENDED: True} if refused else {})
        await send({"type": "http.response.start", "status": 503 if refused else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def asked(kernel: Kernel, application: ASGIApp, *pieces: bytes) -> list[int]:
    """The statuses that a request with a body in pieces gets."""
    waiting = [{"type": "http.request", "body": b, "more_body": b is not pieces[-1]} for b in pieces]
    statuses = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    scope: Any = {"type": "http", "state": {}}
    await beginning_again(application, kernel)(scope, receive, send)
    return statuses


async def test_the_body_is_there_again(kernel: Kernel) -> None:
    application = Deadlocking(kernel.database, failures=2)
    assert await asked(kernel, application, b"one ", b"two") == [200]
    assert application.bodies == [b"one two"] * 3


@pytest.mark.parametrize(
    ("attempts", "pieces", "commit_first"),
    [(MOST_ATTEMPTS, [b"short"], False), (1, [b"x" * KEPT, b"y"], False), (1, [b"short"], True)],
    ids=["always in the way", "too long to be kept", "something is durable"],
)
async def test_the_refusal_is_given_in_the_end(
    kernel: Kernel, attempts: int, pieces: list[bytes], commit_first: bool
) -> None:
    application = Deadlocking(kernel.database, failures=100, commit_first=commit_first)
    assert await asked(kernel, application, *pieces) == [503]
    assert len(application.bodies) == attempts


async def test_a_read_asks_again_when_its_plan_is_outdated(kernel: Kernel) -> None:
    async def change(sql: str) -> None:
        async with kernel.database.transaction(schema_change=True) as tx:
            await tx.execute(sql)

    await change("CREATE TABLE test_plan (n BIGINT)")
    look = Statement("SELECT * FROM test_plan")
    assert await asyncio.gather(*(kernel.database.read(look, look) for _ in range(6))) == [[[], []]] * 6
    await change("ALTER TABLE test_plan ADD COLUMN m TEXT")
    assert await asyncio.gather(*(kernel.database.read(look, look) for _ in range(6))) == [[[], []]] * 6
    await change("DROP TABLE test_plan")


async def test_crossing_writers_of_one_process(kernel: Kernel) -> None:
    """Of two that wait for each other the database refuses one, which then is in nobody's way."""
    if not kernel.database.dialect.statements.lock:
        pytest.skip("SQLite has one writer at a time")
    both_hold, finished = asyncio.Barrier(2), 0

    def crossing(first: str, second: str) -> Any:
        held = False

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal held, finished

            async def increase(tx: Transaction, name: str) -> None:
                await tx.execute(INCREASE.replace("node", name))

            try:
                async with kernel.database.transaction() as tx:
                    await increase(tx, first)
                    if not held:
                        held = True
                        await both_hold.wait()
                    await increase(tx, second)
                finished += 1
            except ContentionError:
                scope["state"][CONTENDED] = True
            status = 503 if scope["state"].get(CONTENDED) else 200
            await send({"type": "http.response.start", "status": status, "headers": []})

        return application

    pairs = [("node", "access"), ("access", "node")]
    assert await asyncio.gather(*(asked(kernel, crossing(*pair), b"x") for pair in pairs)) == [[200], [200]]
    assert finished == 2
