"""The schema snapshot, shared by processes through the database."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

import plugins.fields
from kernel.access.actor import SYSTEM
from kernel.clock import SystemClock
from kernel.fields import FieldType
from kernel.ids import IdGenerator
from kernel.registry import Registry
from kernel.schema import Field
from kernel.services.changes import ChangeLog
from kernel.services.conversions import Conversions
from kernel.services.entries import EntryInput, ProjectParts
from kernel.services.field_checks import FieldChecks
from kernel.services.field_inputs import FieldInput
from kernel.services.fields import FieldService
from kernel.services.lists import ListService
from kernel.services.projects import ProjectInput, ProjectService
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache


class Process:
    """The project services as one server process has them."""

    def __init__(self, database: Database, node: int) -> None:
        self.database = database
        self.types = field_types()
        rows, clock = KernelRows(database.dialect), SystemClock()
        ids = IdGenerator(node, clock)
        log = ChangeLog(ids, clock, rows)
        self.schema = SchemaCache(database, self.types.get)
        self.parts = ProjectParts(database, self.schema, ids, clock, rows, log)
        self.projects = ProjectService(self.parts)
        self.lists = ListService(self.parts)
        checks = FieldChecks(lambda *_: None)
        self.fields = FieldService(
            self.parts, self.types, checks, Conversions(database.dialect, ids, log, clock)
        )

    async def field(self, project_id: int, field_id: int) -> Field:
        schema = await self.schema.current()
        return next(f for f in schema.projects[project_id].fields if f.id == field_id)


def field_types() -> Registry[FieldType[Any, Any]]:
    registry: Registry[FieldType[Any, Any]] = Registry("field_type")
    for found in pkgutil.iter_modules(plugins.fields.__path__):
        module = importlib.import_module(f"plugins.fields.{found.name}")
        for type_ in module.register_field_types():
            registry.add(type_.key, type_, f"fields.{found.name}", "smalt")
    return registry


@pytest.fixture
async def first(database: Database) -> Process:
    return Process(database, 1)


@pytest.fixture
async def second(database_url: str, database: Database) -> AsyncIterator[Process]:
    """Another process on the same database."""
    other = open_database(database_url)
    await other.start()
    yield Process(other, 2)
    await other.stop()


async def test_what_one_process_adds_the_other_knows(first: Process, second: Process) -> None:
    before = await second.schema.current()
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    await first.lists.create(SYSTEM, project.id, EntryInput("Won", "green"))
    made = await first.fields.create(SYSTEM, project.id, FieldInput("Amount", "number", {"decimals": 2}))
    assert second.schema.cached() is before
    found = (await second.schema.current()).projects[project.id]
    assert [choice.name for choice in found.lists] == ["Won"]
    assert found.by_name["amount"].columns == made.field.columns
    assert found.by_name["amount"].config == made.field.config
    async with second.database.transaction() as tx:
        await tx.execute(f"INSERT INTO p_{project.id} (id, title, f_{made.field.id}) VALUES (1, 'a', 5)")


async def test_an_unchanged_schema_is_the_same_object(first: Process) -> None:
    await first.projects.create(SYSTEM, ProjectInput("Deals"))
    schema = await first.schema.current()
    assert await first.schema.current() is schema
    async with first.database.transaction() as tx:
        assert await first.schema.in_transaction(tx) is schema


async def test_readers_that_wait_together_load_once(first: Process) -> None:
    await first.schema.current()
    await first.projects.create(SYSTEM, ProjectInput("Deals"))
    seen = await asyncio.gather(*(first.schema.current() for _ in range(20)))
    assert len({id(schema) for schema in seen}) == 1


async def test_a_change_that_is_undone_leaves_no_trace(first: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    before = await first.schema.current()
    with suppress(ZeroDivisionError):
        async with first.database.transaction(schema_change=True) as tx:
            schema = await first.schema.change(tx)
            await first.fields.add(tx, SYSTEM, schema, schema.projects[project.id], FieldInput("A", "text"))
            seen = await first.schema.in_transaction(tx)
            assert [f.key for f in seen.projects[project.id].fields] == ["a"]
            raise ZeroDivisionError
    assert await first.schema.current() is before
    await first.fields.create(SYSTEM, project.id, FieldInput("B", "text"))
    assert [f.key for f in (await first.schema.current()).projects[project.id].fields] == ["b"]


async def test_a_missing_type_keeps_columns_and_config(first: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    made = (await first.fields.create(SYSTEM, project.id, FieldInput("Price", "currency"))).field
    async with first.database.transaction(schema_change=True) as tx:
        await first.schema.bump(tx)
        await tx.execute("UPDATE smalt_field SET type = 'from_elsewhere'")
    found = await first.field(project.id, made.id)
    assert (found.type, found.config, found.derived) == (None, None, False)
    assert (found.columns, found.raw_config) == (made.columns, made.raw_config)


@pytest.mark.parametrize("config", ['{"decimals": "many"}', '{"decimals": 5}', '{"else": 1}'])
async def test_a_config_that_does_not_fit_makes_the_field_unavailable(first: Process, config: str) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    made = (await first.fields.create(SYSTEM, project.id, FieldInput("A", "number", {"decimals": 2}))).field
    async with first.database.transaction(schema_change=True) as tx:
        await first.schema.bump(tx)
        await tx.execute(f"UPDATE smalt_field SET config = '{config}'")
    found = await first.field(project.id, made.id)
    assert found.type is None
    assert found.columns == made.columns


async def test_a_disabled_plugin_makes_its_fields_unavailable(first: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    made = (await first.fields.create(SYSTEM, project.id, FieldInput("A", "rating"))).field
    insert = (
        "INSERT INTO smalt_plugin (name, enabled, faults, changed_at) VALUES ('fields.rating', FALSE, 0, 0)"
    )
    for sql in (insert, "DELETE FROM smalt_plugin"):
        async with first.database.transaction(schema_change=True) as tx:
            await first.schema.bump(tx)
            await tx.execute(sql)
        found = await first.field(project.id, made.id)
        assert (found.type is None) is (sql == insert)
    assert found == made


async def test_a_thousand_fields_are_taken_over_from_before(first: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Wide"))
    async with first.database.transaction(schema_change=True) as tx:
        schema = await first.schema.change(tx)
        for number in range(1000):
            data = FieldInput(f"Field {number}", "number", {"decimals": 2})
            _, schema = await first.fields.add(tx, SYSTEM, schema, schema.projects[project.id], data)
    loaded = (await first.schema.current()).projects[project.id]
    assert len(loaded.by_name) == 2000
    assert [f.position for f in loaded.live_fields] == list(range(1000))
    async with first.database.transaction(schema_change=True) as tx:
        await first.schema.bump(tx)
    again = (await first.schema.current()).projects[project.id]
    assert all(a is b for a, b in zip(loaded.fields, again.fields, strict=True))


async def test_history_and_outbox_agree(first: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    await first.fields.create(SYSTEM, project.id, FieldInput("A", "text"))
    history = Statement("SELECT id, at, project_id, record_id, kind, version FROM smalt_history ORDER BY id")
    outbox = Statement("SELECT id, at, project_id, record_id, kind, version FROM smalt_outbox ORDER BY id")
    told, sent = await first.database.read(history, outbox)
    assert told == sent
    assert [row[4] for row in told] == ["project.created", "field.created"]


async def test_options_are_added_at_once_by_several(first: Process, second: Process) -> None:
    project = await first.projects.create(SYSTEM, ProjectInput("Deals"))
    made = (await first.fields.create(SYSTEM, project.id, FieldInput("Source", "select"))).field
    names = [["Web", "Fair"], ["FAIR", "Phone"], ["Web"]]
    services = [first.fields, second.fields, first.fields]
    await asyncio.gather(
        *(s.add_options(SYSTEM, project.id, "source", n) for s, n in zip(services, names, strict=True))
    )
    found = await second.field(project.id, made.id)
    assert found.type is not None
    options = [choice.name.lower() for choice in found.type.choices(found.config)]
    assert sorted(options) == ["fair", "phone", "web"]
