"""Dashboards that people look at: which of their charts have changed, told a few times a second."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from kernel.access.actor import Actor
from kernel.services.events.messages import Message
from kernel.services.events.streams import EventStream
from kernel.services.events.windows import Window

PAUSE: Final = 0.25
"""Seconds between two messages about the same dashboard, however much happens."""


class Watched(Protocol):
    """What knows the charts of dashboards."""

    async def check(self, actor: Actor, dashboard_id: int) -> None:
        """Raise NotFoundError unless the actor sees a dashboard."""
        ...

    async def all(self, actor: Actor, dashboard_id: int) -> frozenset[int]:
        """All charts of a dashboard."""
        ...

    async def changed(self, actor: Actor, dashboard_id: int, window: Window) -> frozenset[int]:
        """The charts that the events of a window concern, none where the actor sees it no more."""
        ...

    def message(self, dashboard_id: int, charts: Collection[int]) -> Message:
        """The message that charts have changed."""
        ...


class _Pending:
    """What a stream is still to be told: charts by dashboard, and when it was told last."""

    __slots__ = ("charts", "told")

    def __init__(self) -> None:
        self.charts: dict[int, set[int]] = {}
        self.told = float("-inf")


class Boards:
    """Gathers what has changed for each stream, and tells it not too often."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._pending: WeakKeyDictionary[EventStream, _Pending] = WeakKeyDictionary()

    @property
    def holding(self) -> bool:
        """Whether something waits to be told."""
        return any(pending.charts for pending in self._pending.values())

    async def check(self, actor: Actor, boards: Iterable[int]) -> None:
        for board in boards:
            await self._watched.check(actor, board)

    async def everything(self, stream: EventStream) -> None:
        """Tell a stream that came back to look at all charts again."""
        for board in stream.boards:
            charts = await self._watched.all(stream.identity.actor, board)
            stream.put([self._watched.message(board, charts)])

    async def gather(self, streams: Iterable[EventStream], window: Window) -> None:
        """Note what a window has changed; asked once for streams of equal rights."""
        made: dict[tuple[object, ...], frozenset[int]] = {}
        for stream in streams:
            if window.until <= stream.start:
                continue
            for board in stream.boards:
                actor = stream.identity.actor
                key = (actor.rights_key, board)
                if key not in made:
                    made[key] = await self._watched.changed(actor, board, window)
                if made[key]:
                    pending = self._pending.setdefault(stream, _Pending())
                    pending.charts.setdefault(board, set()).update(made[key])

    def tell(self, now: float) -> None:
        """Tell every stream what it waits for, unless it was told a moment ago."""
        for stream, pending in list(self._pending.items()):
            if pending.charts and now - pending.told >= PAUSE:
                stream.put([self._watched.message(b, charts) for b, charts in pending.charts.items()])
                pending.charts, pending.told = {}, now
