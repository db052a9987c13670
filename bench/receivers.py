"""Automations whose receivers never answer, and what others have to wait because of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.automations import at, client_of, latencies, rule_of
from bench.cases import Figure
from bench.data import Filled
from bench.places import Place, running

SILENT = 20
"""Automations that ask a receiver for every record that is written."""


def receivers(place: Place, filled: Filled) -> list[Figure]:
    """How much later runs of another automation of the same project end, at worst."""
    with running(place, "api") as api, client_of(api, filled) as client, silent_receiver() as url:
        project = client.post("/projects", json={"name": "Waiting"}).raise_for_status().json()
        path = f"/projects/{project['id']}"
        client.post(f"{path}/lists", json={"name": "All"}).raise_for_status()
        rule = rule_of(client, path, 0)
        usual = asyncio.run(latencies(place, client, path, rule))
        for number in range(SILENT):
            _asking(client, path, f"Asks {number}", url)
        beside = asyncio.run(latencies(place, client, path, rule))
    median = at(usual, 0.5)
    what = "a run ends later beside receivers that never answer, worst"
    note = f"{SILENT * len(beside):,} requests; the median without them is {median:.0f} ms"
    return [Figure(what, max(beside) - median, 1000, False, "ms", note)]


@contextmanager
def silent_receiver() -> Iterator[str]:
    """The address of a server that takes connections and then says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def _asking(client: httpx.Client, path: str, name: str, url: str) -> None:
    body = {
        "name": name,
        "trigger": {"type": "record_created", "config": {}},
        "actions": [{"type": "http_request", "config": {"url": url}}],
    }
    client.post(f"{path}/automations", json=body).raise_for_status()
