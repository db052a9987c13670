"""Waiting that a cancelled task does not cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def settle(future: asyncio.Future[T], on_cancel: Callable[[], None] | None = None) -> T:
    """Await a future to its end. A cancellation meanwhile calls `on_cancel` and is raised then."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError as error:
            cancelled = error
            if on_cancel is not None:
                on_cancel()
    if cancelled is not None:
        if not future.cancelled():
            future.exception()
        raise cancelled
    return future.result()


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run work to its end even when the awaiting task is cancelled, then raise the cancellation."""
    return await settle(asyncio.ensure_future(work))
