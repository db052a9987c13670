"""Public forms: what 50 visitors who send as often as they may cost somebody who reads pages."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final
from unittest.mock import patch

import httpx

from bench.cases import PAGE, Effort, Figure, in_turns, load, path
from bench.data import Filled
from bench.places import Place, Server, running
from kernel.settings import Settings

CLIENTS: Final = 50
PAUSE: Final = 300 / Settings().form_submissions
"""Seconds between two submissions of one address, which the rate limit lets through for ever."""


def forms(place: Place, filled: Filled, effort: Effort) -> list[Figure]:
    """Page reads of one user, alone and beside the forms. All clients have one address here, so it may
    send as often as all of theirs together."""
    allowed = {"SMALT_FORM_SUBMISSIONS": str(10**9)}
    with patch.dict(os.environ, allowed), running(place, "api") as api:
        _set_up(api, filled)
        wanted = path(filled, fields=",".join(PAGE))

        def read() -> float:
            return float(load(api, filled, effort, [wanted], connections=1)["median"])

        def read_beside() -> float:
            with _visitors(api):
                return read()

        found = in_turns(effort, alone=read, beside=read_beside)
        taken = _submissions(api, filled)
    alone, beside = median(found["alone"]), median(found["beside"])
    note = f"{alone:.2f} ms alone, {beside:.2f} ms beside; {taken} submissions taken"
    return [Figure("page read beside 50 clients of a form", beside / alone, 1.1, False, note=note)]


def _set_up(api: Server, filled: Filled) -> None:
    with _client(api, filled) as client:
        project = client.post("/projects", json={"name": "Leads"}).raise_for_status().json()["id"]
        client.post(f"/projects/{project}/fields", json={"name": "Email", "type": "email"}).raise_for_status()
        form = {"name": "Bench", "slug": "bench", "fields": [{"field": "title"}, {"field": "email"}]}
        client.post(f"/projects/{project}/forms", json=form).raise_for_status()


def _submissions(api: Server, filled: Filled) -> int:
    with _client(api, filled) as client:
        projects = client.get("/projects").raise_for_status().json()["items"]
        project = next(p["id"] for p in projects if p["name"] == "Leads")
        (form,) = client.get(f"/projects/{project}/forms").raise_for_status().json()["items"]
        return int(form["submissions"])


def _client(api: Server, filled: Filled) -> httpx.Client:
    headers = {"Authorization": f"Bearer {filled.token}"}
    return httpx.Client(base_url=f"{api.address}/api/v1", headers=headers, timeout=60)


@contextmanager
def _visitors(api: Server) -> Iterator[None]:
    """The clients, on a thread of their own until the block ends."""
    over = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_all(api, over)))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


async def _all(api: Server, over: threading.Event) -> None:
    async with httpx.AsyncClient(base_url=f"{api.address}/api/v1", timeout=60) as client:
        await asyncio.gather(*(_one(client, number, over) for number in range(CLIENTS)))


async def _one(client: httpx.AsyncClient, number: int, over: threading.Event) -> None:
    await asyncio.sleep(PAUSE * number / CLIENTS)
    turn = 0
    while not over.is_set():
        turn += 1
        fields = {"title": f"Visitor {number}-{turn}-{id(over)}", "email": f"v{number}.{turn}@example.com"}
        (await client.post("/forms/bench", json={"fields": fields})).raise_for_status()
        for _ in range(10):
            if not over.is_set():
                await asyncio.sleep(PAUSE / 10)
