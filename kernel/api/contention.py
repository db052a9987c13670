"""Requests that met another writer, carried out again instead of refused.

The database undoes a whole transaction when two wait for each other, or when a field changed its
type under a statement that was prepared for the old one. Here is the one place that begins again:
every road that writes comes by, and no service has to think of it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Final

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send

from kernel.runtime import Kernel

CONTENDED: Final = "smalt_contended"
"""Set in a request's state when it is refused because of another writer; see `kernel.api.problems`."""

MOST_ATTEMPTS: Final = 6
KEPT: Final = 1024 * 1024
"""Bytes of a body that are kept for another attempt; with a longer one there is none."""

PAUSE: Final = 0.05
"""Longest rest before the second attempt, in seconds; before the next ones it grows by as much."""


def beginning_again(app: ASGIApp, kernel: Kernel) -> ASGIApp:
    """The application, which tries again as long as nothing of an attempt is durable."""

    async def again(scope: HTTPScope, receive: Receive, send: Send) -> None:
        body = KeptBody(receive)
        for number in range(1, MOST_ATTEMPTS + 1):
            refusal = Refusal(scope, send)
            with kernel.attempts.running() as attempt:
                await app(scope, body.from_the_start(), refusal)
            if not refusal.messages:
                return
            if attempt.committed or not body.whole:
                break
            await asyncio.sleep(random.uniform(0, PAUSE * number))
        await refusal.give()

    return again  # type: ignore[return-value]


class KeptBody:
    """What was received of a body, so that it can be received again. `whole` until it grew too long."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Any] = []
        self._size = 0
        self.whole = True

    def from_the_start(self) -> Receive:
        """An ASGI `receive` that gives what is kept, then what comes."""
        kept = iter(tuple(self._messages))

        async def receive() -> Any:
            message = next(kept, None)
            return await self._next() if message is None else message

        return receive

    async def _next(self) -> Any:
        message: Any = await self._receive()
        if message["type"] == "http.request" and self.whole:
            self._size += len(message.get("body", b""))
            self._messages.append(message)
            if self._size > KEPT:
                self.whole, self._messages = False, []
        return message


class Refusal:
    """An ASGI `send` that holds back the refusal of a request that met another writer."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self._state: dict[str, Any] = scope["state"]
        self._send = send
        self.messages: Sequence[Message] = ()

    async def __call__(self, message: Message) -> None:
        if self.messages or self._state.pop(CONTENDED, False):
            self.messages = (*self.messages, message)
        else:
            await self._send(message)

    async def give(self) -> None:
        """Send what was held back after all."""
        for message in self.messages:
            await self._send(message)
