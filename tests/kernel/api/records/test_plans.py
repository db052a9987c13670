"""Plans: no engine reads a whole table where an index could serve."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from kernel.access.actor import FULL_ACCESS, Actor, ProjectAccess
from kernel.queries.pages import PageQuery, PageRequest, page_query
from kernel.runtime import Kernel
from tests.kernel.api.records.many import DEALS, Many, many
from tests.kernel.api.records.projects import Json

DEFAULT: list[Json] = [{}, {"sort": "id"}, {"sort": "-id"}]
SORTS = (
    "amount", "-amount", "code", "-code", "title", "-title", "created_at", "-updated_at", "stage", "-stage",
    "list,position", "-list,-position", "customer", "-customer", "customer.email", "-mail", "-amount,title",
)  # fmt: skip
FILTERS: list[Json] = [
    {"list": "Rare"},
    {"list": "One"},
    {"list": "One", "sort": "position"},
    {"list": "One", "sort": "-id"},
    {"filter": "{amount} = 12.5"},
    {"filter": "{code} = 'CODE 77'"},
    {"filter": "{code} IN ('code 77', 'code 78')", "sort": "title"},
    {"filter": "{title} = 'title 77'"},
    {"filter": "{customer} = '1000077'"},
    {"filter": "{customer} = 'Title 77'"},
    {"filter": "{customer.email} = 'mail77@ACME.example'"},
    {"filter": "{mail} = 'mail77@acme.example'"},
    {"filter": "{mail} = 'mail77@acme.example' AND {amount} > 5", "sort": "-amount"},
    {"filter": "{customer.title} = 'Title 77'", "sort": "customer.email"},
    {"trash": True},
]


@pytest.fixture
async def lots(kernel: Kernel, client: httpx.AsyncClient) -> Many:
    return await many(kernel, client)


def wasteful(plan: list[str], table: str) -> list[str]:
    """The lines that read a whole table, or sort what no index has found."""
    searched = any(line.startswith("SEARCH") for line in plan)
    return [
        line
        for line in plan
        if f"Seq Scan on {table}" in line
        or (line.startswith("SCAN r") and "USING INDEX" not in line)
        or ("USE TEMP B-TREE FOR ORDER BY" in line and not searched)
    ]


async def deep(lots: Many, **request: Any) -> list[str]:
    """The cursors of pages a tenth, a half and nearly all of the way down."""
    page = await lots.query(limit=1000, **request)
    found = []
    for number in range(DEALS // 1000):
        (rows,) = await lots.kernel.database.read(page.page)
        cursor = page.next_cursor(rows[0])
        if cursor is None:
            break
        if number in (0, 4, 7):
            found.append(cursor)
        page = await lots.query(limit=1000, cursor=cursor, **request)
    assert len(found) == 3
    return found


async def test_pages_without_a_sort(lots: Many) -> None:
    for request in DEFAULT:
        plan = await lots.plan(await lots.query(**request))
        table = f"p_{lots.deals.id}"
        walked = (
            f"Index Scan{' Backward' if request.get('sort') == '-id' else ''} using {table}_pkey on {table} r"
        )
        assert plan[-1] == "SCAN r" or any(walked in line for line in plan), (request, plan)


async def test_sorts_walk_an_index_at_any_depth(lots: Many) -> None:
    table = f"p_{lots.deals.id}"
    for sort in SORTS:
        for cursor in (None, *await deep(lots, sort=sort)):
            plan = await lots.plan(await lots.query(sort=sort, cursor=cursor))
            lines = _first_part(plan)
            assert not wasteful(lines, table), (sort, cursor, "\n".join(plan))
            assert any(_walks(line) for line in lines), (sort, "\n".join(plan))


def _walks(line: str) -> bool:
    return "INDEX" in line or "Index" in line or "rowid>" in line or "rowid<" in line


def _first_part(plan: list[str]) -> list[str]:
    """What is read first; the rest is only read when a page goes beyond the last filled value."""
    for number, line in enumerate(plan):
        if line.startswith("UNION ALL") or "_1" in line.split("(")[0]:
            return plan[:number]
    return plan


async def test_filters_find_their_rows_by_an_index(lots: Many) -> None:
    table = f"p_{lots.deals.id}"
    for request in FILTERS:
        plan = await lots.plan(await lots.query(**request))
        assert not wasteful(plan, table), (request, "\n".join(plan))


async def test_values_are_computed_for_the_page_alone(lots: Many) -> None:
    for request in ({"sort": "customer"}, {"filter": "{customer.email} = 'x'"}, {}):
        sql = (await lots.query(fields=("mail", "customer"), **request)).page.sql
        cut = sql[: sql.index(") cut")]
        assert "json" not in cut
        assert cut.count(f"p_{lots.customers.id}") == sql.count("UNION ALL") + bool(request)


async def test_the_scope_of_a_role_costs_a_page_nothing(kernel: Kernel, client: httpx.AsyncClient) -> None:
    found = await many(kernel, client)
    schema = await kernel.schema.current()
    project = schema.projects[int(found.deals.id)]

    def compiled(scope: str) -> PageQuery:
        access = ProjectAccess("7", {"*": "edit", "code": "hidden"}, scope)
        reader = Actor(7, memberships={project.id: access, int(found.customers.id): FULL_ACCESS})
        dialect = kernel.database.dialect
        return page_query(schema, reader, project, PageRequest(limit=10), dialect, kernel.clock.now())

    query = compiled("{amount} > 10 AND {code} != BLANK()")
    assert query.timeless
    assert "IN (SELECT" not in query.page.sql
    (rows,) = await kernel.database.read(query.page)
    assert len(json.loads(rows[0][0])) == 10
    assert not compiled("{created_at} < NOW()").timeless
    through = compiled("{customer.email} != BLANK()")
    assert through.timeless
    assert " EXISTS (SELECT 1" in through.page.sql
