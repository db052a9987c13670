"""Identifiers reach 19 digits in the summer of 2027; everything goes on."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from kernel.settings import Settings
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.imports.importing import imported
from tests.kernel.api.records.projects import checked, join, new_project


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url, clock_offset=5 * 365 * 86_400)


async def test_longer_identifiers_serve_everywhere(client: httpx.AsyncClient, new_client: NewClient) -> None:
    customers, deals = await new_project(client, "Customers"), await new_project(client, "Deals")
    await deals.refer("Customer", customers)
    await deals.refer("Partners", customers, multiple=True)
    acme, bolt = await customers.add("Acme"), await customers.add("Bolt")
    assert len(acme["id"]) == 19
    me = user_id(client)
    both = {"customer": acme["id"], "partners": [acme["id"], bolt["id"]]}
    first = await deals.add("a", {"assignees": [me]}, **both)
    second = await deals.add("b")
    then = first["updated_at"]
    update = [{"id": first["id"], "fields": {"customer": bolt["id"], "partners": []}, "assignees": []}]
    checked(await deals.batch(update=update, delete=[second["id"]]), 200)
    checked(await client.post(f"{deals.path}/records/{second['id']}/restore"), 200)
    await deals.move(second, before=first["id"])
    assert await deals.titles(filter=f"{{customer}} = '{bolt['id']}'") == ["a"]
    assert await deals.titles(filter=f"{{created_by}} = '{me}'", sort="title") == ["a", "b"]
    past = checked(await deals.try_record(first, f"?as_of={then}"), 200)
    assert [c["title"] for c in past["fields"]["partners"]] == ["Acme", "Bolt"]
    assert [c["title"] for c in past["fields"]["customer"]] == ["Acme"]
    assert [a["id"] for a in past["assignees"]] == [me]
    body = {"relation": "blocks", "record_id": second["id"], "project_id": deals.id}
    checked(await client.post(f"{deals.path}/records/{first['id']}/dependencies", json=body), 201)
    junior = await join(deals, await new_client("junior"), fields={"*": "read"})
    assert {r["title"] for r in (await junior.page())["items"]} == {"a", "b"}
    mapping = {"name": {"field": "title"}, "customer": {"field": "customer", "match": "id"}}
    done = await imported(client, deals.path, f"name,customer\nc,{acme['id']}\n", mapping=mapping)
    assert (done["created"], done["failed"]) == (1, 0), done["errors"]
    assert [c["title"] for c in (await deals.page(q="c"))["items"][0]["fields"]["customer"]] == ["Acme"]
