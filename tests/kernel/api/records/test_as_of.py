"""A record as it was."""

from __future__ import annotations

import asyncio

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked


async def at(project: ProjectClient, record: Json, as_of: str) -> Json:
    path = f"{project.path}/records/{record['id']}"
    return checked(await project.client.get(path, params={"as_of": as_of}), 200)


async def test_every_past_is_what_was_read_then(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="a@b.example")
    seen = [await crm.deals.add("Site", {"tags": ["SEO"], "due_at": "2026-12-01"}, amount="5")]
    for members, fields in (
        ({"title": "Better", "tags": []}, {"amount": {"amount": "7", "currency": "USD"}}),
        (
            {"assignees": ["admin@example.com"], "due_at": None, "list": "Closed Won"},
            {"customer": acme["id"]},
        ),
        ({"description": "x"}, {"confidence": 4, "close_date": "2026-01-02", "amount": None}),
    ):
        await asyncio.sleep(0.01)
        seen.append(await crm.deals.update(seen[0], members, **fields))
    for known in seen:
        past = await at(crm.deals, known, known["updated_at"])
        assert past.pop("as_of") == known["updated_at"]
        assert past == known


async def test_when_it_was_not_there(plain: ProjectClient) -> None:
    made = await plain.add("a")
    path = f"{plain.path}/records/{made['id']}"
    checked(await plain.client.get(path, params={"as_of": "2020-01-01"}), 404)
    await asyncio.sleep(0.01)
    await plain.delete(made)
    gone = (await plain.client.get(path, params={"deleted": True})).json()["deleted_at"]
    checked(await plain.client.get(path, params={"as_of": made["created_at"]}), 404)
    await asyncio.sleep(0.01)
    await plain.restore(made)
    checked(await plain.client.get(path, params={"as_of": gone}), 404)
    assert (await at(plain, made, made["created_at"]))["title"] == "a"
    for wrong in ("", "soon"):
        checked(await plain.client.get(path, params={"as_of": wrong}), 422)


async def test_hidden_fields_are_hidden_in_the_past(crm: Crm, new_client: NewClient) -> None:
    made = await crm.deals.add("Site", amount="5", cost="1")
    client = await new_client("ewa")
    body = {"name": "Junior", "fields": {"cost": "hidden", "tags": "hidden"}}
    role = checked(await crm.deals.client.post(f"{crm.deals.path}/roles", json=body), 201)
    body = {"user": user_id(client), "role": role["id"]}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=body), 201)
    past = await at(crm.deals.seen_by(client), made, made["updated_at"])
    assert "cost" not in past["fields"]
    assert "tags" not in past
    assert past["fields"]["amount"]["amount"] == "5.00"
