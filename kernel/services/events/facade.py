"""All that carries events outwards, in one place for whoever starts and stops it."""

from __future__ import annotations

from kernel.access.authenticator import Authenticator
from kernel.clock import Clock
from kernel.services.events.boards import Watched
from kernel.services.events.feed import EventFeed
from kernel.services.events.hub import EventHub
from kernel.services.events.progress import ProgressReader
from kernel.services.events.retention import EventRetention
from kernel.storage.database import Database
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache


class Events:
    """The feed, its retention and the streams of this process. `days` is how long events are kept."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        rows: KernelRows,
        clock: Clock,
        feed: EventFeed,
        authenticator: Authenticator,
        watched: Watched,
        days: float,
    ) -> None:
        self.feed = feed
        self.retention = EventRetention(database, rows, clock, days)
        self.progress = ProgressReader(database, rows, clock)
        self.hub = EventHub(database, schema, clock, feed, authenticator, self.progress, watched)

    async def start(self) -> None:
        """Begin to watch the feed, and to tell of it."""
        await self.feed.start()
        await self.retention.start()
        await self.hub.start()

    async def stop(self) -> None:
        """End all streams and stop watching."""
        await self.hub.stop()
        await self.retention.stop()
        await self.feed.stop()
