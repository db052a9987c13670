"""Who owns a webhook, and what they may know: at the time of the event, and again at delivery."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.errors import ForbiddenError
from kernel.services.events.feed import Event
from kernel.services.events.messages import Message
from kernel.services.events.sight import Sight
from kernel.services.events.windows import Window
from kernel.storage.database import Database
from kernel.storage.schema_cache import SchemaCache


class Audience:
    """What owners of webhooks see of events."""

    def __init__(self, database: Database, schema: SchemaCache, sight: Sight) -> None:
        self._database = database
        self._schema = schema
        self._sight = sight

    async def owner(self, owner_id: int, project_id: int | None) -> Actor | None:
        """The owner with the rights of now, in one project or in all; None when they are gone."""
        try:
            return await actor_of(
                self._database, owner_id, "webhook", None if project_id is None else [project_id]
            )
        except ForbiddenError:
            return None

    async def told(self, owner: Actor, events: Sequence[Event]) -> list[Message]:
        """What they may know of events; `seq` says of which."""
        window = Window(0, list(events), {})
        messages = await self._sight.messages(await self._schema.current(), owner, window)
        return [one for one in messages if not one.if_told]
