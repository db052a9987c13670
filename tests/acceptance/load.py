"""A write load that remembers what was acknowledged, and what was on its way when the server died."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx

from tests.acceptance.api import Api

LISTS = ("One", "Two", "Three")


@dataclass(frozen=True)
class State:
    """A record as its only writer knows it."""

    title: str
    list: str
    number: int | None
    code: str | None
    partner: str | None
    version: int
    deleted: bool = False


@dataclass
class Expected:
    """What must be there. `pending` are the whole outcomes that the last request may have had:
    records by id, or by title while their id is not known; each outcome is there wholly or not."""

    records: dict[str, State] = field(default_factory=dict)
    created: list[State] = field(default_factory=list)
    changed: dict[str, State] = field(default_factory=dict)

    def settle(self, made: list[str]) -> None:
        """The request was acknowledged, and gave these ids to what it created."""
        self.records.update(zip(made, self.created, strict=True))
        self.records.update(self.changed)
        self.created, self.changed = [], {}


class Worker(threading.Thread):
    """Sends one request after the other until the server is gone. `pause` is the longest rest, in seconds."""

    pause = 0.0

    def __init__(self, address: str, token: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.api = Api(address, token, timeout=60)
        self.random = Random(seed)
        self.error: Exception | None = None
        self.acknowledged = 0

    def run(self) -> None:
        try:
            with suppress(httpx.TransportError):
                while True:
                    self.step()
                    self.acknowledged += 1
                    time.sleep(self.random.uniform(0, self.pause))
        except Exception as error:
            self.error = error
        finally:
            self.api.close()

    def step(self) -> None:
        """One request and what it means."""
        raise AssertionError


class RecordWriter(Worker):
    """Creates, changes, moves, deletes and restores records of its own."""

    def __init__(
        self, address: str, token: str, seed: int, path: str, lists: dict[str, str], name: str
    ) -> None:
        super().__init__(address, token, seed)
        self.path, self.lists, self.prefix = f"{path}/records", lists, name
        self.expected = Expected()
        self.count = 0

    def step(self) -> None:
        known = self.expected.records
        alive = [i for i, state in known.items() if not state.deleted]
        gone = [i for i, state in known.items() if state.deleted]
        choices: list[Callable[[], None]] = [self.create, self.batch]
        if alive:
            choices += [lambda: self.change(self.random.choice(alive))] * 3
            choices += [lambda: self.move(self.random.choice(alive))] * 2
            choices += [lambda: self.delete(self.random.choice(alive))]
        if gone:
            choices += [lambda: self.restore(self.random.choice(gone))]
        self.random.choice(choices)()

    def fresh(self) -> tuple[State, dict[str, Any]]:
        """A new record, and the body that makes it."""
        self.count += 1
        alive = [i for i, state in self.expected.records.items() if not state.deleted]
        state = State(
            title=f"{self.prefix} {self.count}",
            list=self.lists[self.random.choice(LISTS)],
            number=self.random.randrange(10**6),
            code=str(self.random.randrange(10**6)),
            partner=self.random.choice([*alive, None]) if alive else None,
            version=1,
        )
        fields = {"number": state.number, "code": state.code, "partner": state.partner}
        return state, {"title": state.title, "list": state.list, "fields": fields}

    def altered(self, state: State) -> tuple[State, dict[str, Any]]:
        number, title = self.random.randrange(10**6, 10**7), f"{state.title}."
        changed = replace(state, number=number, title=title, version=state.version + 1)
        return changed, {"title": title, "fields": {"number": number}}

    def create(self) -> None:
        state, body = self.fresh()
        self.expected.created = [state]
        self.expected.settle([self.api.post(self.path, body)["id"]])

    def change(self, record_id: str) -> None:
        state, body = self.altered(self.expected.records[record_id])
        self.expected.changed = {record_id: state}
        answer = self.api.patch(f"{self.path}/{record_id}", body)
        assert answer["version"] == state.version
        self.expected.settle([])

    def move(self, record_id: str) -> None:
        state = self.expected.records[record_id]
        to = self.lists[self.random.choice([n for n in LISTS if self.lists[n] != state.list])]
        self.expected.changed = {record_id: replace(state, list=to, version=state.version + 1)}
        place = self.random.choice(["first", "last"])
        self.api.post(f"{self.path}/{record_id}/move", {"list": to, "position": place})
        self.expected.settle([])

    def delete(self, record_id: str) -> None:
        state = self.expected.records[record_id]
        self.expected.changed = {record_id: replace(state, deleted=True, version=state.version + 1)}
        self.api.delete(f"{self.path}/{record_id}")
        self.expected.settle([])

    def restore(self, record_id: str) -> None:
        state = self.expected.records[record_id]
        self.expected.changed = {record_id: replace(state, deleted=False, version=state.version + 1)}
        self.api.post(f"{self.path}/{record_id}/restore")
        self.expected.settle([])

    def batch(self) -> None:
        """Creations, changes and deletions that must happen together."""
        made = [self.fresh() for _ in range(self.random.randrange(1, 60))]
        alive = [i for i, state in self.expected.records.items() if not state.deleted]
        self.random.shuffle(alive)
        changes = {i: self.altered(self.expected.records[i]) for i in alive[:10]}
        gone = alive[10:13]
        self.expected.created = [state for state, _ in made]
        self.expected.changed = {i: state for i, (state, _) in changes.items()}
        for i in gone:
            state = self.expected.records[i]
            self.expected.changed[i] = replace(state, deleted=True, version=state.version + 1)
        body = {
            "create": [body for _, body in made],
            "update": [{"id": i, **body} for i, (_, body) in changes.items()],
            "delete": gone,
        }
        self.expected.settle(self.api.post(f"{self.path}/batch", body)["created"])


class FieldWriter(Worker):
    """Adds, converts, deletes and restores fields. `fields` are the acknowledged ones by id."""

    pause = 0.1
    TYPES = ("number", "text", "date", "checkbox", "email", "currency", "select", "multi_select", "rating")

    def __init__(self, address: str, token: str, seed: int, path: str) -> None:
        super().__init__(address, token, seed)
        self.path = f"{path}/fields"
        self.fields: dict[str, dict[str, Any]] = {}
        self.pending: tuple[str, dict[str, Any]] | None = None

    def step(self) -> None:
        alive = [i for i, known in self.fields.items() if not known["deleted"]]
        gone = [i for i, known in self.fields.items() if known["deleted"]]
        choices: list[Callable[[], None]] = [self.add, self.convert_code]
        if alive:
            choices += [lambda: self.convert(self.random.choice(alive))]
            choices += [lambda: self.trash(self.random.choice(alive), True)]
        if gone:
            choices += [lambda: self.trash(self.random.choice(gone), False)]
        self.random.choice(choices)()

    def send(self, name: str, wanted: dict[str, Any], request: Callable[[], Any]) -> None:
        """Do it; `wanted` is how the field is to stand then, by its name."""
        self.pending = (name, wanted)
        answer = request()
        known = self.fields.setdefault(wanted.get("id") or answer["id"], {})
        known.update(wanted, name=name)
        self.pending = None

    def add(self) -> None:
        name, type_ = f"Field {self.random.getrandbits(64)}", self.random.choice(self.TYPES)
        indexed = type_ not in ("multi_select", "checkbox") and self.random.random() < 0.5
        body = {"name": name, "type": type_, "indexed": indexed}
        if "select" in type_:
            body["config"] = {"options": [{"name": "A"}, {"name": "B"}]}
        self.send(name, {"type": type_, "deleted": False}, lambda: self.api.post(self.path, body))

    def convert(self, field_id: str) -> None:
        known = self.fields[field_id]
        type_ = self.random.choice(("text", "long_text", "number"))
        body = {"type": type_, "config": {}, "accept_loss": True}
        path = f"{self.path}/{field_id}/convert"
        wanted = {"id": field_id, "type": type_, "deleted": False}
        self.send(known["name"], wanted, lambda: self.api.post(path, body))

    def convert_code(self) -> None:
        """The field that the records hold values in, to and fro without a loss."""
        now = self.api.get(f"{self.path}/code")
        type_, config = ("text", {}) if now["type"] == "number" else ("number", {"decimals": 0})
        body = {"type": type_, "config": config}
        wanted = {"id": now["id"], "type": type_, "deleted": False}
        self.fields.setdefault(now["id"], {"name": "Code", "type": now["type"], "deleted": False})
        self.send("Code", wanted, lambda: self.api.post(f"{self.path}/code/convert", body))

    def trash(self, field_id: str, deleted: bool) -> None:
        known = self.fields[field_id]
        if known["name"] == "Code":
            return
        path = f"{self.path}/{field_id}"
        wanted = {"id": field_id, "type": known["type"], "deleted": deleted}
        request = (lambda: self.api.delete(path)) if deleted else (lambda: self.api.post(f"{path}/restore"))
        self.send(known["name"], wanted, request)


class Importer(Worker):
    """Imports one file after the other. `started` has the acknowledged ones: rows by id."""

    def __init__(self, address: str, token: str, seed: int, path: str) -> None:
        super().__init__(address, token, seed)
        self.path = path
        self.uploaded: dict[str, tuple[str, int]] = {}
        self.started: set[str] = set()

    def step(self) -> None:
        number, rows = len(self.uploaded), self.random.randrange(50, 5000)
        prefix = f"import {number} row"
        lines = "".join(f"{prefix} {n},{n},{LISTS[n % 3]},tag {n % 7}\n" for n in range(rows))
        file = f"title,number,list,tags\n{lines}".encode()
        import_id = self.api.upload(self.path, "rows.csv", file)["id"]
        self.uploaded[import_id] = (prefix, rows)
        self.api.decide(self.path, import_id, create_missing=["tags"])
        self.api.post(f"{self.path}/imports/{import_id}/start")
        self.started.add(import_id)
        self.api.finished(self.path, import_id)


class TemplateWriter(Worker):
    """Makes whole sets of projects. `made` has the ids of those that were acknowledged."""

    pause = 1.0

    def __init__(self, address: str, token: str, seed: int) -> None:
        super().__init__(address, token, seed)
        self.made: list[list[str]] = []

    def step(self) -> None:
        applied = self.api.post("/templates/crm/apply", {"sample": 30})
        self.made.append([project["id"] for project in applied["projects"]])
