"""A server with a real socket, since events are streamed, and somebody who listens to them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
import uvicorn
from litestar import Litestar

from tests.kernel.api.events.listening import Listener

Listen = Callable[..., Awaitable[Listener]]
"""Opens a stream: `await listen(client, headers={…}, project=…)`."""


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """The base URL of an application whose kernel is started."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    server.should_exit = True
    await task


@pytest.fixture
async def address(app: Litestar) -> AsyncIterator[str]:
    async with served(app) as url:
        yield url


@pytest.fixture
async def listen(address: str) -> AsyncIterator[Listen]:
    async with AsyncExitStack() as stack:

        async def make(
            client: httpx.AsyncClient, headers: dict[str, str] | None = None, **query: object
        ) -> Listener:
            listener = Listener(address, dict(client.headers) | (headers or {}), query)
            await stack.enter_async_context(listener)
            return listener

        yield make
