"""The CRM's dashboard of eight charts over HTTP, against the same figures in SQL written by hand."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

import httpx

from bench.cases import Effort, Figure
from bench.data import Filled
from bench.places import Place, Server, running
from kernel.runtime import create_kernel
from kernel.storage.database import Statement
from kernel.storage.schema_cache import SchemaCache

WON = "Closed Won"
WEIGHTS = {
    "Qualification": 1, "Writing Proposal": 3, "Proposal Sent": 5, "Negotiations": 7,
    "Contract Out for Signature": 9,
}  # fmt: skip
"""Tenths, as in the template."""


def dashboards(place: Place, filled: Filled, effort: Effort) -> list[Figure]:
    """All eight charts in one request: computed, kept from before, and after a deal was moved.

    Somebody has added a record before each of those that are computed, so that nothing kept holds.
    """
    raw = asyncio.run(_raw(place, filled, effort))
    with running(place, "api") as api:
        found = _answers(api, filled, effort)
    note = f"{found['computed']:.0f} ms against {raw:.0f} ms, the first time {found['cold']:.0f} ms"
    what = "dashboard of 8 charts against the sum of its raw SQL"
    return [
        Figure(what, found["computed"] / raw, 1.5, False, note=note),
        Figure("the same while nothing changes", found["kept"], 300, False, "ms"),
        Figure("the same after a deal was moved", found["moved"], 300, False, "ms"),
    ]


def _answers(server: Server, filled: Filled, effort: Effort) -> dict[str, float]:
    """Milliseconds of the first answer, of those that are kept or computed, of a move with the answer
    after it."""
    headers = {"Authorization": f"Bearer {filled.token}"}
    with httpx.Client(headers=headers, timeout=300, base_url=f"{server.address}/api/v1") as client:
        [board] = client.get("/dashboards").raise_for_status().json()["items"]
        ask = f"/dashboards/{board['id']}/data"
        cold = _timed(lambda: _complete(client.get(ask)))
        kept = _times(effort, lambda: _complete(client.get(ask)))
        records = f"/projects/{filled.opportunities}/records"
        [deal] = (
            client.get(records, params={"limit": 1, "fields": "amount"}).raise_for_status().json()["items"]
        )
        lists = iter((WON, "Negotiations") * 1_000)

        def move() -> None:
            to = {"list": next(lists)}
            client.post(f"{records}/{deal['id']}/move", json=to).raise_for_status()
            _complete(client.get(ask))

        def add() -> None:
            client.post(records, json={"title": "One more"}).raise_for_status()

        computed = _times(effort, lambda: _complete(client.get(ask)), before=add)
        return {"cold": cold, "kept": kept, "computed": computed, "moved": _times(effort, move)}


def _complete(answer: httpx.Response) -> None:
    charts = answer.raise_for_status().json()["charts"]
    if len(charts) != 8 or any("data" not in chart for chart in charts):
        raise RuntimeError("The dashboard does not show all of its charts.")


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _times(effort: Effort, work: Any, before: Any = lambda: None) -> float:
    """The median of what fits into the time of a measurement, in milliseconds; `before` does not count."""
    until, times = time.perf_counter() + effort.seconds, []
    while time.perf_counter() < until or len(times) < 3:
        before()
        times.append(_timed(work))
    return median(times)


async def _raw(place: Place, filled: Filled, effort: Effort) -> float:
    """The milliseconds that all raw queries take one after the other."""
    kernel = create_kernel(place.settings())
    await kernel.database.start()
    try:
        statements = await _handwritten(kernel.schema, filled, place.engine == "sqlite")
        times = []
        until = time.perf_counter() + effort.seconds
        while time.perf_counter() < until or len(times) < 3:
            begun = time.perf_counter()
            for statement in statements:
                await kernel.database.read(statement)
            times.append((time.perf_counter() - begun) * 1000)
    finally:
        await kernel.database.stop()
    return median(times)


async def _handwritten(cache: SchemaCache, filled: Filled, sqlite: bool) -> list[Statement]:
    """The figures of the template's charts, in their order."""
    schema = await cache.current()
    deals = schema.projects[filled.opportunities]
    delivery = next(p for p in schema.projects.values() if p.name == "Delivery")
    ids = {choice.name: choice.id for choice in deals.lists}
    amount, stars = (deals.by_name[key].columns[0].name for key in ("amount", "confidence"))
    invoiced, invoice_day = (delivery.by_name[key].columns[0].name for key in ("invoiced", "invoice_date"))
    unit = deals.by_name["amount"].columns[1].name
    month = "substr({}, 1, 7)" if sqlite else "date_trunc('month', {})"
    won, live = f"d.list_id = {ids[WON]}", f"FROM {deals.table} d WHERE d.deleted_at IS NULL"
    closed = ", ".join(str(ids[name]) for name in (WON, "Closed Lost", "N/A"))
    weight = " ".join(f"WHEN {ids[name]} THEN {tenths}" for name, tenths in WEIGHTS.items())
    made, entered = month.format("d.created_at"), month.format("d.list_entered_at")
    invoice_month = month.format(f"v.{invoice_day}")
    each = "GROUP BY 1, 2"
    queries = (
        f"SELECT sum(d.{amount} * CASE d.list_id {weight} ELSE 0 END), d.{unit} {live} GROUP BY 2",
        f"SELECT sum(d.{amount} * d.{stars}), d.{unit} {live} AND d.list_id NOT IN ({closed}) GROUP BY 2",
        f"SELECT {made}, d.{unit}, sum(d.{amount}) {live} {each}",
        f"SELECT {entered}, d.{unit}, sum(d.{amount}) {live} AND {won} {each}",
        f"SELECT {made}, 1, count(*) {live} {each}",
        f"SELECT l.target_id, d.{unit}, sum(d.{amount}) FROM {deals.table} d LEFT JOIN smalt_link l "
        f"ON l.field_id = 1 AND l.source_id = d.id WHERE d.deleted_at IS NULL AND {won} {each}",
        f"SELECT d.list_id, 1, count(*) {live} {each}",
        f"SELECT {entered}, d.{unit}, sum(d.{amount}) {live} AND {won} {each}",
        f"SELECT {invoice_month}, 1, sum(v.{invoiced}) FROM {delivery.table} v "
        f"WHERE v.deleted_at IS NULL {each}",
    )
    return [Statement(query) for query in queries]
