"""The streams of this process, and the one task that reads for all of them.

However many streams are open, the database is asked once for what is new, once for how far jobs
are, and once whether anybody's rights have changed. Rights are read after the events, so a reader
whose rights went before an event happened does not get it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakSet

import structlog

from kernel.access.actor import Actor
from kernel.access.authenticator import Authenticator, Identity
from kernel.access.version import ACCESS_VERSION
from kernel.clock import Clock, to_milliseconds
from kernel.errors import (
    ForbiddenError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
    UnavailableError,
)
from kernel.services.events.boards import Boards, Watched
from kernel.services.events.feed import EventFeed
from kernel.services.events.messages import Message
from kernel.services.events.progress import ProgressReader
from kernel.services.events.sight import Sight
from kernel.services.events.streams import EventStream
from kernel.services.events.windows import Window, Windows
from kernel.services.rights import visible_project
from kernel.storage.database import Database
from kernel.storage.schema_cache import SchemaCache

PER_USER: Final = 30
"""Streams that one user may have open in one process."""

BACKLOG: Final = 1000
"""Events after which somebody who comes back reads anew."""

BEAT: Final = 0.8
"""Seconds after which rights and jobs are looked at, whatever else happens: in all within a second."""

_log = structlog.get_logger("smalt.events")


class EventHub:
    """Opens streams and feeds them."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        feed: EventFeed,
        authenticator: Authenticator,
        progress: ProgressReader,
        watched: Watched,
    ) -> None:
        self._database = database
        self._schema = schema
        self._boards = Boards(watched)
        self._clock = clock
        self._feed = feed
        self._authenticator = authenticator
        self._progress = progress
        self._sight = Sight(database, clock)
        self._windows = Windows(feed)
        self._streams: WeakSet[EventStream] = WeakSet()  # one whose reader is gone goes by itself
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    async def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="smalt-streams")

    async def stop(self) -> None:
        self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def end(self) -> None:
        """End all streams and open no more; called when the server is told to end."""
        self._ended = True
        for stream in list(self._streams):
            stream.end()

    async def open(
        self,
        identity: Identity,
        projects: frozenset[int] | None,
        last: int | None,
        boards: frozenset[int] = frozenset(),
    ) -> EventStream:
        """A stream of some projects, or of all that the reader sees, from after the event `last` on,
        and of the charts of some dashboards.

        Raises NotFoundError for what the reader does not see, TooManyRequestsError.
        """
        await self._boards.check(identity.actor, boards)
        schema = await self._schema.current()
        for project_id in projects or ():
            visible_project(schema, identity.actor, project_id)
        newest = await self._feed.look()
        self._check_room(identity)
        if not self._streams:
            self._windows = Windows(self._feed, newest)
        stream = EventStream(identity, projects, self._windows.position, boards)
        self._streams.add(stream)
        self._wanted.set()
        if last is not None:
            await self._catch_up(stream, last, stream.position)
            if last != stream.position:
                await self._boards.everything(stream)
        return stream

    def close(self, stream: EventStream) -> None:
        """Forget a stream whose reader has gone."""
        self._streams.discard(stream)

    def _check_room(self, identity: Identity) -> None:
        if self._ended:
            raise UnavailableError("The server is about to end.")
        mine = sum(s.identity.actor.user_id == identity.actor.user_id for s in self._streams)
        if mine >= PER_USER:
            raise TooManyRequestsError(f"{PER_USER} streams of yours are open. Close some.", retry_after=5)

    async def _catch_up(self, stream: EventStream, last: int, until: int) -> None:
        """Send what was missed, or the word to read anew where that is too much or not known."""
        missed = await self._feed.after(last, BACKLOG + 1) if last < until else []
        known = last == until or (missed and missed[0].seq == last + 1)
        if not known or len(missed) > BACKLOG:
            return stream.start_anew()
        events = [event for event in missed if event.seq <= until]
        schema = await self._schema.current()
        window = Window(until, events, {})
        stream.put_first(await self._sight.messages(schema, stream.identity.actor, window))

    async def _forever(self) -> None:
        loop = asyncio.get_running_loop()
        last_beat = loop.time()
        while True:
            if not self._streams:
                self._wanted.clear()
                await self._wanted.wait()
            holding = self._windows.holding or self._boards.holding
            left = max(0.0, BEAT - (loop.time() - last_beat))
            await self._feed.wait(min(left, BEAT / 4) if holding else left, self._windows.position)
            beat = loop.time() - last_beat >= BEAT
            try:
                await self._serve(loop.time(), beat)
            except Exception:
                _log.exception("telling of events failed")
                for stream in list(self._streams):
                    stream.start_anew()
                await asyncio.sleep(BEAT)
            last_beat = loop.time() if beat else last_beat

    async def _serve(self, now: float, beat: bool) -> None:
        """One round: what is new, for every stream what it may know of it."""
        window = await self._windows.next(now)
        news = bool(window.events or window.crowds)
        if news or beat:
            await self._renew()
        if news:
            schema = await self._schema.current()
            await self._each(lambda actor: self._sight.messages(schema, actor, window), window)
            await self._boards.gather([s for s in self._streams if s.boards], window)
        self._boards.tell(now)
        if beat:
            for user_id, told in await self._progress.moved():
                for stream in list(self._streams):
                    actor = stream.identity.actor
                    if actor.person == user_id and _sees(actor, told.project_id):
                        stream.put([told])

    async def _each(self, messages: Callable[[Actor], Awaitable[list[Message]]], window: Window) -> None:
        """The same messages for all whose rights are equal, made once."""
        made: dict[tuple[object, ...], list[Message]] = {}
        for stream in list(self._streams):
            if window.until <= stream.start:  # opened meanwhile
                continue
            actor = stream.identity.actor
            if actor.rights_key not in made:
                made[actor.rights_key] = await messages(actor)
            stream.put(made[actor.rights_key], window.until if window.safe else None)

    async def _renew(self) -> None:
        """End the streams of those who are signed out; give the others the rights of now."""
        [[row]] = await self._database.read(ACCESS_VERSION)
        now = to_milliseconds(self._clock.now())
        for stream in list(self._streams):
            expires_at = stream.identity.expires_at
            if stream.identity.actor.access_version == row[0] and (expires_at is None or expires_at > now):
                continue
            try:
                before, stream.identity = stream.identity, await self._authenticator.again(stream.identity)
            except (NotAuthenticatedError, ForbiddenError, NotFoundError):
                stream.end()
                self._streams.discard(stream)
                continue
            if _rights(before.actor) != _rights(stream.identity.actor):
                stream.start_anew()


def _rights(actor: Actor) -> tuple[object, ...]:
    return (actor.admin, actor.token_projects, actor.memberships, actor.scopes)


def _sees(actor: Actor, project_id: int | None) -> bool:
    return project_id is None or actor.access(project_id) is not None
