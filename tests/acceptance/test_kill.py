"""A server killed at any moment starts again with all that it acknowledged, and nothing half made.

`SMALT_KILL_ROUNDS` says how many times, `SMALT_KILL_SEED` with which load.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.acceptance.load import LISTS, FieldWriter, Importer, RecordWriter, State, TemplateWriter, Worker
from tests.acceptance.stored import Stored, check_agreement
from tests.server_process import Server

ROUNDS = int(os.environ.get("SMALT_KILL_ROUNDS", "4"))
SEED = int(os.environ.get("SMALT_KILL_SEED", "1"))


@dataclass
class Load:
    """All that writes at the same time, into a project of its own."""

    path: str
    lists: dict[str, str]
    writers: list[RecordWriter]
    fields: FieldWriter
    importer: Importer
    template: TemplateWriter

    @property
    def workers(self) -> list[Worker]:
        return [*self.writers, self.fields, self.importer, self.template]


def test_a_killed_server_has_all_it_acknowledged(installation: Installation) -> None:
    random = Random(SEED)
    installation.make_administrator()
    stored = Stored(installation.database_url)
    projects = 0
    for number in range(ROUNDS):
        workers = str(1 + number % 2)
        settings = installation.settings | {"SMALT_WORKERS": workers}
        server = Server(installation.log, settings=settings).ready()
        try:
            load = run_load(server, installation, number, random)
        finally:
            server.kill()
        for worker in load.workers:
            worker.join(120)
            assert worker.error is None, worker.error
        if random.random() < 0.4:
            die_while_starting(installation, random.uniform(0.2, 3))
        with installation.server() as server, installation.client(server) as api:
            finish_imports(api, load)
            check_agreement(stored)
            check_records(api, load)
            check_fields(api, load)
            check_imports(api, load)
            projects = check_projects(api, load, projects)
            check_usable(api, load)
        log = installation.log.read_text()
        assert "Traceback" not in log, f"round {number}: {log[log.index('Traceback') - 500 :][:4000]}"
        print(
            f"round {number}: {', '.join(str(worker.acknowledged) for worker in load.workers)} acknowledged"
        )


def run_load(server: Server, installation: Installation, number: int, random: Random) -> Load:
    with installation.client(server) as api:
        path = api.project(f"Round {number}", LISTS)
        lists = {entry["name"]: entry["id"] for entry in api.get(f"{path}/lists")["items"]}
        api.field(path, "Number", "number", decimals=0)
        api.field(path, "Code", "text")
        api.field(path, "Partner", "reference", project_id=path.split("/")[2])
    place = (server.address, installation.token)
    seeds = [random.getrandbits(32) for _ in range(6)]
    load = Load(
        path,
        lists,
        [RecordWriter(*place, seeds[n], path, lists, f"writer {n}") for n in range(3)],
        FieldWriter(*place, seeds[3], path),
        Importer(*place, seeds[4], path),
        TemplateWriter(*place, seeds[5]),
    )
    for worker in load.workers:
        worker.start()
    time.sleep(random.uniform(0.05, 2.5))
    return load


def die_while_starting(installation: Installation, seconds: float) -> None:
    server = Server(installation.log, settings=installation.settings)
    time.sleep(seconds)
    server.kill()


def finish_imports(api: Api, load: Load) -> None:
    """Those that run go on by themselves."""
    for import_id in load.importer.uploaded:
        if api.get(f"{load.path}/imports/{import_id}")["status"] != "preview":
            api.finished(load.path, import_id)


def check_records(api: Api, load: Load) -> None:
    """Every acknowledged state is there; what was on its way is there wholly or not at all."""
    found = everything(api, load.path)
    by_title = {record["title"]: record for record in found.values()}
    imported = sum(record["title"].startswith("import ") for record in found.values())
    written = 0
    for writer in load.writers:
        expected = writer.expected
        landed = {
            *(state.title in by_title for state in expected.created),
            *(found[i]["version"] == state.version for i, state in expected.changed.items()),
        }
        assert len(landed) <= 1, f"half made: {expected.created} {expected.changed}"
        if landed == {True}:
            expected.settle([by_title[state.title]["id"] for state in expected.created])
        for record_id, state in expected.records.items():
            assert record_id in found, state
            assert seen(found[record_id]) == shown(state, expected.records)
        written += len(expected.records)
    assert len(found) == written + imported


def everything(api: Api, path: str) -> dict[str, dict[str, Any]]:
    """The records of a project by id, those in the trash too, all fully readable."""
    found = {}
    for deleted in ("false", "true"):
        cursor: dict[str, str] = {}
        while True:
            page = api.get(f"{path}/records", limit=1000, deleted=deleted, **cursor)
            found |= {record["id"]: record | {"deleted": deleted} for record in page["items"]}
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    return found


def seen(record: dict[str, Any]) -> State:
    fields = record["fields"]
    partner = fields["partner"]
    return State(
        title=record["title"],
        list=record["list_id"],
        number=fields["number"],
        code=None if fields["code"] is None else str(fields["code"]),
        partner=partner[0]["id"] if partner else None,
        version=record["version"],
        deleted=record["deleted"] == "true",
    )


def shown(state: State, records: dict[str, State]) -> State:
    """As it reads: a partner in the trash is not shown."""
    gone = state.partner is not None and records[state.partner].deleted
    return replace(state, partner=None) if gone else state


def check_fields(api: Api, load: Load) -> None:
    live = {f["id"]: f for f in api.get(f"{load.path}/fields", limit=1000)["items"]}
    gone = {f["id"]: f for f in api.get(f"{load.path}/fields", limit=1000, deleted="true")["items"]}
    found = live | gone
    shown = {f["name"]: (f["type"], i in gone) for i, f in found.items()}
    assert len(shown) == len(found)
    wanted = {known["name"]: (known["type"], known["deleted"]) for known in load.fields.fields.values()}
    wanted = {"Number": ("number", False), "Code": shown["Code"], "Partner": ("reference", False)} | wanted
    if load.fields.pending is not None:
        name, outcome = load.fields.pending
        landed = wanted | {name: (outcome["type"], outcome["deleted"])}
        assert shown in (wanted, landed)
    else:
        assert shown == wanted


def check_imports(api: Api, load: Load) -> None:
    """An import that was started has all its rows, once each; one that was not has none."""
    for import_id, (prefix, rows) in load.importer.uploaded.items():
        state = api.get(f"{load.path}/imports/{import_id}")
        titles = api.titles(load.path, filter=f"LEFT({{title}}, {len(prefix) + 1}) = '{prefix} '")
        if import_id in load.importer.started:
            assert state["status"] == "done", state
        if state["status"] == "done":
            assert (state["created"], state["failed"], state["errors"]) == (rows, 0, []), state
            assert sorted(titles) == sorted(f"{prefix} {n}" for n in range(rows))
        else:
            assert (state["status"], titles) == ("preview", []), state


def check_projects(api: Api, load: Load, before: int) -> int:
    """Of a template all projects are there, or none; the number of all projects."""
    ids = {project["id"] for project in api.get("/projects", limit=1000)["items"]}
    assert {project for made in load.template.made for project in made} <= ids
    surely = before + 1 + 3 * len(load.template.made)
    assert len(ids) in (surely, surely + 3)
    return len(ids)


def check_usable(api: Api, load: Load) -> None:
    """Everything goes on: a field more, and a record that has it."""
    api.field(load.path, "Afterwards", "text")
    record = api.record(load.path, "After the kill", afterwards="works", number=1, code="2")
    assert api.fields(load.path, record)["afterwards"] == "works"
    api.patch(f"{load.path}/records/{record}", {"list": "Two"})
