"""What is measured, and against what: each case gives a figure with the bound it is held to."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import httpx

from bench.data import Filled, customer_names, write_csv
from bench.places import Place, Server, running
from kernel.runtime import create_kernel
from kernel.storage.database import Statement
from kernel.storage.schema_cache import SchemaCache

CONNECTIONS = 16
PAGE = ("customer", "customer_email", "customer_phone", "customer_category", "profit")
PLAIN = (
    "description", "tags", "assignees", "start_at", "due_at", "created_at", "created_by", "updated_at",
    "updated_by", "customer", "amount", "cost", "confidence", "expected_close_date", "deal_source",
    "reason_lost", "proposal_url",
)  # fmt: skip
"""What is stored of an opportunity: its page has no computed field."""
FILTER = "{list} = 'Negotiations' AND {amount} > 50000"

MAPPING = {
    "Title": {"field": "title"},
    "Customer": {"field": "customer", "match": "title"},
    "Stage": {"field": "list"},
    "Amount": {"field": "amount"},
    "Cost": {"field": "cost"},
    "Stars": {"field": "confidence"},
    "Expected close date": {"field": "expected_close_date"},
    "Source": {"field": "deal_source"},
}


@dataclass(frozen=True)
class Figure:
    """A measured figure. `bound` is the least (`at_least`) or the most that it may be."""

    what: str
    value: float | None
    bound: float
    at_least: bool
    unit: str = "×"
    note: str = ""

    @property
    def good(self) -> bool:
        if self.value is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True)
class Effort:
    """How long each measurement takes, in seconds, and how many rounds the median is of."""

    seconds: float
    rounds: int


def pages(place: Place, filled: Filled, effort: Effort) -> list[Figure]:
    """The page with a reference, three lookups and a formula; one with many more, one with none."""
    fields = ",".join(PAGE)
    bare_arguments = (str(filled.opportunities), str(filled.user_id), fields)
    with running(place, "api") as api, running(place, "bare", *bare_arguments) as bare:
        page, plain = path(filled, fields=fields), path(filled, fields=",".join(PLAIN))
        heavy = path(filled, fields=",".join([*PLAIN, *filled.heavy]))
        rates = in_turns(
            effort,
            api=lambda: load(api, filled, effort, [page]),
            member=lambda: load(api, filled, effort, [page], token=filled.member_token),
            bare=lambda: load(bare, filled, effort, ["/page"]),
            plain=lambda: load(api, filled, effort, [plain]),
            heavy=lambda: load(api, filled, effort, [heavy]),
        )
    api_rate, bare_rate = _rate(rates["api"]), _rate(rates["bare"])
    return [
        Figure("page of 100, requests a second at 16 connections", api_rate, 1000, True, "/s"),
        Figure("the same for a role that hides fields and records", _rate(rates["member"]), 1000, True, "/s"),
        Figure("the same against a bare handler with the same SQL", api_rate / bare_rate, 0.5, True),
        Figure(
            "20 lookups and 20 formulas against none", _rate(rates["plain"]) / _rate(rates["heavy"]), 3, False
        ),
    ]


def filtered(place: Place, filled: Filled, effort: Effort) -> list[Figure]:
    """A filtered and sorted page over HTTP against raw SQL, written by hand, in this process."""
    with running(place, "api") as api:
        wanted = path(filled, fields=",".join(PAGE), filter=FILTER, sort="-amount")
        found = in_turns(
            effort,
            api=lambda: load(api, filled, effort, [wanted], connections=1),
            member=lambda: load(api, filled, effort, [wanted], 1, filled.member_token),
            raw=lambda: asyncio.run(_raw(place, filled, effort)),
        )
    times = {name: median(r["median"] for r in results) for name, results in found.items()}
    names = {
        "api": "filtered and sorted page against raw SQL",
        "member": "the same for a role that hides fields and records",
    }
    raw = times["raw"]
    return [
        Figure(what, times[n] / raw, 3, False, note=f"{times[n]:.1f} ms against {raw:.1f} ms")
        for n, what in names.items()
    ]


def imports(place: Place, filled: Filled, rows: int) -> list[Figure]:
    """A CSV file with references matched by title, uploaded and imported over HTTP."""
    place.directory.mkdir(parents=True, exist_ok=True)
    file = place.directory / "import.csv"
    write_csv(file, rows, asyncio.run(customer_names(place, filled)))
    with running(place, "api") as api:
        before = api.processor_seconds()
        seconds, failed = _import(api, filled, file)
        after, memory = api.processor_seconds(), api.memory()
    note = f"{failed} rows failed " if failed else ""
    if before is not None and after is not None:
        note += f"{rows / (after - before):,.0f} per second of processor time"
    bound = 20_000 if place.engine == "sqlite" else 0
    return [
        Figure("CSV import with references matched, rows a second", rows / seconds, bound, True, "/s", note),
        Figure("memory of the server after it", memory, 200, False, "MB"),
    ]


def growth(small: tuple[Place, Filled], large: tuple[Place, Filled], effort: Effort) -> list[Figure]:
    """First and deep pages of ten times as many records."""
    with running(small[0], "api") as few, running(large[0], "api") as many:
        kinds: dict[str, Callable[[], Any]] = {}
        for name, server, filled in (("few", few, small[1]), ("many", many, large[1])):
            first = path(filled, fields=",".join(PAGE))
            deep = path(filled, fields=",".join(PAGE), cursor=_deep(server, filled))
            kinds[f"{name} first"] = _bound_load(server, filled, effort, first)
            kinds[f"{name} deep"] = _bound_load(server, filled, effort, deep)
        rates = {name: _rate(results) for name, results in in_turns(effort, **kinds).items()}
    return [
        Figure(
            f"{kind} page, ten times as many records",
            rates[f"few {kind}"] / rates[f"many {kind}"],
            1.5,
            False,
        )
        for kind in ("first", "deep")
    ]


def path(filled: Filled, **query: str) -> str:
    """The path of a page of opportunities."""
    terms = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    return f"/api/v1/projects/{filled.opportunities}/records?limit=100&{terms}"


def in_turns(effort: Effort, **kinds: Callable[[], Any]) -> dict[str, list[Any]]:
    """Measure each kind once in every round, so that a busy moment meets all of them."""
    found: dict[str, list[Any]] = {name: [] for name in kinds}
    for _ in range(effort.rounds):
        for name, measure in kinds.items():
            found[name].append(measure())
    return found


def load(
    server: Server,
    filled: Filled,
    effort: Effort,
    paths: Sequence[str],
    connections: int = CONNECTIONS,
    token: str = "",
) -> dict[str, Any]:
    """What the load generator tells, run in a process of its own; an administrator asks, or `token`."""
    arguments = [str(server.port), str(effort.seconds), str(connections), token or filled.token, *paths]
    command = [sys.executable, "-m", "bench.load", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    if found["failed"]:
        raise RuntimeError(f"The server answered {found['failed']} to {paths}.")
    return found


def _bound_load(server: Server, filled: Filled, effort: Effort, wanted: str) -> Callable[[], Any]:
    return lambda: load(server, filled, effort, [wanted])


def _rate(results: Sequence[dict[str, Any]]) -> float:
    return float(median(result["rate"] for result in results))


async def _raw(place: Place, filled: Filled, effort: Effort) -> dict[str, float]:
    """What the filtered page costs as plain SQL through the same database object."""
    kernel = create_kernel(place.settings())
    await kernel.database.start()
    try:
        statement = await _handwritten(kernel.schema, filled, place.engine == "sqlite")
        times = []
        until = time.perf_counter() + effort.seconds
        while time.perf_counter() < until:
            begun = time.perf_counter()
            await kernel.database.read(statement)
            times.append((time.perf_counter() - begun) * 1000)
    finally:
        await kernel.database.stop()
    return {"median": median(times)}


async def _handwritten(cache: SchemaCache, filled: Filled, sqlite: bool) -> Statement:
    schema = await cache.current()
    deals, customers = schema.projects[filled.opportunities], schema.projects[filled.customers]

    def column(project: Any, key: str, part: int = 0) -> str:
        return str(project.by_name[key].columns[part].name)

    amount, cost = column(deals, "amount"), column(deals, "cost")
    list_id = next(c.id for c in deals.lists if c.name == "Negotiations")
    shown = ", ".join(f"c.{column(customers, key)}" for key in ("email", "phone", "category"))
    least = 50_000 * 10_000 if sqlite else 50_000
    return Statement(
        f"SELECT d.id, d.title, d.list_id, d.{amount}, d.{cost}, d.{amount} - d.{cost}, c.id, c.title, "
        f"{shown} "
        f"FROM {deals.table} d LEFT JOIN {customers.table} c ON c.id = d.{column(deals, 'customer')} "
        f"WHERE d.deleted_at IS NULL AND d.list_id = {list_id} AND d.{amount} > {least} "
        f"ORDER BY d.{amount} DESC, d.id LIMIT 101"
    )


def _import(server: Server, filled: Filled, file: Path) -> tuple[float, int]:
    """Seconds from start to done, and the rows that failed."""
    headers = {"Authorization": f"Bearer {filled.token}"}
    base = f"{server.address}/api/v1/projects/{filled.opportunities}/imports"
    with httpx.Client(headers=headers, timeout=300) as client, file.open("rb") as content:
        made = client.post(base, files={"file": ("deals.csv", content)}).raise_for_status().json()
        one = f"{base}/{made['id']}"
        client.patch(one, json={"mapping": MAPPING}).raise_for_status()
        begun = time.perf_counter()
        client.post(f"{one}/start").raise_for_status()
        while (state := client.get(one).raise_for_status().json())["status"] in ("queued", "running"):
            time.sleep(0.1)
        spent = time.perf_counter() - begun
    if state["status"] != "done":
        raise RuntimeError(f"The import has {state['status']}: {state['error']}")
    return spent, int(state["failed"])


def _deep(server: Server, filled: Filled) -> str:
    """The cursor of a page nine tenths of the way down."""
    headers = {"Authorization": f"Bearer {filled.token}"}
    base = f"{server.address}/api/v1/projects/{filled.opportunities}/records"
    with httpx.Client(headers=headers, timeout=60) as client:
        query: dict[str, Any] = {"limit": 1000, "fields": "amount"}
        total = client.get(base, params={**query, "count": True}).raise_for_status().json()["total"]
        for _ in range(total * 9 // 10 // 1000):
            query["cursor"] = client.get(base, params=query).raise_for_status().json()["next"]
    return str(query["cursor"])
