"""Juniors do not see Cost and Profit: not in the CRM, and not through what Delivery reads of it."""

from __future__ import annotations

import re
from random import Random
from typing import Any, cast

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.noninterference.places import Field, Place, Record
from tests.kernel.api.noninterference.roads import ROADS
from tests.kernel.api.noninterference.story import Story
from tests.kernel.api.noninterference.worlds import Pair
from tests.kernel.api.records.projects import Json, checked

HIDDEN = re.compile(r"4321\.09|3456\.02|cost|profit", re.IGNORECASE)
"""What the deal costs, what is left of it, and the names of both."""


async def made(client: httpx.AsyncClient, path: str, body: Json, status: int = 201) -> Json:
    return checked(await client.post(path, json=body), status)


async def listed(client: httpx.AsyncClient, path: str) -> list[Json]:
    found: list[Json] = checked(await client.get(path), 200)["items"]
    return found


async def place_of(client: httpx.AsyncClient, project: Json, places: dict[str, Place]) -> Place:
    place = Place(project["id"])
    places[place.id] = place
    for field in await listed(client, f"{place.path}/fields"):
        target = places.get(str(field["config"].get("project_id"))) if field["type"] == "reference" else None
        place.fields.append(Field(field["id"], field["key"], field["type"], target))
    place.lists = [entry["id"] for entry in await listed(client, f"{place.path}/lists")]
    place.tags = [entry["id"] for entry in await listed(client, f"{place.path}/tags")]
    return place


async def test_cost_and_profit_are_nowhere(client: httpx.AsyncClient, new_client: NewClient) -> None:
    applied = await made(client, "/templates/crm/apply", {})
    places: dict[str, Place] = {}
    customers, deals, deliveries = [await place_of(client, p, places) for p in applied["projects"]]
    junior = await new_client("junior")
    rules = {"*": "edit", "cost": "hidden", "profit": "hidden"}
    role = {"name": "Junior", "fields": rules, "can": {"create": True, "edit": True, "comment": True}}
    role_id = (await made(client, f"{deals.path}/roles", role))["id"]
    for place, name in ((customers, "member"), (deals, role_id), (deliveries, "member")):
        await made(client, f"{place.path}/members", {"user": user_id(junior), "role": name})
    customer = await made(client, f"{customers.path}/records", {"title": "Acme"})
    values = {"amount": "7777.11", "cost": "4321.09", "customer": customer["id"]}
    deal = await made(client, f"{deals.path}/records", {"title": "Site", "fields": values})
    assert deal["fields"]["profit"]["amount"] == "3456.02"
    delivery = {"title": "Build", "fields": {"opportunity": deal["id"]}}
    delivery = await made(client, f"{deliveries.path}/records", delivery)
    assert "3456.02" in str(delivery["fields"])
    changed = await client.patch(f"{deals.path}/records/{deal['id']}", json={"fields": {"cost": "4321.08"}})
    checked(changed, 200)
    checked(
        await client.patch(f"{deals.path}/records/{deal['id']}", json={"fields": {"cost": "4321.09"}}), 200
    )
    for place, record in ((customers, customer), (deals, deal), (deliveries, delivery)):
        place.records.append(Record(record["id"], True, "", "", []))
    view = {
        "name": "V",
        "shared": True,
        "filter": "{cost} > 1",
        "sort": "profit",
        "fields": ["cost", "amount"],
    }
    deals.views.append((await made(client, f"{deals.path}/views", view))["id"])
    story = Story(cast(Pair, None), Random(1), 0)
    story.places, story.people = [customers, deals, deliveries], [user_id(junior)]
    await add_dashboard(client, story, deals, deliveries, user_id(junior))
    told: list[str] = []
    for road in ROADS:
        for ask in road.asks(story):
            answer = await junior.request(ask.method, ask.path, json=ask.body)
            assert answer.status_code < 500, (ask, answer.text)
            shown = without_the_question(answer.text, ask.path, ask.body)
            if HIDDEN.search(shown):
                told.append(f"{ask.method} {ask.path} {ask.body or ''}\n{answer.status_code} {shown[:3000]}")
    assert not told, "\n\n".join(told)


async def add_dashboard(
    client: httpx.AsyncClient, story: Story, deals: Place, deliveries: Place, reader: str
) -> None:
    story.dashboard = (await made(client, "/dashboards", {"name": "Sales"}))["id"]
    for place, name in ((deals, "cost"), (deals, "profit"), (deliveries, "profit")):
        config = {"sources": [{"project_id": place.id}], "measure": {"function": "sum", "field": name}}
        chart = {"title": "Sum", "type": "bar", "config": config | {"group_by": {"field": "list"}}}
        story.charts.append((await made(client, f"/dashboards/{story.dashboard}/charts", chart))["id"])
    await made(client, f"/dashboards/{story.dashboard}/members", {"user": reader, "role": "view"})


def without_the_question(text: str, path: str, body: Any) -> str:
    """A refusal may repeat what was asked for, and no more."""
    asked = HIDDEN.findall(f"{path} {body}")
    if not asked:
        return text
    return re.sub(r"(There is no field '[\w.]+'|\{[\w.]+\})", "", text)


async def test_what_changed_in_secret_has_no_history(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    project = await made(client, "/projects", {"name": "Deals"})
    path = f"/projects/{project['id']}"
    for name in ("Cost", "Amount"):
        await made(client, f"{path}/fields", {"name": name, "type": "currency"})
    rules = {"*": "edit", "cost": "hidden", "comments": "hidden"}
    role = {"name": "Junior", "fields": rules, "scope": "{cost} > 0", "can": {"edit": True}}
    role_id = (await made(client, f"{path}/roles", role))["id"]
    junior = await new_client("junior")
    await made(client, f"{path}/members", {"user": user_id(junior), "role": role_id})
    record = await made(client, f"{path}/records", {"title": "Site", "fields": {"cost": "1"}})
    one = f"{path}/records/{record['id']}"
    for cost in range(2, 7):
        checked(await client.patch(one, json={"fields": {"cost": cost}}), 200)
        await made(client, f"{one}/comments", {"body": "dear"})
    checked(await client.patch(one, json={"fields": {"amount": "9", "cost": "0.5"}}), 200)
    page = checked(await junior.get(f"{one}/history", params={"limit": 1}), 200)
    [change] = page["items"]
    assert [c["field"] for c in change["changes"]] == ["amount"]
    page = checked(await junior.get(f"{one}/history", params={"limit": 1, "cursor": page["next"]}), 200)
    assert [change["kind"] for change in page["items"]] == ["record.created"]
    assert page["next"] is None
    assert len(await listed(client, f"{one}/history")) == 12
    [seen] = [r for r in await listed(junior, f"{path}/roles") if not r["built_in"]]
    assert (seen["fields"], seen["scope"]) == ({"*": "edit"}, None)
    kinds = {change["kind"] for change in await listed(junior, f"{path}/history")}
    assert kinds == {"project.created"}
    assert "field.created" in {change["kind"] for change in await listed(client, f"{path}/history")}
