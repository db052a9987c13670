"""Events of a database from before the feed get their places in it, in the order of their ids."""

from __future__ import annotations

import pytest

from kernel.storage import migrate
from kernel.storage.connect import open_database
from kernel.storage.database import Statement
from kernel.storage.event_order import event_order
from kernel.storage.migrations import MIGRATIONS, m0008_feed


async def test_events_from_before_are_in_the_feed(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = MIGRATIONS[: MIGRATIONS.index(m0008_feed)]
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", earlier)
        old = open_database(empty_database_url)
        await old.start()
        async with old.transaction() as tx:
            await tx.execute(
                "INSERT INTO smalt_outbox (id, at, project_id, record_id, kind, version) "
                "VALUES (5, 1, 1, 1, 'record.created', 1), (9, 2, 1, 1, 'record.updated', 2)"
            )
        await old.stop()
    database = open_database(empty_database_url)
    await database.start()
    order = event_order(empty_database_url, database)
    await order.start(lambda: None)
    assert await order.settle() == 2
    rows = Statement("SELECT seq, id, kind, version, cause FROM smalt_outbox ORDER BY seq")
    assert await database.read(rows) == [
        [(1, 5, "record.created", 1, None), (2, 9, "record.updated", 2, None)]
    ]
    await order.stop()
    await database.stop()
