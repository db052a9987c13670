"""One reader's stream: what waits to be sent to it, never more than a reader can be expected to take."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from kernel.access.authenticator import Identity
from kernel.services.events.messages import Message, resync

MOST_WAITING: Final = 1000
"""Messages that wait for a slow reader; then it is told to read anew instead."""

MOST_TOLD: Final = 20_000
"""Records of projects with a scope that a stream remembers having told of."""


class EventStream:
    """The messages for one reader, of what happened after `start`, a place in the feed.

    `projects` narrows them; None for all that the reader sees. At `position` the reader may go on
    later, once it has all that waits. `boards` are the dashboards that it looks at.
    """

    def __init__(
        self,
        identity: Identity,
        projects: frozenset[int] | None,
        position: int,
        boards: frozenset[int] = frozenset(),
    ) -> None:
        self.identity = identity
        self.projects = projects
        self.boards = boards
        self.start = self.position = position
        self.ended = False
        self._waiting: deque[Message] = deque()
        self._told: dict[int, None] = {}
        self._filled = asyncio.Event()

    def put(self, messages: Iterable[Message], safe: int | None = None) -> None:
        """Add what is for this reader. `safe` is where it may go on once it has all of it."""
        for one in messages:
            if self._is_for_me(one):
                self._waiting.append(one)
        if self._waiting:
            self._filled.set()
        if safe is not None:
            self.position = safe
        if len(self._waiting) > MOST_WAITING:
            self.start_anew()

    def put_first(self, messages: Sequence[Message]) -> None:
        """Add what came before all that waits."""
        self._waiting.extendleft(reversed([one for one in messages if self._is_for_me(one)]))
        if self._waiting:
            self._filled.set()

    def start_anew(self) -> None:
        """Drop what waits: the reader reads everything again."""
        self._waiting.clear()
        self._waiting.append(resync(self.position))
        self._filled.set()

    def end(self) -> None:
        """No more messages come; what waits is still sent."""
        self.ended = True
        self._filled.set()

    async def next(self, seconds: float) -> list[Message] | None:
        """What waits, as soon as there is something; nothing after the time; None at the end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        if self.ended and not self._waiting:
            return None
        found = list(self._waiting)
        self._waiting.clear()
        if not self.ended:
            self._filled.clear()
        return found

    def _is_for_me(self, one: Message) -> bool:
        if self.projects is not None and one.project_id is not None and one.project_id not in self.projects:
            return False
        if one.record_id is None:
            return True
        if one.if_told:
            known = one.record_id in self._told
            self._told.pop(one.record_id, None)
            return known
        access = self.identity.actor.access(one.project_id or 0)
        if access is not None and access.scope is not None:
            self._told[one.record_id] = None
            if len(self._told) > MOST_TOLD:
                del self._told[next(iter(self._told))]
        return True
