"""From the feed to deliveries: a row for each event that a webhook wants and its owner may know of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from kernel.clock import Clock, to_milliseconds
from kernel.ids import IdGenerator
from kernel.services.events.feed import Event, EventFeed
from kernel.services.webhooks.audience import Audience
from kernel.services.webhooks.model import events_of, matches
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows

CONSUMER: Final = "webhooks"
AT_ONCE: Final = 500
IDLE_SECONDS: Final = 1.0
"""How often to look for a first webhook, as long as there is none."""

PASS_SECONDS: Final = 60.0
"""How often the events that no webhook wants are counted as taken."""

_COLUMNS: Final = ("id", "webhook_id", "event_id", "kind", "status", "next_at", "created_at")
_HOOKS: Final = "SELECT id, owner_id, project_id, events, since FROM smalt_webhook WHERE enabled ORDER BY id"
_log = structlog.get_logger("smalt.webhooks")


class ContendedError(Exception):
    """Another process has taken the events meanwhile."""


class WebhookDispatcher:
    """A consumer of the feed. `wake` is called when there is something to deliver."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        ids: IdGenerator,
        clock: Clock,
        feed: EventFeed,
        audience: Audience,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._feed = feed
        self._audience = audience
        self._wake = wake
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._feed.register(CONSUMER)
        self._task = asyncio.create_task(self._forever(), name="smalt-webhooks")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _forever(self) -> None:
        passed = asyncio.get_running_loop().time()
        while True:
            seen, now = self._feed.newest, asyncio.get_running_loop().time()
            try:
                hooks = (await self._database.read(Statement(_HOOKS)))[0]
                if not hooks:
                    if now - passed >= PASS_SECONDS:
                        passed = now
                        await self._feed.pass_over(CONSUMER, seen)
                    await asyncio.sleep(IDLE_SECONDS)
                elif not await self.dispatch(hooks):
                    await self._feed.wait(IDLE_SECONDS, seen)
            except ContendedError:
                await asyncio.sleep(IDLE_SECONDS / 10)
            except Exception:
                _log.exception("events for webhooks could not be taken")
                await asyncio.sleep(IDLE_SECONDS)

    async def dispatch(self, hooks: Sequence[Row]) -> bool:
        """Turn the next events into deliveries; whether there were any.

        What is wanted is found out before, so that the transaction only writes.
        """
        events = await self._feed.peek(CONSUMER, AT_ONCE)
        if not events:
            return False
        rows = [row for hook in hooks for row in await self._deliveries(hook, events)]
        async with self._database.transaction() as tx:
            taken = await self._feed.take(tx, CONSUMER, len(events))
            if [event.seq for event in taken] != [event.seq for event in events]:
                raise ContendedError
            await self._rows.insert_many(tx, "smalt_delivery", _COLUMNS, rows)
            if rows:
                tx.on_commit(self._wake)
        return True

    async def _deliveries(self, hook: Row, events: Sequence[Event]) -> list[tuple[Any, ...]]:
        hook_id, owner_id, project_id, patterns, since = hook
        wanted = events_of(patterns)
        mine = {
            event.seq: event
            for event in events
            if event.at >= since and project_id in (None, event.project_id) and matches(wanted, event.kind)
        }
        owner = await self._audience.owner(owner_id, project_id) if mine else None
        if owner is None:
            return []
        told = await self._audience.told(owner, list(mine.values()))
        found = [mine[message.seq] for message in told if message.seq is not None]
        now = to_milliseconds(self._clock.now())
        return [(self._ids.new(), hook_id, event.id, event.kind, "queued", now, now) for event in found]
