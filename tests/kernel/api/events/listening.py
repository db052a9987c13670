"""How tests listen to events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import httpx

PATIENCE = 60.0


class Heard(NamedTuple):
    """One message as it came."""

    event: str
    data: Any
    id: str | None


class Listener:
    """An open stream. `id` is that of the last event, as EventSource keeps it."""

    def __init__(self, address: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> None:
        self._address = address
        self._headers = headers
        self._query = query
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._stack = AsyncExitStack()
        self.response: httpx.Response
        self.id = ""

    async def __aenter__(self) -> Listener:
        client = await self._stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE))
        stream = client.stream("GET", f"{self._address}/events", headers=self._headers, params=self._query)
        self.response = await self._stack.enter_async_context(stream)
        if self.response.status_code == 200:
            lines = self.response.aiter_lines()
            assert await anext(lines) == "retry: 2000"
            self._task = asyncio.create_task(self._read(lines))
            self._stack.push_async_callback(self._stop)
        else:
            await self.response.aread()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def next(self) -> Heard:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            found = await self._heard.get()
        assert found is not None, "the stream has ended"
        return found

    async def next_of(self, *events: str) -> Heard:
        """The next message of one of these kinds."""
        while (found := await self.next()).event not in events:
            pass
        return found

    async def ended(self) -> None:
        """Wait until the server ends the stream; whatever comes before is passed over."""
        async with asyncio.timeout(PATIENCE):
            while await self._heard.get() is not None:
                pass

    async def _read(self, lines: Any) -> None:
        event, data, id_ = "", "", None
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                id_ = self.id = value
            elif not line and data:
                self._heard.put_nowait(Heard(event, json.loads(data), id_))
                event, data, id_ = "", "", None
        self._heard.put_nowait(None)

    async def _stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
