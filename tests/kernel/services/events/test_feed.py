"""The feed loses nothing and doubles nothing, whoever writes, reads and dies."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.access.actor import SYSTEM
from kernel.clock import OffsetClock
from kernel.ids import IdGenerator
from kernel.services.changes import Change, ChangeLog
from kernel.services.events.feed import EventFeed
from kernel.services.events.retention import EventRetention
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement
from kernel.storage.event_order import event_order
from kernel.storage.kernel_rows import KernelRows

PATIENCE = 60.0
WRITERS, ROUNDS = 3, 25


class Process:
    """What writes and reads events, as one server process has it."""

    def __init__(self, url: str, database: Database, node: int) -> None:
        self.database = database
        self.rows = KernelRows(database.dialect)
        self.clock = OffsetClock()
        self.feed = EventFeed(database, self.rows, self.clock, event_order(url, database))
        self.log = ChangeLog(IdGenerator(node, self.clock), self.clock, self.rows, self.feed.stir)

    async def write(self, kind: str, count: int = 1, pause: float = 0.0, cause: int | None = None) -> None:
        actor = replace(SYSTEM, cause=cause)
        changes = [Change(1, number, kind, number, {"title": [None, kind]}) for number in range(count)]
        async with self.database.transaction() as tx:
            await self.log.write_many(tx, actor, changes)
            await asyncio.sleep(pause)

    async def take(self, consumer: str, limit: int = 100) -> list[str]:
        async with self.database.transaction() as tx:
            return [event.kind for event in await self.feed.take(tx, consumer, limit)]


@asynccontextmanager
async def process(url: str, node: int) -> AsyncIterator[Process]:
    database = open_database(url)
    await database.start()
    made = Process(url, database, node)
    await made.feed.start()
    yield made
    await made.feed.stop()
    await database.stop()


@pytest.fixture
async def one(database_url: str) -> AsyncIterator[Process]:
    async with process(database_url, 1) as made:
        yield made


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Process]:
    async with process(database_url, 2) as made:
        yield made


async def settled(one: Process, count: int) -> None:
    """Wait until so many events are in the feed."""
    async with asyncio.timeout(PATIENCE):
        while one.feed.newest < count:
            await one.feed.wait(1.0, one.feed.newest)


async def test_a_consumer_begins_where_it_wants_and_takes_each_event_once(one: Process) -> None:
    await one.write("before", cause=7)
    await settled(one, 1)
    await one.feed.register("late")
    await one.feed.register("early", beginning=True)
    await one.feed.register("early")
    await one.write("after", count=3)
    await settled(one, 4)
    assert await one.take("late") == ["after"] * 3
    assert await one.take("early", limit=2) == ["before", "after"]
    assert await one.take("early") == ["after"] * 2
    assert await one.take("early") == []
    assert await one.take("nobody") == []
    first, second, *_ = await one.feed.after(0, 10)
    assert (first.changes, first.cause, first.via, first.actor_id) == (
        {"title": [None, "before"]}, 7, "system", None,
    )  # fmt: skip
    assert (second.cause, second.record_id, second.version) == (None, 0, 0)


async def test_what_is_rolled_back_is_taken_again(one: Process) -> None:
    await one.feed.register("consumer")
    await one.write("written")
    await settled(one, 1)
    with suppress(ZeroDivisionError):
        async with one.database.transaction() as tx:
            assert len(await one.feed.take(tx, "consumer", 10)) == 1
            raise ZeroDivisionError
    assert await one.take("consumer") == ["written"]


async def test_a_commit_of_another_process_wakes_those_who_wait(one: Process, other: Process) -> None:
    waiting = asyncio.create_task(one.feed.wait(PATIENCE, one.feed.newest))
    await other.write("written")
    async with asyncio.timeout(PATIENCE / 2):
        await waiting
    assert [event.kind for event in await one.feed.after(0, 10)] == ["written"]


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_long_transaction_holds_nobody_back_and_is_not_missed(
    engine: str, one: Process, other: Process
) -> None:
    await one.feed.register("consumer")
    async with other.database.transaction() as tx:
        await other.log.write(tx, SYSTEM, 1, 1, "slow", 1, {})
        await one.write("quick")
        await settled(one, 1)
        assert await one.take("consumer") == ["quick"]
    await settled(one, 2)
    assert await one.take("consumer") == ["slow"]


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_lost_connection_is_made_anew(engine: str, one: Process, other: Process) -> None:
    gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smalt events'"
    await one.database.read(Statement(f"{gone} AND datname = current_database()"))
    await other.write("written")
    await settled(one, 1)


async def test_old_events_go_when_all_have_taken_them(one: Process) -> None:
    retention = EventRetention(one.database, one.rows, one.clock, days=7)
    await one.feed.register("slow", beginning=True)
    await one.write("old", count=10)
    await settled(one, 10)
    one.clock.offset += timedelta(days=8)
    assert await retention.prune() == 0
    await one.take("slow", limit=4)
    assert await retention.prune() == 4
    await one.take("slow")
    assert await retention.prune() == 5, "the newest stays, so that places go on from it"
    await one.write("new")
    await settled(one, 11)
    assert [(e.seq, e.kind) for e in await one.feed.after(9, 10)] == [(10, "old"), (11, "new")]
    assert await one.take("slow") == ["new"]


async def _worker(url: str, node: int) -> None:
    """A process that writes and takes at once; the main program of those below."""
    async with process(url, node) as own:
        writing = asyncio.create_task(_write(own, node))
        quiet = 0
        while quiet < 3 or not writing.done():
            seen = own.feed.newest
            quiet = 0 if await _take(own) else quiet + 1
            if quiet:
                await own.feed.wait(0.3, seen)
        await writing


async def _take(own: Process) -> int:
    sql = f"INSERT INTO taken (seq, id) VALUES ({own.rows.mark(1)}, {own.rows.mark(2)})"
    async with own.database.transaction() as tx:
        events = await own.feed.take(tx, "stress", 7)
        await tx.execute_many(sql, [(event.seq, event.id) for event in events])
    return len(events)


async def _write(own: Process, node: int) -> None:
    for turn in range(ROUNDS):
        pause = 0.005 * ((turn * 7 + node * 3) % 5)
        both = (own.write("written", 1 + turn % 4, pause), own.write("written", 1 + turn % 3, 0.002))
        await asyncio.gather(*both)


def launch(url: str, node: int) -> subprocess.Popen[str]:
    code = f"from {__name__} import _worker; import asyncio; asyncio.run(_worker({url!r}, {node}))"
    environment = dict(os.environ, PYTHONPATH=os.getcwd())
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=pipe, stderr=subprocess.STDOUT, text=True, env=environment
    )


async def test_no_event_is_lost_or_doubled_among_processes(one: Process, database_url: str) -> None:
    await one.feed.register("stress", beginning=True)
    async with one.database.transaction(schema_change=True) as tx:
        await tx.execute("CREATE TABLE taken (seq BIGINT, id BIGINT)")
    victim, *started = [launch(database_url, node) for node in range(2, 3 + WRITERS)]
    read: list[int] = []
    try:
        while any(p.poll() is None for p in started):
            read += [e.seq for e in await one.feed.after(read[-1] if read else 0, 50)]
            if len(read) > 30:
                victim.kill()
            await one.feed.wait(0.1)
        outputs = [(await asyncio.to_thread(p.communicate))[0] for p in (victim, *started)]
        assert [p.returncode for p in started] == [0] * WRITERS, outputs
    finally:
        for p in (victim, *started):
            p.kill()
            p.wait()
    [[(count,)]] = await one.database.read(Statement("SELECT count(*) FROM smalt_outbox"))
    await settled(one, count)
    while await _take(one):
        pass
    written, taken = await one.database.read(
        Statement("SELECT seq, id FROM smalt_outbox ORDER BY seq"), Statement("SELECT seq, id FROM taken")
    )
    assert len(written) >= WRITERS * sum(2 + t % 4 + t % 3 for t in range(ROUNDS))
    assert Counter(taken) == Counter(written)
    read += [e.seq for e in await one.feed.after(read[-1] if read else 0, 10_000)]
    assert read == [seq for seq, _ in written]
