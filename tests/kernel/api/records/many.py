"""Many customers and opportunities, made by the database itself, to look at plans with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from kernel.access.actor import SYSTEM
from kernel.queries.pages import PageQuery, PageRequest, page_query
from kernel.runtime import Kernel
from kernel.schema import Project
from kernel.storage.database import Statement
from tests.kernel.api.records.projects import ProjectClient, new_project

CUSTOMERS = 1000
DEALS = 10_000
_FIRST = 1_000_000
"""The ids of customers follow this number, those of opportunities twice this number."""

_SERIES = {
    "sqlite": (
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n) n"
    ),
    "postgres": "generate_series(1::bigint, {}) AS n(i)",
}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i, 'unixepoch')",
    "postgres": "to_timestamp(1700000000 + i)",
}


@dataclass
class Many:
    """Opportunities that refer to customers; `amount`, `code`, `stage` and `email` are indexed."""

    kernel: Kernel
    customers: ProjectClient
    deals: ProjectClient

    async def query(self, **request: Any) -> PageQuery:
        """A page of opportunities, as the administrator asks for it."""
        schema = await self.kernel.schema.current()
        project = schema.projects[int(self.deals.id)]
        asked = PageRequest(**request)
        return page_query(
            schema, SYSTEM, project, asked, self.kernel.database.dialect, self.kernel.clock.now()
        )

    async def plan(self, query: PageQuery) -> list[str]:
        """How the engine finds the rows of a page, line by line."""
        sql, parameters = query.page
        if self.kernel.database.dialect.name == "postgres":
            (rows,) = await self.kernel.database.read(Statement(f"EXPLAIN {sql}", parameters))
            return _until([row[0] for row in rows], "CTE Scan on page")
        (rows,) = await self.kernel.database.read(Statement(f"EXPLAIN QUERY PLAN {sql}", parameters))
        return _until([row[3] for row in rows], "SCAN (subquery")


def _until(lines: list[str], end: str) -> list[str]:
    """The lines about the rows of the page, before those about their values."""
    for number, line in enumerate(lines):
        if end in line:
            return lines[:number]
    return lines


async def many(kernel: Kernel, client: httpx.AsyncClient) -> Many:
    customers = await new_project(client, "Customers")
    email = await customers.add_field("Email", "email", indexed=True)
    deals = await new_project(client, "Deals", "One", "Two", "Rare")
    amount = await deals.add_field("Amount", "number", {"decimals": 2}, indexed=True)
    code = await deals.add_field("Code", "text", indexed=True)
    options = {"options": [{"name": name} for name in "abc"]}
    stage = await deals.add_field("Stage", "select", options, indexed=True)
    reference = await deals.refer("Customer", customers)
    await deals.look_up("Mail", "customer", "email")
    schema = await kernel.schema.current()
    found = Many(kernel, customers, deals)
    mail = f"CASE WHEN i % 10 > 0 THEN 'Mail' || (i * 31 % {CUSTOMERS}) || '@acme.example' END"
    await _fill(kernel, schema.projects[int(customers.id)], CUSTOMERS, _FIRST, {_column(email): mail})
    cents = (
        "(i * 7907) % 1000000"
        if kernel.database.dialect.name == "sqlite"
        else "((i * 7907) % 1000000) / 100.0"
    )
    ids = [option["id"] for option in stage["config"]["options"]]
    values = {
        _column(amount): f"CASE WHEN i % 20 > 0 THEN {cents} END",
        _column(code): f"CASE WHEN i % 5 > 0 THEN 'Code ' || (i * 613 % {DEALS}) END",
        _column(stage): f"CASE i % 4 WHEN 0 THEN {ids[0]} WHEN 1 THEN {ids[1]} WHEN 2 THEN {ids[2]} END",
        _column(reference): f"CASE WHEN i % 10 > 0 THEN {_FIRST} + 1 + i * 31 % {CUSTOMERS} END",
    }
    await _fill(kernel, schema.projects[int(deals.id)], DEALS, 2 * _FIRST, values)
    await kernel.database.optimize()
    return found


def _column(field: Mapping[str, Any]) -> str:
    return f"f_{field['id']}"


async def _fill(kernel: Kernel, project: Project, count: int, first: int, values: Mapping[str, str]) -> None:
    engine = kernel.database.dialect.name
    one, two, rare = (project.lists[number % len(project.lists)].id for number in range(3))
    moment = _MOMENT[engine]
    columns = {
        "id": f"{first} + i", "position": f"{first} + i", "title": f"'Title ' || (i * 7919 % {count})",
        "list_id": f"CASE WHEN i % 100 = 7 THEN {rare} WHEN i % 2 = 0 THEN {one} ELSE {two} END",
        "created_at": moment, "updated_at": moment, "list_entered_at": moment, **values,
    }  # fmt: skip
    async with kernel.database.transaction() as tx:
        await tx.execute(
            f"INSERT INTO {project.table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM {_SERIES[engine].format(count)}"
        )
