"""The load generator, a process of its own: `python -m bench.load PORT SECONDS CONNECTIONS TOKEN PATH…`.

Keeps so many connections busy with GET requests for a while, each connection going through the paths in
turn, and prints what came back as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from statistics import quantiles

import httptools


class Connection(asyncio.Protocol):
    """One keep-alive connection, always one request on the way."""

    def __init__(self, requests: list[bytes], until: float, times: list[float], failed: list[int]) -> None:
        self._requests = cycle(requests)
        self._until = until
        self._times = times
        self._failed = failed
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # TCP always is
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self._times.append(now - self._sent)
        if self._parser.get_status_code() != 200:
            self._failed.append(self._parser.get_status_code())
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))


async def load(
    port: int, seconds: float, connections: int, token: str, paths: list[str]
) -> dict[str, object]:
    """Requests a second, how long they took in milliseconds, and the statuses of failed ones."""
    head = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    requests = [f"GET {path}{head}".encode() for path in paths]
    times: list[float] = []
    failed: list[int] = []
    loop, begun = asyncio.get_running_loop(), time.perf_counter()
    opened = []
    for number in range(connections):
        mine = requests[number % len(requests) :] + requests[: number % len(requests)]
        connection = Connection(mine, begun + seconds, times, failed)
        await loop.create_connection(lambda c=connection: c, "127.0.0.1", port)  # type: ignore[misc]
        opened.append(connection.done)
    await asyncio.gather(*opened)
    spent = time.perf_counter() - begun
    cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "rate": len(times) / spent,
        "median": cuts[49] * 1000,
        "p99": cuts[98] * 1000,
        "failed": sorted(set(failed)),
    }


if __name__ == "__main__":
    port, seconds, connections, token, *paths = sys.argv[1:]
    found = asyncio.run(load(int(port), float(seconds), int(connections), token, paths))
    print(json.dumps(found))
