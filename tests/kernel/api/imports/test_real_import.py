"""A real CRM export into the CRM template: the figures that people know of it come out.

The export is used where it lies beside the project; elsewhere one like it is made up, with sums that
are known from making it.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kernel.api.imports.importing import decide, run, upload

EXPORT = Path(__file__).parents[5] / "shared" / "data" / "crm"


@dataclass
class Export:
    """Both files, and what must come out."""

    accounts: bytes
    pipeline: bytes
    customers: int
    linked: int
    unlinked: int
    won: int
    won_amount: int
    by_sector: Mapping[str, int]
    by_month: Mapping[str, int]
    subsidiaries: int = 0


def real() -> Export:
    accounts, pipeline = (EXPORT / "accounts.csv").read_bytes(), (EXPORT / "sales_pipeline.csv").read_bytes()
    found = tallied(accounts, pipeline)
    assert (found.customers, found.linked, found.unlinked) == (85, 7375, 1425)
    assert (found.won, found.won_amount) == (4238, 10_005_534)
    assert found.by_sector["retail"] == 1_867_528
    assert found.by_sector["medical"] == 1_359_595
    assert found.by_month["2017-03"] == 1_134_672
    return found


def made_up() -> Export:
    """The same shape: customers that belong to others further down, deals with and without one."""
    chance = random.Random(85)
    accounts, pipeline = io.StringIO(), io.StringIO()
    names = [f"Company {number}" for number in range(85)]
    writer = csv.writer(accounts)
    writer.writerow(
        ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"]
    )
    for name in names:
        parent = chance.choice(names) if chance.random() < 0.15 else ""
        place = chance.choice(("United States", "Kenya", "Korea"))
        sector = chance.choice(("retail", "medical", "software"))
        revenue = f"{chance.random() * 9000:.2f}"
        writer.writerow(
            [name, sector, chance.randrange(1970, 2018), revenue, chance.randrange(9000), place, parent]
        )
    writer = csv.writer(pipeline)
    writer.writerow(
        [
            "opportunity_id",
            "sales_agent",
            "product",
            "account",
            "deal_stage",
            "engage_date",
            "close_date",
            "close_value",
        ]
    )
    for number in range(3000):
        stage = chance.choice(("Won", "Lost", "Engaging", "Prospecting"))
        open_ = stage in ("Engaging", "Prospecting")
        account = "" if open_ and chance.random() < 0.6 else chance.choice(names)
        engaged = (
            "" if stage == "Prospecting" else f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/2016"
        )
        closed = "" if open_ else f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/2017"
        value = "" if open_ else chance.randrange(40, 20_000) if stage == "Won" else 0
        writer.writerow([f"ID{number:06}", "Agent", "GTX", account, stage, engaged, closed, value])
    return tallied(accounts.getvalue().encode(), pipeline.getvalue().encode())


def tallied(accounts: bytes, pipeline: bytes) -> Export:
    """What must come out, counted without the product."""
    customers = list(csv.DictReader(io.StringIO(accounts.decode())))
    deals = list(csv.DictReader(io.StringIO(pipeline.decode())))
    sectors = {row["account"]: row["sector"] for row in customers}
    won = [row for row in deals if row["deal_stage"] == "Won"]
    by_sector: Counter[str] = Counter()
    by_month: dict[str, int] = defaultdict(int)
    for row in won:
        by_sector[sectors[row["account"]]] += int(row["close_value"])
        month, _, year = row["close_date"].split("/")
        by_month[f"{year}-{int(month):02}"] += int(row["close_value"])
    linked = sum(1 for row in deals if row["account"])
    return Export(
        accounts=accounts,
        pipeline=pipeline,
        customers=len(customers),
        linked=linked,
        unlinked=len(deals) - linked,
        won=len(won),
        won_amount=sum(int(row["close_value"]) for row in won),
        by_sector=by_sector,
        by_month=by_month,
        subsidiaries=sum(1 for row in customers if row["subsidiary_of"]),
    )


async def aggregate(client: httpx.AsyncClient, project: str, **body: Any) -> dict[Any, dict[str, Any]]:
    answer = await client.post(f"{project}/records/aggregate", json=body)
    assert answer.status_code == 200, answer.text
    return {_label(item): item for item in answer.json()["items"]}


def _label(item: dict[str, Any]) -> Any:
    (key,) = item["group"].values()
    if isinstance(key, list):
        key = key[0] if key else None
    return key["name"] if isinstance(key, dict) else key


async def total(client: httpx.AsyncClient, project: str, **query: Any) -> int:
    answer = await client.get(f"{project}/records", params={"limit": 1, "count": True, **query})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"])


@pytest.fixture(params=["real", "made up"])
def export(request: pytest.FixtureRequest) -> Export:
    return real() if request.param == "real" and EXPORT.is_dir() else made_up()


async def test_a_crm_export(client: httpx.AsyncClient, export: Export) -> None:
    projects = (await client.post("/templates/crm/apply", json={})).json()["projects"]
    customers, deals = (f"/projects/{project['id']}" for project in projects[:2])

    made = await upload(client, customers, export.accounts)
    guesses = {c["name"]: c["guess"].get("field") for c in made["columns"]}
    assert guesses["account"] == "title"
    assert guesses["sector"] == "sector"
    assert guesses["subsidiary_of"] == "subsidiary_of"
    mapping = {
        "account": {"field": "title"},
        "sector": {"field": "sector"},
        "year_established": {"field": "year_established"},
        "revenue": {"field": "annual_revenue"},
        "employees": {"field": "employees"},
        "office_location": {"field": "address"},
        "subsidiary_of": {"field": "subsidiary_of", "match": "title"},
    }
    await decide(client, customers, made["id"], mapping=mapping)
    done = await run(client, customers, made["id"])
    assert (done["status"], done["created"], done["errors"]) == ("done", export.customers, []), done
    assert await total(client, customers, filter="{subsidiary_of} != BLANK()") == export.subsidiaries

    made = await upload(client, deals, export.pipeline)
    assert (made["options"]["date_order"], made["options"]["ambiguous"]) == ("mdy", False)
    guesses = {c["name"]: c["guess"] for c in made["columns"]}
    assert guesses["account"] == {"field": "customer", "match": "title"}
    assert guesses["deal_stage"] == {"field": "list"}
    mapping = {
        "opportunity_id": {"field": "title"},
        "account": {"field": "customer", "match": "title"},
        "deal_stage": {"field": "list"},
        "close_value": {"field": "amount"},
        "engage_date": {"create": {"name": "Engaged on", "type": "date"}},
        "close_date": {"create": {"name": "Closed on", "type": "date"}},
        "product": {"create": {"name": "Product", "type": "select"}},
    }
    await decide(client, deals, made["id"], mapping=mapping, create_missing=["lists", "options"])
    wrong = await decide(client, deals, made["id"], options={"date_order": "dmy"})
    assert wrong["options"]["date_order"] == "dmy"
    trial = (await client.post(f"{deals}/imports/{made['id']}/validate")).json()
    assert trial["failed"] > export.won / 4
    assert {e["column"] for e in trial["errors"]} <= {"engage_date", "close_date"}
    await decide(client, deals, made["id"], options={"date_order": "mdy"})
    done = await run(client, deals, made["id"])
    assert (done["created"], done["failed"]) == (export.linked + export.unlinked, 0), done["errors"]

    assert await total(client, deals, filter="{customer} = BLANK()") == export.unlinked
    assert await total(client, deals, filter="{customer} != BLANK()") == export.linked
    measures = {"count": {"function": "count"}, "amount": {"function": "sum", "field": "amount"}}
    by_list = await aggregate(client, deals, group_by=["list"], measures=measures)
    assert _count(by_list["Won"]) == export.won
    assert _amount(by_list["Won"]) == export.won_amount
    won = "{list} = 'Won'"
    by_sector = await aggregate(client, deals, group_by=["customer_sector"], measures=measures, filter=won)
    assert {name: _amount(item) for name, item in by_sector.items()} == dict(export.by_sector)
    month = [{"field": "closed_on", "interval": "month"}]
    by_month = await aggregate(client, deals, group_by=month, measures=measures, filter=won)
    assert {name[:7]: _amount(item) for name, item in by_month.items()} == dict(export.by_month)


def _count(item: dict[str, Any]) -> int:
    return int(item["measures"]["count"])


def _amount(item: dict[str, Any]) -> int:
    value = item["measures"]["amount"]
    number = float(value["amount"] if isinstance(value, dict) else value)
    assert number == int(number)
    return int(number)
