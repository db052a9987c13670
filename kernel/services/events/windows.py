"""Cuts the feed into windows: what is told one by one, and where so much happens that it is not.

An import of 100,000 rows is 100,000 events, and no reader wants as many messages. A project has
`PER_SECOND` events told in a second; of what is above that readers learn once a second that the
project has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kernel.services.events.feed import Event, EventFeed

PER_SECOND: Final = 100


class Span(NamedTuple):
    """The events of one project from after `after` up to `until`."""

    after: int
    until: int


class Window(NamedTuple):
    """What happened up to `until`. `crowds` are projects of which only that they changed is told.

    `safe` is whether a reader who was told all of it may go on from there later.
    """

    until: int
    events: list[Event]
    crowds: Mapping[int, Span]
    safe: bool = True


@dataclass(slots=True)
class Load:
    """What a project has had told of the second that `began`, what is held back, when that was told last."""

    began: float
    told: int = 0
    held: Span | None = None
    announced: float = float("-inf")


@dataclass(slots=True)
class Windows:
    """Reads the feed for all readers of this process at once, from `position` on."""

    feed: EventFeed
    position: int = 0
    _loads: dict[int, Load] = field(default_factory=dict)

    @property
    def holding(self) -> bool:
        """Whether something waits to be told."""
        return any(load.held for load in self._loads.values())

    async def next(self, now: float) -> Window:
        """What is new. `now` is a time in seconds that only grows."""
        after, until = self.position, max(self.feed.newest, self.position)
        counts = await self.feed.counts(after, until) if until > after else {}
        crowded = {p for p, count in counts.items() if not self._has_room(p, count, now)}
        events = await self.feed.between(after, until, crowded) if counts.keys() - crowded else []
        for project_id in crowded:
            load = self._loads[project_id]
            load.held = Span(load.held.after if load.held else after, until)
        self.position = until
        crowds = self._released(now)
        return Window(until, events, crowds, not self.holding)

    def _has_room(self, project_id: int, count: int, now: float) -> bool:
        """Whether so many more may be told; once not, the rest of the second is held back."""
        load = self._loads.setdefault(project_id, Load(now))
        if now - load.began >= 1 and load.held is None:
            load.began, load.told = now, 0
        load.told += count
        return load.told <= PER_SECOND

    def _released(self, now: float) -> Mapping[int, Span]:
        """What was held back, once a second; projects that are quiet again are forgotten."""
        found: dict[int, Span] = {}
        for project_id, load in list(self._loads.items()):
            if load.held is not None and now - load.announced >= 1:
                found[project_id] = load.held
                load.held, load.announced = None, now
            elif load.held is None and now - max(load.began, load.announced) >= 1:
                del self._loads[project_id]
        return found
