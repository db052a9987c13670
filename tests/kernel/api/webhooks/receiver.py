"""A real HTTP receiver for what is sent outwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

PATIENCE = 60.0


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers by `answer`, the head of a response; None lets the sender wait for ever."""

    def __init__(self) -> None:
        self.answer: Callable[[Received], str | None] = lambda _: "204 No Content"
        self.url = ""
        self._seen: asyncio.Queue[Received] = asyncio.Queue()

    async def next(self) -> Received:
        """The next request."""
        async with asyncio.timeout(PATIENCE):
            return await self._seen.get()

    @property
    def waiting(self) -> int:
        """Requests that `next` has not given out."""
        return self._seen.qsize()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        received = Received(head[0].split()[1], headers, body)
        self._seen.put_nowait(received)
        answer = self.answer(received)
        if answer is None:
            await reader.read()
        else:
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def receiving(host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, host, 0)
    receiver.url = f"http://{host}:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()
