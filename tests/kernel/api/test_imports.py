"""Imports over HTTP: from an upload to records."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kernel.api.clients import NewClient

ACCOUNTS = """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Acme Corporation,technolgy,1996,1100.04,2822,United States,
Betasoloin,medical,1999,251.41,495,United States,Zumgoity
Hottechi,technolgy,1997,8170.38,16499,Korea,
Zumgoity,medical,1984,441.08,1210,United States,Acme Corporation
"""

PIPELINE = """opportunity_id,account,deal_stage,engage_date,close_value
1C1I7A6R,Hottechi,Won,10/20/2016,1054
Z063OYW0,ACME corporation,Won,10/25/2016,4514.50
EC4QE1BX,,Engaging,1/2/2017,
MV1LWRNH,Zumgoity,Lost,3/9/2017,0
"""


async def created(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def upload(client: httpx.AsyncClient, project: str, text: str | bytes) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    answer = await client.post(
        f"{project}/imports", files={"file": ("data.csv", data)}, data={"importer": "csv"}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["status"] == "preview"
    return made


async def decide(client: httpx.AsyncClient, project: str, import_id: str, **body: Any) -> dict[str, Any]:
    answer = await client.patch(f"{project}/imports/{import_id}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finished(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = (await client.get(f"{project}/imports/{import_id}")).json()
        if found["status"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def run(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    answer = await client.post(f"{project}/imports/{import_id}/start")
    assert answer.status_code == 202, answer.text
    return await finished(client, project, import_id)


async def imported(client: httpx.AsyncClient, project: str, text: str | bytes, **body: Any) -> dict[str, Any]:
    made = await upload(client, project, text)
    if body:
        await decide(client, project, made["id"], **body)
    return await run(client, project, made["id"])


async def records(client: httpx.AsyncClient, project: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"{project}/records", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.fixture
async def customers(client: httpx.AsyncClient) -> str:
    """The path of a project for customers, with a field that refers to itself."""
    project = await created(client, "/projects", {"name": "Customers"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Customers"})
    for name, type_, config in (
        ("Sector", "text", {}),
        ("Subsidiary of", "reference", {"project_id": project["id"]}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path


@pytest.fixture
async def deals(client: httpx.AsyncClient, customers: str) -> str:
    """The path of a project for deals, which refer to customers."""
    project = await created(client, "/projects", {"name": "Deals", "currency": "EUR"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Engaging"})
    reference = {"project_id": customers.rpartition("/")[2], "multiple": False}
    for name, type_, config in (
        ("Customer", "reference", reference),
        ("Amount", "currency", {}),
        ("Engaged on", "date", {}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path


DEALS_MAPPING = {
    "opportunity_id": {"field": "title"},
    "account": {"field": "customer", "match": "title"},
    "deal_stage": {"field": "list"},
    "engage_date": {"field": "engaged_on"},
    "close_value": {"field": "amount"},
}


async def test_a_file_becomes_records_with_references(
    client: httpx.AsyncClient, customers: str, deals: str
) -> None:
    made = await upload(client, customers, ACCOUNTS)
    guesses = {column["name"]: column["guess"] for column in made["columns"]}
    assert guesses["account"] == {"field": "title"}
    assert guesses["sector"] == {"field": "sector"}
    assert guesses["subsidiary_of"] == {"field": "subsidiary_of", "match": "title"}
    assert guesses["year_established"]["type"] == "number"
    assert made["columns"][1]["samples"] == ["technolgy", "medical"]
    done = await run(client, customers, made["id"])
    assert (done["status"], done["created"], done["failed"]) == ("done", 4, 0), done
    assert done["progress"] == {"rows": 4, "total": 4}
    parents = {
        r["title"]: [p["title"] for p in _many(r["fields"]["subsidiary_of"])]
        for r in await records(client, customers)
    }
    assert parents["Betasoloin"] == ["Zumgoity"]
    assert parents["Zumgoity"] == ["Acme Corporation"]
    assert parents["Hottechi"] == []

    made = await upload(client, deals, PIPELINE)
    assert made["options"]["date_order"] == "mdy"
    assert made["options"]["ambiguous"] is False
    assert {c["name"]: c["guess"] for c in made["columns"]}["account"] == {
        "field": "customer",
        "match": "title",
    }
    await decide(client, deals, made["id"], mapping=DEALS_MAPPING, create_missing=["lists"])
    trial = (await client.post(f"{deals}/imports/{made['id']}/validate")).json()
    assert (trial["rows"], trial["created"], trial["failed"]) == (4, 4, 0), trial
    assert trial["missing"] == {"lists": ["Won", "Lost"]}
    assert await records(client, deals) == []
    done = await run(client, deals, made["id"])
    assert (done["created"], done["errors"]) == (4, []), done
    found = {r["title"]: r for r in await records(client, deals)}
    assert found["Z063OYW0"]["fields"]["customer"][0]["title"] == "Acme Corporation"
    assert found["Z063OYW0"]["fields"]["amount"] == {"amount": "4514.50", "currency": "EUR"}
    assert found["Z063OYW0"]["fields"]["engaged_on"] == "2016-10-25"
    assert found["EC4QE1BX"]["fields"]["customer"] == []
    assert found["EC4QE1BX"]["fields"]["amount"] is None
    assert len(await records(client, deals, list="Won")) == 2


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
