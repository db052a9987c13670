"""What a server answers, as the tests of outside plugins read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx


def done(answer: httpx.Response) -> Any:
    """The body of an answer that is no fault."""
    assert answer.status_code < 300, answer.text
    return answer.json()


def ended(client: httpx.Client, path: str, pick: Callable[[Any], Any] = lambda body: body) -> Any:
    """What something that goes on in the background has come to."""
    found = None
    for _ in range(300):
        found = pick(done(client.get(path)))
        if found and found["status"] in ("done", "failed", "cancelled", "skipped"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"it did not end: {found}")
