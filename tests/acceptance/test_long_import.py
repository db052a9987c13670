"""A long import through a real server: told as it goes on, stopped and killed in the middle.

`SMALT_IMPORT_ROWS` says how many rows, 12,000 when it is not set. Longer runs print their figures.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from kernel.services.imports.work import CHUNK
from tests.acceptance.api import Api
from tests.acceptance.holding import Hold
from tests.acceptance.installation import Installation
from tests.acceptance.stored import Stored
from tests.server_process import Server

ROWS = int(os.environ.get("SMALT_IMPORT_ROWS", "12000"))
CUSTOMERS = 500
BAD_EVERY = 1000
"""Every so many rows one has no title."""

MOST_MIB = 96
"""Memory that a server may take more for a long import than for one of a few rows."""

PATIENCE = 60 + ROWS / 1000


@dataclass
class Watcher:
    """Listens to how far imports are, and weighs the server meanwhile."""

    api: Api
    server: Server
    heard: dict[str, list[tuple[float, str, int]]] = field(default_factory=dict)
    weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over, self._listening = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._listen, self._weigh)]

    def __enter__(self) -> Watcher:
        for thread in self._threads:
            thread.start()
        assert self._listening.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _listen(self) -> None:
        with self.api.http.stream("GET", "/events") as answer:
            name = ""
            for line in answer.iter_lines():
                self._listening.set()
                if self._over.is_set():
                    return
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:") and name == "import.progress":
                    told = json.loads(line.removeprefix("data:"))
                    self._hear(told["id"], told["status"], told["progress"]["rows"])

    def _hear(self, import_id: str, status: str, rows: int) -> None:
        self.heard.setdefault(import_id, []).append((time.monotonic(), status, rows))

    def _weigh(self) -> None:
        status = Path(f"/proc/{self.server.process.pid}/status")
        while not self._over.wait(0.1):
            (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
            self.weights.append(int(line.split()[1]) / 1024)

    def most_of(self, parts: int) -> list[float]:
        """The most memory in each of some equal parts of the time."""
        size = len(self.weights) // parts + 1
        return [max(part) for n in range(parts) if (part := self.weights[n * size : (n + 1) * size])]

    def until_done(self, import_id: str) -> list[tuple[float, str, int]]:
        """What was told of an import, once its end was told."""
        wait_for(lambda: any(status == "done" for _, status, _ in self.heard.get(import_id, [])))
        return self.heard[import_id]


def test_a_long_import_is_told_stopped_and_survives(installation: Installation) -> None:
    installation.make_administrator()
    stored = Stored(installation.database_url)
    middle = Hold(installation.folder / "hold", "kernel.services.imports.work:chunk_of")
    with installation.server(**middle.environment) as server, installation.client(server) as api:
        customers = customers_of(api)
        tell(api, server, customers, stored)
        stop(api, customers, stored, middle)
        path, import_id = begun(api, customers, "Killed", ROWS)
        wait_for(lambda: rows_done(api, path, import_id) > ROWS // 3)
        server.kill()
    with installation.running() as api:
        check_whole(api, stored, path, import_id)


def tell(api: Api, server: Server, customers: str, stored: Stored) -> None:
    """From the start to the end, with somebody who listens; memory does not grow with the file."""
    path, import_id = begun(api, customers, "Short", CUSTOMERS)
    api.finished(path, import_id, PATIENCE)
    with Watcher(api, server) as watcher:
        wait_for(lambda: bool(watcher.weights))
        before, at = watcher.weights[-1], time.monotonic()
        path, import_id = begun(api, customers, "Told", ROWS)
        started = time.monotonic()
        told = watcher.until_done(import_id)
    check_whole(api, stored, path, import_id)
    done = [rows for *_, rows in told]
    assert done == sorted(done)
    assert done[-1] == ROWS
    assert max(watcher.weights) - before < MOST_MIB
    silences = [after[0] - before[0] for before, after in pairwise(told)]
    print(
        f"{ROWS} rows: ready after {started - at:.1f} s, {ROWS / (told[-1][0] - started):.0f} rows/s, told "
        f"{len(told)} times, longest silence {max(silences, default=0):.2f} s; "
        f"memory {before:.0f} MiB, at most {', '.join(f'{most:.0f}' for most in watcher.most_of(4))} in its quarters"
    )


def stop(api: Api, customers: str, stored: Stored, middle: Hold) -> None:
    """What was imported until the stop is what the report says: the first rows of the file."""
    middle.close(ROWS // 2 // CHUNK)
    path, import_id = begun(api, customers, "Stopped", ROWS)
    wait_for(lambda: rows_done(api, path, import_id) > ROWS // 3)
    at = time.monotonic()
    api.post(f"{path}/imports/{import_id}/cancel")
    answered = time.monotonic()
    middle.open()
    state = api.finished(path, import_id, PATIENCE)
    print(f"cancel answered in {answered - at:.2f} s, ended in {time.monotonic() - at:.2f} s")
    assert (state["status"], state["updated"], state["skipped"]) == ("cancelled", 0, 0), state
    done = state["progress"]["rows"]
    assert ROWS // 3 < done < ROWS
    check_records(stored, path, done, state)


def check_whole(api: Api, stored: Stored, path: str, import_id: str) -> None:
    state = api.finished(path, import_id, PATIENCE)
    assert (state["status"], state["progress"]["rows"]) == ("done", ROWS), state
    check_records(stored, path, ROWS, state)
    totals = {"n": {"function": "count"}, "amount": {"function": "sum", "field": "amount"}}
    groups = api.aggregate(path, ["customer"], totals)
    found = {g["group"]["customer"]["title"]: g["measures"] for g in groups}
    wanted: dict[str, list[int]] = {}
    for n in range(ROWS):
        if n % BAD_EVERY:
            wanted.setdefault(f"Customer {n % CUSTOMERS}", []).append(n)
    assert {name: (m["n"], m["amount"]["amount"]) for name, m in found.items()} == {
        name: (len(numbers), f"{sum(numbers) + len(numbers) / 4:.2f}") for name, numbers in wanted.items()
    }


def check_records(stored: Stored, path: str, rows: int, state: dict[str, Any]) -> None:
    """The first rows of the file are there, each once, with history and event; the bad ones are told."""
    project = path.rpartition("/")[2]
    titles = [row["title"] for row in stored.rows(f"SELECT title FROM p_{project} ORDER BY id")]
    assert titles == [f"Deal {n}" for n in range(rows) if n % BAD_EVERY]
    bad = len(range(0, rows, BAD_EVERY))
    assert (state["created"], state["failed"]) == (len(titles), bad)
    for table in ("smalt_history", "smalt_outbox"):
        sql = f"FROM {table} WHERE project_id = {project} AND kind = 'record.created'"
        assert stored.one(f"SELECT count(*) {sql}") == len(titles)
        assert stored.one(f"SELECT count(DISTINCT record_id) {sql}") == len(titles)
    refused = stored.rows(f"SELECT row_number FROM smalt_import_error WHERE job_id = {state['id']}")
    assert sorted(row["row_number"] for row in refused) == [n + 2 for n in range(0, rows, BAD_EVERY)]


def customers_of(api: Api) -> str:
    """The id of a project of customers."""
    path = api.project("Customers")
    api.post(f"{path}/records/batch", {"create": [{"title": f"Customer {n}"} for n in range(CUSTOMERS)]})
    return path.rpartition("/")[2]


def begun(api: Api, customers: str, name: str, rows: int) -> tuple[str, str]:
    """A project whose import has just been started."""
    path = api.project(name, ["Open", "Won"], currency="EUR")
    api.field(path, "Customer", "reference", project_id=customers)
    api.field(path, "Amount", "currency")
    api.field(path, "Closes", "date")
    preview = api.upload(path, "deals.csv", "".join(lines(rows)).encode())
    mapping = {
        "Name": {"field": "title"}, "Customer": {"field": "customer", "match": "title"},
        "Amount": {"field": "amount"}, "Closes": {"field": "closes"}, "List": {"field": "list"},
    }  # fmt: skip
    api.decide(path, preview["id"], mapping=mapping)
    api.post(f"{path}/imports/{preview['id']}/start")
    return path, preview["id"]


def lines(rows: int) -> Iterator[str]:
    yield "Name,Customer,Amount,Closes,List\n"
    for n in range(rows):
        title = f"Deal {n}" if n % BAD_EVERY else ""
        yield f"{title},customer {n % CUSTOMERS},{n}.25,2026-{n % 12 + 1:02}-{n % 28 + 1:02},{('Open', 'Won')[n % 2]}\n"


def rows_done(api: Api, path: str, import_id: str) -> int:
    return int(api.get(f"{path}/imports/{import_id}")["progress"]["rows"])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
