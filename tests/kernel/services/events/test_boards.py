"""However much happens, those who look at a dashboard are told a few times a second."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from kernel.access.actor import Actor
from kernel.access.authenticator import Identity
from kernel.services.events.boards import PAUSE, Boards
from kernel.services.events.messages import Message
from kernel.services.events.streams import EventStream
from kernel.services.events.windows import Window


class Watched:
    """Each window changes the chart whose number is the window's end; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def check(self, actor: Actor, dashboard_id: int) -> None: ...

    async def all(self, actor: Actor, dashboard_id: int) -> frozenset[int]:
        return frozenset({1, 2, 3})

    async def changed(self, actor: Actor, dashboard_id: int, window: Window) -> frozenset[int]:
        self.asked += 1
        return frozenset({window.until} if window.until % 2 else ())

    def message(self, dashboard_id: int, charts: Collection[int]) -> Message:
        return Message("changed", msgspec.json.encode([dashboard_id, sorted(charts)]))


def stream(user: int, start: int = 0) -> EventStream:
    return EventStream(Identity(Actor(user), 1, None, ("token", "")), frozenset(), start, frozenset({7}))


async def told(of: EventStream) -> list[bytes]:
    return [message.data for message in await of.next(0.0) or []]


async def test_changes_are_gathered_between_two_messages() -> None:
    watched = Watched()
    boards, one, same, late = Boards(watched), stream(1), stream(1), stream(2, start=50)
    streams = [one, same, late]
    await boards.gather(streams, Window(1, [], {}))
    boards.tell(10.0)
    for until in (2, 3, 5):
        await boards.gather(streams, Window(until, [], {}))
        boards.tell(10.0 + PAUSE / 2)
    assert await told(one) == [b"[7,[1]]"]
    assert boards.holding
    boards.tell(10.0 + PAUSE)
    assert await told(one) == [b"[7,[3,5]]"]
    assert await told(same) == [b"[7,[1]]", b"[7,[3,5]]"]
    assert await told(late) == [], "what happened before it was opened is not told"
    assert not boards.holding
    assert watched.asked == 4, "once for streams of equal rights"
    await boards.everything(late)
    assert await told(late) == [b"[7,[1,2,3]]"]
