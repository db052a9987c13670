"""Roles that see some of the records only."""

from __future__ import annotations

import httpx
import pytest

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, ids, join

RETAIL = "{category} = 'Retail'"


@pytest.fixture
async def shops(crm: Crm, new_client: NewClient) -> ProjectClient:
    """The customers as somebody sees them who sees retailers only, and all opportunities."""
    client = await new_client("seller")
    for project in (crm.deals, crm.deliveries):
        member = {"user": "seller@example.com", "role": "member"}
        checked(await project.client.post(f"{project.path}/members", json=member), 201)
    return await join(crm.customers, client, scope=RETAIL, fields={"*": "edit", "category": "hidden"})


@pytest.fixture
async def both(crm: Crm) -> tuple[Json, Json]:
    shop = await crm.customers.add("Shop", category="Retail", email="a@shop.example", size=1)
    return shop, await crm.customers.add("Clinic", category="Medical", email="b@clinic.example", size=2)


async def test_records_out_of_scope_are_not_there(shops: ProjectClient, both: tuple[Json, Json]) -> None:
    shop, clinic = both
    assert (await shops.page(count=True))["total"] == 1
    assert await shops.titles(sort="-title") == ["Shop"]
    assert await shops.titles(filter="{size} > 0") == ["Shop"]
    assert await shops.aggregate(measures={"n": {"function": "sum", "field": "size"}}) == [
        {"group": {}, "measures": {"n": 1}}
    ]
    path = f"{shops.path}/records/{clinic['id']}"
    for answer in (
        await shops.try_record(clinic),
        await shops.try_record(clinic, "/history"),
        await shops.try_record(clinic, "/referenced-by"),
        await shops.try_update(clinic, title="x"),
        await shops.client.delete(path),
        await shops.client.post(f"{path}/copy"),
        await shops.client.post(f"{path}/move", json={"position": "last"}),
    ):
        assert answer.status_code == 404, answer.text
    assert list(faults(await shops.batch(update=[{"id": clinic["id"], "title": "x"}]))) == ["/update/0/id"]
    answer = await shops.client.post(f"{shops.path}/records/{shop['id']}/move", json={"after": clinic["id"]})
    assert list(faults(answer)) == ["/after"]
    assert (await shops.record(shop))["title"] == "Shop"


async def test_through_references(crm: Crm, shops: ProjectClient, both: tuple[Json, Json]) -> None:
    shop, clinic = both
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    one = await crm.deals.add("one", customer=shop["id"], partners=ids(clinic, shop))
    two = await crm.deals.add("two", customer=clinic["id"], partners=ids(clinic))
    await crm.deals.add("three")
    deals = crm.deals.seen_by(shops.client)
    found = {r["title"]: r["fields"] for r in (await deals.page())["items"]}
    seen, hidden = {"id": shop["id"], "title": "Shop"}, {"hidden": True}
    assert [found[t]["customer"] for t in ("one", "two", "three")] == [[seen], [hidden], []]
    assert [found[t]["partners"] for t in ("one", "two", "three")] == [[hidden, seen], [hidden], []]
    assert [found[t]["customer_email"] for t in ("one", "two", "three")] == [["a@shop.example"], [], []]
    assert await deals.titles(filter="{customer.email} = 'b@clinic.example'") == []
    assert await deals.titles(filter="{customer} = 'Clinic'") == []
    assert await deals.titles(sort="-customer.size,title") == ["one", "three", "two"]
    assert "Clinic" not in (await deals.try_aggregate(group_by=["partners"])).text
    path = f"{deals.path}/fields/customer/candidates"
    assert [r["title"] for r in checked(await deals.client.get(path), 200)["items"]] == ["Shop"]
    assert list(faults(await deals.try_add(fields={"customer": clinic["id"]}))) == ["/fields/customer"]
    await deals.update(two, {"title": "2"}, partners=[shop["id"]])
    assert {r["title"] for r in (await crm.deals.fields(two))["partners"]} == {"Shop", "Clinic"}
    assert "Clinic" not in (await deals.try_record(two, "/history")).text
    await deals.update(one, customer=None)
    assert (await crm.deals.fields(one))["customer"] == []


async def test_two_hops(crm: Crm, shops: ProjectClient, both: tuple[Json, Json]) -> None:
    for number, customer in enumerate(both):
        deal = await crm.deals.add(f"deal {number}", customer=customer["id"])
        await crm.deliveries.add(f"delivery {number}", deal=deal["id"])
    deliveries = crm.deliveries.seen_by(shops.client)
    found = [r["fields"]["contact"] for r in (await deliveries.page(sort="title"))["items"]]
    assert found == [["a@shop.example"], []]
    assert await deliveries.titles(filter="{deal.customer.email} != BLANK()") == ["delivery 0"]


async def test_a_change_may_take_a_record_out_of_scope(
    shops: ProjectClient, crm: Crm, both: tuple[Json, Json]
) -> None:
    shop, _ = both
    await crm.customers.update(shop, category="Medical")
    assert await shops.titles() == []
    assert (await shops.try_record(shop)).status_code == 404


async def test_a_new_record_must_be_in_scope(shops: ProjectClient, crm: Crm) -> None:
    answer = await shops.try_add(title="New")
    assert answer.status_code == 403
    shop = await crm.customers.add("Shop", category="Retail")
    copied = await shops.client.post(f"{shops.path}/records/{shop['id']}/copy")
    batch = await shops.batch(create=[{"title": "x"}], atomic=False)
    assert (copied.status_code, batch.status_code) == (403, 403)
    assert await crm.customers.titles() == ["Shop"]


async def test_only_what_is_assigned(crm: Crm, new_client: NewClient) -> None:
    mine = await crm.deals.add("mine")
    await crm.deals.add("theirs", {"assignees": ["admin@example.com"]})
    worker = await join(crm.deals, await new_client("worker"), scope="{assignees} = 'Worker'")
    assert await worker.titles() == []
    await crm.deals.update(mine, {"assignees": ["worker@example.com"]})
    assert await worker.titles() == ["mine"]


async def test_a_scope_that_breaks_shows_nothing(
    shops: ProjectClient, crm: Crm, both: tuple[Json, Json], client: httpx.AsyncClient
) -> None:
    checked(await client.delete(f"{crm.customers.path}/fields/category"), 204)
    assert await shops.titles() == []
    assert (await shops.try_record(both[0])).status_code == 404
    deal = await crm.deals.add("a", customer=both[0]["id"])
    assert (await crm.deals.seen_by(shops.client).fields(deal))["customer"] == [{"hidden": True}]
