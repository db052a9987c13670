"""A long archive through a real server: told as it goes on, stopped and killed in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.acceptance.api import Api
from tests.acceptance.holding import Hold
from tests.acceptance.installation import Installation
from tests.acceptance.stored import Stored

ROWS = 5_000
PATIENCE = 90.0
COUNTED = (
    "smalt_project",
    "smalt_list",
    "smalt_field",
    "smalt_history",
    "smalt_file",
    "smalt_dashboard",
    "smalt_chart",
)


def test_a_long_archive_is_told_stopped_and_survives(installation: Installation) -> None:
    installation.make_administrator()
    stored = Stored(installation.database_url)
    middle = Hold(installation.folder / "hold", "kernel.services.archives.signals:Signals.tell", argument=2)
    with installation.server(**middle.environment) as server, installation.client(server) as api:
        content = archive_of(api, deals(api))
        before = everything(stored, installation.folder)
        middle.close(0)
        import_id = begun(api, content)
        wait_for(lambda: rows_done(api, import_id) > 0)
        stopped = api.post(f"/archives/{import_id}/cancel")
        assert stopped["status"] == "running", "the answer does not wait for the transaction"
        middle.open()
        state = finished(api, import_id)
        assert (state["status"], state["report"]) == ("cancelled", None), state
        wait_for(lambda: everything(stored, installation.folder) == before)
        import_id = begun(api, content)
        wait_for(lambda: rows_done(api, import_id) > ROWS)
        server.kill()
    with installation.running() as api:
        state = finished(api, import_id)
        assert (state["status"], state["rows"]) == ("done", state["total"]), state
        check(api, stored, state["report"])
        wait_for(lambda: not list((installation.folder / "archive-uploads").iterdir()))
        assert [p["name"] for p in api.get("/projects")["items"]] == ["Deals", "Deals 2"]


def deals(api: Api) -> str:
    """A project with many records, a file and a dashboard."""
    path = api.project("Deals", ["Open", "Won"], currency="EUR")
    api.field(path, "Amount", "currency")
    api.field(path, "Papers", "file")
    sent = api.http.post("/files", files={"file": ("big.txt", b"0123456789" * 300_000)})
    fields = {"papers": [sent.json()["id"]]}
    api.post(f"{path}/records", {"title": "With papers", "fields": fields})
    for start in range(0, ROWS, 2_500):
        records = [{"title": f"Deal {n}", "fields": {"amount": n}} for n in range(start, start + 2_500)]
        api.post(f"{path}/records/batch", {"create": records})
    project = path.rpartition("/")[2]
    board = api.post("/dashboards", {"name": "Sales"})["id"]
    config = {"sources": [{"project_id": project}], "measure": {"function": "sum", "field": "amount"}}
    api.post(f"/dashboards/{board}/charts", {"title": "Sum", "type": "stat", "config": config})
    return project


def archive_of(api: Api, project: str) -> bytes:
    asked = api.post("/archives", {"projects": [project]})
    assert finished(api, asked["id"])["report"]["dashboards"][0]["name"] == "Sales"
    return api.http.get(f"/archives/{asked['id']}/download").content


def begun(api: Api, content: bytes) -> str:
    answer = api.http.post("/archives/import", files={"file": ("deals.zip", content)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def check(api: Api, stored: Stored, report: dict[str, Any]) -> None:
    """Everything came once."""
    [project], [board] = report["projects"], report["dashboards"]
    assert stored.one(f"SELECT count(*) FROM p_{project['id']}") == ROWS + 1
    assert stored.one("SELECT count(*) FROM smalt_file WHERE state = 'ready'") == 2
    sums = api.get(f"/dashboards/{board['id']}/data")["charts"]
    assert [c["data"]["total"] for c in sums] == [f"{ROWS * (ROWS - 1) // 2}.00"]
    [record] = api.get(f"/projects/{project['id']}/records", filter="{title} = 'With papers'")["items"]
    [paper] = record["fields"]["papers"]
    assert api.http.get(f"/files/{paper['id']}/content").content == b"0123456789" * 300_000


def everything(stored: Stored, folder: Path) -> list[int]:
    """How much there is: rows, tables, files, uploads."""
    counts = [stored.one(f"SELECT count(*) FROM {table}") for table in COUNTED]
    kept = [
        path
        for place in ("files", "archive-uploads")
        for path in (folder / place).rglob("*")
        if path.is_file()
    ]
    return [*counts, len(kept)]


def finished(api: Api, archive_id: str) -> dict[str, Any]:
    wait_for(lambda: api.get(f"/archives/{archive_id}")["status"] not in ("queued", "running"))
    found: dict[str, Any] = api.get(f"/archives/{archive_id}")
    return found


def rows_done(api: Api, archive_id: str) -> int:
    return int(api.get(f"/archives/{archive_id}")["rows"])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
