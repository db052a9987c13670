"""Defaults of fields: what new records get that are given no value."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.projects import ProjectClient, checked, faults, new_project


async def setup(client: httpx.AsyncClient) -> ProjectClient:
    project = await new_project(client, "Deals", "Open", currency="PLN")
    options = {"options": [{"name": "Retail"}, {"name": "Medical"}]}
    await project.add_field("Size", "number", {"decimals": 0, "maximum": "10"}, default=3, required=True)
    await project.add_field("Amount", "currency", default="10")
    await project.add_field("Branch", "select", options, default="Retail")
    await project.add_field("Branches", "multi_select", options, default=["Medical", "Retail"])
    await project.add_field("Manager", "user", default="admin@example.com")
    return project


async def test_on_every_way_in(client: httpx.AsyncClient) -> None:
    project = await setup(client)
    made = (await project.add("a"))["fields"]
    assert (made["size"], made["amount"]) == (3, {"amount": "10.00", "currency": "PLN"})
    assert made["branch"]["name"] == "Retail"
    assert [option["name"] for option in made["branches"]] == ["Medical", "Retail"]
    assert made["manager"] == {"id": user_id(client), "name": "Admin"}
    checked(await project.batch(create=[{"title": "b"}]), 200)
    [batched] = (await project.page(filter="{title} = 'b'"))["items"]
    assert batched["fields"] == made
    [changes] = [entry["changes"] for entry in await project.history(batched)]
    assert len(changes) >= 5


async def test_what_is_given_wins_also_when_it_is_empty(client: httpx.AsyncClient) -> None:
    project = await setup(client)
    made = await project.add("a", size=4, amount=None, branches=[])
    found = made["fields"]
    assert (found["size"], found["amount"], found["branches"]) == (4, None, [])
    assert "/fields/size" in faults(await project.try_add(fields={"size": None}))
    assert (await project.update(made, {"title": "b"}))["fields"]["amount"] is None


async def test_they_apply_for_those_who_may_not_write_the_field(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    project = await setup(client)
    junior = await new_client("junior")
    role = {"name": "Junior", "fields": {"*": "edit", "amount": "hidden"}, "can": {"create": True}}
    made = checked(await client.post(f"{project.path}/roles", json=role), 201)
    member = {"user": user_id(junior), "role": made["id"]}
    checked(await client.post(f"{project.path}/members", json=member), 201)
    record = await project.seen_by(junior).add("a")
    assert "amount" not in record["fields"]
    assert (await project.fields(record))["amount"] == {"amount": "10.00", "currency": "PLN"}


async def test_renamed_options_and_changes(client: httpx.AsyncClient) -> None:
    project = await setup(client)
    path = f"{project.path}/fields/branch"
    field = checked(await client.get(path), 200)
    retail, medical = field["config"]["options"]
    assert field["default"] == retail["id"]
    options = [retail | {"name": "Shops"}, medical]
    checked(await client.patch(path, json={"config": {"options": options}}), 200)
    assert (await project.add("a"))["fields"]["branch"]["name"] == "Shops"
    changed = checked(await client.patch(path, json={"default": "Medical"}), 200)
    assert changed["default"] == medical["id"]
    assert "default" not in checked(await client.patch(path, json={"default": None}), 200)
    assert (await project.add("b"))["fields"]["branch"] is None


async def test_refused(client: httpx.AsyncClient) -> None:
    project = await setup(client)
    fields = f"{project.path}/fields"
    for body in (
        {"type": "number", "default": "many"},
        {"type": "number", "default": 1, "unique": True},
        {"type": "formula", "config": {"expression": "1"}, "default": 1},
        {"type": "unique_id", "default": 1},
        {"type": "user", "default": "nobody@example.com"},
    ):
        assert "/default" in faults(await client.post(fields, json={"name": "x"} | body))
    assert "/default" in faults(await client.patch(f"{fields}/size", json={"default": 11}))
    narrower = {"config": {"decimals": 0, "maximum": "2"}}
    assert "/default" in faults(await client.patch(f"{fields}/size", json=narrower))
    assert checked(await client.patch(f"{fields}/size", json=narrower | {"default": 2}), 200)["default"] == 2
