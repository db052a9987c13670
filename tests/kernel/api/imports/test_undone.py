"""An import that is undone leaves every table as it was, history aside.

`SMALT_UNDONE_ROWS` sets the rows of the file; a long run takes 8,800.
"""

from __future__ import annotations

import csv
import io
import os
import random
from typing import Any

import httpx
import msgspec

from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from kernel.storage.database import Statement
from kernel.storage.tables import TABLES
from tests.kernel.api.imports.importing import decide, finished, run, upload

ROWS = int(os.environ.get("SMALT_UNDONE_ROWS", "800"))
THERE = ROWS // 8
"""Opportunities that are there before, and are changed by the import."""

ASIDE = {
    "smalt_history", "smalt_batch", "smalt_outbox", "smalt_consumer", "smalt_state", "smalt_list_stay",  # the history
    "smalt_job", "smalt_import_error",  # the import itself
    "smalt_run", "smalt_automation_match",  # what automations made of it
    "smalt_sequence",  # numbers are never given twice
    "smalt_token", "smalt_unsearched", "smalt_search_state",
}  # fmt: skip
STAMPS = {"version", "updated_at", "updated_by", "list_entered_at", "checked_at"}
HEADER = (
    "opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date",
    "close_value", "notes", "todo",
)  # fmt: skip


def pipeline(first: int, last: int, seed: int) -> bytes:
    """Opportunities as a CRM exports them."""
    chance = random.Random(seed)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for number in range(first, last):
        stage = chance.choice(("Won", "Lost", "Engaging", "Prospecting"))
        account = f"Company {chance.randrange(90)}" if chance.random() < 0.8 else ""
        day = f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/2017"
        writer.writerow(
            [f"ID{number:06}", "Agent", chance.choice(("GTX", "MG", "GTK")), account, stage, day, day,
             chance.randrange(40, 20_000), "Called" if number % 7 == 0 else "", "Write" if number % 9 == 0 else ""]
        )  # fmt: skip
    return text.getvalue().encode()


async def imported(client: httpx.AsyncClient, deals: str, content: bytes) -> dict[str, Any]:
    made = await upload(client, deals, content)
    mapping = {
        "opportunity_id": {"field": "title"},
        "account": {"field": "customer", "match": "title"},
        "deal_stage": {"field": "list"},
        "close_value": {"field": "amount"},
        "close_date": {"field": "expected_close_date"},
        "engage_date": {"create": {"name": "Engaged on", "type": "date"}},
        "product": {"create": {"name": "Product", "type": "select"}},
        "sales_agent": {"field": "tags"},
        "notes": {"field": "comments"},
        "todo": {"field": "checklists"},
    }
    body = {"mapping": mapping, "key": "title", "create_missing": ["lists", "tags", "options", "references"]}
    await decide(client, deals, made["id"], **body)
    return await run(client, deals, made["id"])


async def test_an_undone_import_leaves_the_database_as_it_was(
    client: httpx.AsyncClient, kernel: Kernel, settings: Settings
) -> None:
    projects = (await client.post("/templates/crm/apply", json={})).json()["projects"]
    deals = f"/projects/{projects[1]['id']}"
    mine = await upload(client, deals, pipeline(0, THERE, seed=1))
    mapping = {"opportunity_id": {"field": "title"}, "close_value": {"field": "amount"}}
    await decide(client, deals, mine["id"], mapping=mapping)
    assert (await run(client, deals, mine["id"]))["created"] == THERE
    before = await tables(kernel)

    done = await imported(client, deals, pipeline(0, ROWS, seed=2))
    assert (done["created"], done["updated"], done["failed"]) == (ROWS - THERE, THERE, 0), done["errors"]
    assert (await client.post(f"{deals}/imports/{done['id']}/undo")).status_code == 202
    undone = await finished(client, deals, done["id"])
    assert (undone["status"], undone["undone"]) == ("done", True), undone

    later = create_kernel(msgspec.structs.replace(settings, clock_offset=31 * 86_400))
    await later.database.start()
    await later.trash_emptying.empty()
    after = await tables(later)
    await later.database.stop()
    assert set(after) == set(before)
    for name in before:
        assert after[name] == before[name], name


async def tables(kernel: Kernel) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but those of the history, without what tells that it was changed."""
    schema = await kernel.schema.current()
    names = [t._meta.tablename for t in TABLES if t._meta.tablename not in ASIDE]
    names += [project.table for project in schema.projects.values()]
    found = {}
    for name in names:
        columns = [n for n in await columns_of(kernel, name) if n not in STAMPS]
        listed = ", ".join(f'"{column}"' for column in columns)
        (rows,) = await kernel.database.read(Statement(f"SELECT {listed} FROM {name}"))
        found[name] = sorted((dict(zip(columns, row, strict=True)) for row in rows), key=repr)
    return found


async def columns_of(kernel: Kernel, table: str) -> list[str]:
    if kernel.database.dialect.name == "sqlite":
        sql = f"SELECT name FROM pragma_table_info('{table}')"
    else:
        sql = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
    (rows,) = await kernel.database.read(Statement(sql))
    return [row[0] for row in rows]


async def test_what_others_use_stays_when_an_import_is_undone(
    client: httpx.AsyncClient, customers: str
) -> None:
    mine = (await client.post(f"{customers}/records", json={"title": "Mine"})).json()
    text = "name,list,tags,size\nAcme,Partners,big,5\n"
    made = await upload(client, customers, text)
    mapping = {"name": {"field": "title"}, "list": {"field": "list"}, "tags": {"field": "tags"},
               "size": {"create": {"name": "Size", "type": "number"}}}  # fmt: skip
    await decide(client, customers, made["id"], mapping=mapping, create_missing=["lists", "tags"])
    assert (await run(client, customers, made["id"]))["created"] == 1
    body = {"tags": ["big"]}
    assert (await client.patch(f"{customers}/records/{mine['id']}", json=body)).status_code == 200
    await client.post(f"{customers}/imports/{made['id']}/undo")
    assert (await finished(client, customers, made["id"]))["undone"]
    assert await names(client, f"{customers}/lists") == ["Customers"]
    assert await names(client, f"{customers}/lists?deleted=true") == ["Partners"]
    assert await names(client, f"{customers}/tags") == ["big"]
    assert "Size" not in await names(client, f"{customers}/fields")


async def names(client: httpx.AsyncClient, path: str) -> list[str]:
    return [item["name"] for item in (await client.get(path)).json()["items"]]
