"""All of webhooks, in one place for whoever starts and stops it."""

from __future__ import annotations

from kernel.services.entries import ProjectParts
from kernel.services.events.feed import EventFeed
from kernel.services.events.sight import Sight
from kernel.services.outgoing import Outgoing
from kernel.services.webhooks.audience import Audience
from kernel.services.webhooks.delivery_rows import DeliveryRows
from kernel.services.webhooks.dispatch import WebhookDispatcher
from kernel.services.webhooks.service import WebhookService
from kernel.services.webhooks.worker import DeliveryWorker


class Webhooks:
    """The rules (`service`), the consumer of the feed and the worker of this process."""

    def __init__(self, parts: ProjectParts, feed: EventFeed, outgoing: Outgoing) -> None:
        database, clock = parts.database, parts.clock
        audience = Audience(database, parts.schema, Sight(database, clock))
        rows = DeliveryRows(database, parts.rows, parts.ids, clock)
        self.worker = DeliveryWorker(rows, audience, outgoing, clock)
        self.service = WebhookService(parts, self.worker.wake, outgoing.checked)
        self.dispatcher = WebhookDispatcher(
            database, parts.rows, parts.ids, clock, feed, audience, self.worker.wake
        )

    async def start(self) -> None:
        """Begin to take events and to deliver."""
        await self.dispatcher.start()
        await self.worker.start()

    async def stop(self) -> None:
        """Stop at once; other processes, or this one later, go on."""
        await self.dispatcher.stop()
        await self.worker.stop()
