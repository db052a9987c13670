"""Hidden and read-only fields: absent everywhere, refused like names that do not exist."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join

RULES = {"*": "edit", "cost": "hidden", "profit": "hidden", "description": "hidden", "confidence": "read",
         "due_date": "read"}  # fmt: skip
HIDDEN = ("cost", "profit", "description")


@pytest.fixture
async def junior(crm: Crm, new_client: NewClient) -> ProjectClient:
    """The opportunities as juniors see them, who see customers and deliveries as members do."""
    client = await new_client("junior")
    for project in (crm.customers, crm.deliveries):
        member = {"user": "junior@example.com", "role": "member"}
        checked(await project.client.post(f"{project.path}/members", json=member), 201)
    return await join(crm.deals, client, fields=RULES)


@pytest.fixture
async def deal(crm: Crm) -> Json:
    return await crm.deals.add("Site", {"description": "secret"}, amount="5", cost="3", confidence=4)


async def test_hidden_fields_are_absent(crm: Crm, junior: ProjectClient, deal: Json) -> None:
    expected = {n: v for n, v in deal.items() if n != "description"}
    expected["fields"] = {n: v for n, v in deal["fields"].items() if n not in HIDDEN}
    assert await junior.record(deal) == expected
    assert (await junior.page())["items"] == [expected]
    fields = checked(await junior.client.get(f"{junior.path}/fields"), 200)["items"]
    assert {f["key"] for f in fields} == set(expected["fields"])
    for key in ("cost", "profit"):
        assert (await junior.client.get(f"{junior.path}/fields/{key}")).status_code == 404


def unhinted(response: httpx.Response) -> str:
    """The problem without the nearest name that the reader does see."""
    return re.sub(r" Did you mean '\w+'\?", "", response.text)


async def refusals(project: ProjectClient, name: str) -> list[httpx.Response]:
    """Every way to ask for what a field holds."""
    return [
        await project.get(filter=f"{{{name}}} = BLANK()"),
        await project.query(filter={"field": name, "op": "is_empty"}),
        await project.get(sort=name),
        await project.get(fields=name),
        await project.try_aggregate(group_by=[name]),
        await project.try_aggregate(measures={"m": {"function": "count", "field": name}}),
        await project.try_aggregate(measures={"m": {"expression": f"COUNT({{{name}}})"}}),
        await project.client.post(
            f"{project.path}/fields",
            json={"name": "F", "type": "formula", "config": {"expression": f"{{{name}}}"}},
        ),
    ]


async def test_asking_for_hidden_fields_is_like_asking_for_unknown_ones(
    crm: Crm, junior: ProjectClient, deal: Json
) -> None:
    ids = {
        f["key"]: f["id"]
        for f in checked(await crm.deals.client.get(f"{crm.deals.path}/fields"), 200)["items"]
    }
    for name in (*HIDDEN, ids["cost"]):
        unknown = "x" * len(name)
        for hidden, other in zip(await refusals(junior, name), await refusals(junior, unknown), strict=True):
            assert hidden.status_code == other.status_code
            assert hidden.status_code in (403, 422)
            assert unhinted(hidden) == unhinted(other).replace(unknown, name), name
        for body in ({"fields": {name: None}}, {name: None}):
            hidden = await junior.try_update(deal, **body)
            other = await junior.try_update(
                deal, **({"fields": {unknown: None}} if "fields" in body else {unknown: None})
            )
            assert (hidden.status_code, other.status_code) == (422, 422)
            assert unhinted(hidden) == unhinted(other).replace(unknown, name)


async def test_read_only_fields(junior: ProjectClient, deal: Json) -> None:
    assert (await junior.record(deal))["fields"]["confidence"] == 4
    assert await junior.titles(filter="{confidence} = 4") == ["Site"]
    for body, name in (({"fields": {"confidence": 1}}, "confidence"), ({"due_at": "2026-01-01"}, "due_at")):
        for answer in (await junior.try_update(deal, **body), await junior.try_add(**body)):
            assert answer.status_code == 403
            assert name in answer.json()["detail"]
    answer = await junior.batch(update=[{"id": deal["id"], "fields": {"confidence": 1}}])
    assert list(faults(answer)) == ["/update/0"]


async def test_what_is_hidden_stays_when_others_write(crm: Crm, junior: ProjectClient, deal: Json) -> None:
    await junior.update(deal, amount="6")
    found = await crm.deals.record(deal)
    assert (found["description"], found["fields"]["cost"]) == ("secret", deal["fields"]["cost"])


async def test_lookups_in_other_projects(crm: Crm, junior: ProjectClient, deal: Json) -> None:
    await crm.deliveries.look_up("Cost", "deal", "cost")
    await crm.deliveries.look_up("Amount", "deal", "amount")
    await crm.deliveries.compute("Rest", "{deal.profit} - 1")
    config = {"source": "deal", "measure": {"function": "sum", "field": "cost"}}
    await crm.deliveries.add_field("Costs", "rollup", config)
    made = await crm.deliveries.add("x", deal=deal["id"])
    assert made["fields"]["cost"] == [deal["fields"]["cost"]]
    deliveries = crm.deliveries.seen_by(junior.client)
    found = (await deliveries.record(made))["fields"]
    assert set(found) == {"deal", "contact", "amount"}
    assert found["amount"] == made["fields"]["amount"]
    for name in ("cost", "deal.cost", "rest", "costs", "deal.profit"):
        for answer in (
            await deliveries.get(filter=f"{{{name}}} = BLANK()"),
            await deliveries.get(sort=name),
            await deliveries.try_aggregate(group_by=[name]),
            await deliveries.try_aggregate(measures={"m": {"function": "count", "field": name}}),
        ):
            assert answer.status_code == 422, (name, answer.text)
            assert "3.00" not in answer.text


async def test_a_search_does_not_find_what_is_hidden(crm: Crm, junior: ProjectClient, deal: Json) -> None:
    assert await junior.titles(q="secret") == []
    assert await junior.titles(q="site") == ["Site"]


async def test_what_a_role_allows_at_all(crm: Crm, new_client: NewClient, deal: Json) -> None:
    viewer = crm.deals.seen_by(await new_client("viewer"))
    member = {"user": "viewer@example.com", "role": "viewer"}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=member), 201)
    path = f"{viewer.path}/records/{deal['id']}"
    seen = {name: value for name, value in deal["fields"].items() if name != "customer_email"}
    assert await viewer.record(deal) == deal | {"fields": seen}
    for answer in (
        await viewer.try_add(),
        await viewer.try_update(deal, title="b"),
        await viewer.client.delete(path),
        await viewer.client.post(f"{path}/move", json={"list": "Closed Won"}),
        await viewer.client.post(f"{path}/copy"),
        await viewer.batch(create=[{"title": "x"}]),
        await viewer.batch(delete=[deal["id"]]),
    ):
        assert answer.status_code == 403, answer.text
    await crm.deals.delete(deal)
    assert (await viewer.client.post(f"{path}/restore")).status_code == 403
    assert [r["title"] for r in (await crm.deals.page(deleted=True))["items"]] == ["Site"]


async def test_everything_hidden_but_the_title(crm: Crm, new_client: NewClient, deal: Json) -> None:
    rules = {"*": "hidden", "title": "edit", "due_date": "read"}
    narrow = await join(crm.deals, await new_client("narrow"), fields=rules)
    found = await narrow.record(deal)
    assert set(found) == {"id", "project_id", "title", "version", "position", "due_at", "fields"}
    assert found["fields"] == {}
    changed = await narrow.update(deal, {"title": "New"})
    assert (changed["title"], changed["version"]) == ("New", 2)
    assert {c["field"] for change in await narrow.history(deal) for c in change["changes"]} == {"title"}


async def test_groups_by_records_whose_titles_are_hidden(crm: Crm, new_client: NewClient) -> None:
    client = await new_client("ewa")
    await join(crm.customers, client, fields={"*": "read", "title": "hidden"})
    deals = await join(crm.deals, client)
    first, second = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    for customer in (first, first, second):
        await crm.deals.add("a", customer=customer["id"])
    groups = await deals.aggregate(group_by=["customer"])
    found = {group["group"]["customer"]["id"]: group["measures"]["count"] for group in groups}
    assert found == {first["id"]: 2, second["id"]: 1}
    assert {group["group"]["customer"]["title"] for group in groups} == {""}
