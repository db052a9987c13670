"""Automations: how many events are looked at in a second, and how soon an action has been done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx

from bench.cases import Figure
from bench.data import Filled
from bench.places import Place, Server, running
from kernel.runtime import create_kernel
from kernel.storage.database import Statement

RULES = 50
EVENTS = 5000
BATCH = 500
WRITES = 150


def automations(place: Place, filled: Filled) -> list[Figure]:
    """With 50 automations of which one matches, beside the rate of the same writes without any."""
    with running(place, "api") as api, client_of(api, filled) as client:
        project = client.post("/projects", json={"name": "Automated"}).raise_for_status().json()
        path = f"/projects/{project['id']}"
        client.post(f"{path}/lists", json={"name": "All"}).raise_for_status()
        bare = _write(client, path, EVENTS)
        single = _singles(client, path)
        rules = [rule_of(client, path, number) for number in range(RULES)]
        rate = asyncio.run(_rate(place, client, path, int(project["id"])))
        idle = asyncio.run(latencies(place, client, path, rules[0]))
        _write(client, path, 2 * BATCH)
        loaded = asyncio.run(latencies(place, client, path, rules[0], load=True))
    bare_note = f"{EVENTS / bare:,.0f} records a second are written without automations"
    return [
        Figure("events looked at, 50 automations, one matches", rate, 0, True, "/s", bare_note),
        Figure("write to finished action, idle, p50", at(idle, 0.5), 1000, False, "ms", single),
        Figure("write to finished action, idle, p95", at(idle, 0.95), 2000, False, "ms"),
        Figure("write to finished action, loaded, p50", at(loaded, 0.5), 60_000, False, "ms"),
        Figure("write to finished action, loaded, p95", at(loaded, 0.95), 60_000, False, "ms"),
    ]


def client_of(server: Server, filled: Filled) -> httpx.Client:
    headers = {"Authorization": f"Bearer {filled.token}"}
    return httpx.Client(base_url=f"{server.address}/api/v1", headers=headers, timeout=120)


def rule_of(client: httpx.Client, path: str, number: int) -> int:
    """The first matches every record whose title begins with a capital M; the others match none."""
    condition = "LEFT({title}, 1) = 'M'" if number == 0 else f"{{title}} = 'never {number}'"
    trigger = {"type": "record_created", "config": {} if number == 0 else {"via": ["form"]}}
    action = {"type": "set_field", "config": {"field": "description", "value": "done"}}
    body = {"name": f"Rule {number}", "trigger": trigger, "condition": condition, "actions": [action]}
    return int(client.post(f"{path}/automations", json=body).raise_for_status().json()["id"])


def _write(client: httpx.Client, path: str, count: int) -> float:
    """Seconds for records in batches."""
    begun = time.perf_counter()
    for _ in range(count // BATCH):
        records = [{"title": f"Other {n}"} for n in range(BATCH)]
        client.post(f"{path}/records/batch", json={"create": records}).raise_for_status()
    return time.perf_counter() - begun


def _singles(client: httpx.Client, path: str) -> str:
    begun = time.perf_counter()
    for number in range(WRITES):
        client.post(f"{path}/records", json={"title": f"Bare {number}"}).raise_for_status()
    return f"one write takes {(time.perf_counter() - begun) / WRITES * 1000:.1f} ms"


async def _rate(place: Place, client: httpx.Client, path: str, project_id: int) -> float:
    """Events in a second, from the first write until the last was looked at."""
    kernel = create_kernel(place.settings())
    await kernel.database.start()
    try:
        begun = time.perf_counter()
        await asyncio.to_thread(_write, client, path, EVENTS)
        behind = Statement(
            "SELECT (SELECT max(seq) FROM smalt_outbox) - (SELECT position FROM smalt_consumer "
            "WHERE name = 'automations')"
        )
        while True:
            if (await kernel.database.read(behind))[0][0][0] <= 0:
                return EVENTS / (time.perf_counter() - begun)
            await asyncio.sleep(0.01)
    finally:
        await kernel.database.stop()


async def latencies(
    place: Place, client: httpx.Client, path: str, rule: int, load: bool = False
) -> list[float]:
    """Milliseconds from each write to the end of its run, by the server's clock."""
    kernel = create_kernel(place.settings())
    await kernel.database.start()
    try:
        made = set()
        for number in range(WRITES):
            if load and number % 25 == 0:
                await asyncio.to_thread(_write, client, path, BATCH)
            record = await asyncio.to_thread(_one, client, path, f"M {number}")
            made.add(int(record["id"]))
        sql = (
            "SELECT r.record_id, r.finished_at - h.at FROM smalt_run r JOIN smalt_history h "
            f"ON h.id = r.event_id WHERE r.automation_id = {rule} AND r.status = 'done'"
        )
        while True:
            (rows,) = await kernel.database.read(Statement(sql))
            found = {row[0]: float(row[1]) for row in rows if row[0] in made}
            if len(found) == len(made):
                return sorted(found.values())
            await asyncio.sleep(0.05)
    finally:
        await kernel.database.stop()


def _one(client: httpx.Client, path: str, title: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(f"{path}/records", json={"title": title}).raise_for_status().json()
    return answer


def at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]
