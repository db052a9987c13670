"""References: links, candidates, referenced by."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, ids, new_project


async def referenced_by(project: ProjectClient, record: Json) -> dict[str, list[str]]:
    """Titles by the name of the project and the key of the field."""
    groups = checked(await project.try_record(record, "/referenced-by"), 200)["items"]
    assert all(group["total"] == len(group["records"]) for group in groups)
    return {f"{g['project_name']}.{g['field_key']}": [r["title"] for r in g["records"]] for g in groups}


async def candidates(project: ProjectClient, field: str, **query: object) -> Json:
    return checked(await project.client.get(f"{project.path}/fields/{field}/candidates", params=query), 200)


async def test_one_customer_many_deals(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="old@acme.example")
    deals = [await crm.deals.add(f"deal {n}", customer=acme["id"]) for n in range(3)]
    assert await referenced_by(crm.customers, acme) == {
        "Opportunities.customer": ["deal 0", "deal 1", "deal 2"]
    }
    await crm.customers.update(acme, email="new@acme.example")
    for deal in deals:
        assert (await crm.deals.fields(deal))["customer_email"] == ["new@acme.example"]
    await crm.customers.update(acme, {"title": "Acme Ltd"})
    assert (await crm.deals.fields(deals[0]))["customer"] == [{"id": acme["id"], "title": "Acme Ltd"}]


async def test_referenced_by_follows_the_links(crm: Crm) -> None:
    acme, bolt = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    one = await crm.deals.add("one", customer=acme["id"], partners=[bolt["id"], acme["id"]])
    two = await crm.deals.add("two", partners=[acme["id"]])
    invoices = await new_project(crm.customers.client, "Invoices")
    await invoices.refer("Payer", crm.customers)
    await invoices.add("invoice", payer=acme["id"])
    everything = {
        "Opportunities.customer": ["one"],
        "Opportunities.partners": ["one", "two"],
        "Invoices.payer": ["invoice"],
    }
    assert await referenced_by(crm.customers, acme) == everything
    await crm.deals.update(one, customer=None)
    await crm.deals.delete(two)
    assert await referenced_by(crm.customers, acme) == {
        "Opportunities.partners": ["one"],
        "Invoices.payer": ["invoice"],
    }
    await crm.deals.restore(two)
    await crm.deals.update(one, customer=acme["id"])
    assert await referenced_by(crm.customers, acme) == everything
    await crm.customers.change(default_fields=["description"])
    assert (await crm.customers.try_record(acme, "/referenced-by")).json()["items"] == []
    assert (
        "There is no field 'referenced_by'"
        in (await crm.customers.get(filter="{referenced_by} = BLANK()")).text
    )
    await crm.customers.change(default_fields=["referenced_by"])
    assert await referenced_by(crm.customers, acme) == everything


async def test_referenced_by_in_filters_and_lookups(crm: Crm) -> None:
    acme, bolt = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    await crm.deals.add("one", customer=acme["id"])
    assert await crm.customers.titles(filter="{referenced_by} = BLANK()") == ["Bolt"]
    assert await crm.customers.titles(filter="{referenced_by} = 'ONE'") == ["Acme"]
    (found,) = await crm.customers.aggregate(measures={"n": {"expression": "SUM(COUNTA({referenced_by}))"}})
    assert found["measures"] == {"n": 1}
    await crm.deals.look_up("Siblings", "customer", "referenced_by")
    deal = await crm.deals.add("two", customer=acme["id"])
    assert [r["title"] for r in (await crm.deals.fields(deal))["siblings"]] == ["one", "two"]
    assert await crm.deals.add("three", customer=bolt["id"])


async def test_candidates(crm: Crm) -> None:
    for title in ("Zeta", "acme", "Żubr", "Bolt", "Acme Two"):
        await crm.customers.add(title, category="Retail" if "c" in title.lower() else None)
    page = await candidates(crm.deals, "customer")
    titles = [r["title"] for r in page["items"]]
    assert titles == ["acme", "Acme Two", "Bolt", "Zeta", "Żubr"]
    assert set(page["items"][0]) == {"id", "project_id", "list_id", "title", "version", "fields"}
    assert [r["title"] for r in (await candidates(crm.deals, "customer", q="ACM"))["items"]] == titles[:2]
    first = await candidates(crm.deals, "customer", limit=2, count=True)
    assert first["total"] == 5
    second = await candidates(crm.deals, "customer", limit=2, cursor=first["next"])
    assert [r["title"] for r in first["items"] + second["items"]] == titles[:4]
    assert (await candidates(crm.deals, "customer", sort="-title"))["items"][0]["title"] == "Żubr"
    await crm.customers.add("Aaa")
    assert (await candidates(crm.deals, "customer", limit=1))["items"][0]["title"] == "Aaa"
    for answer in (
        await crm.deals.client.get(f"{crm.deals.path}/fields/amount/candidates"),
        await crm.deals.client.get(f"{crm.deals.path}/fields/customer/candidates", params={"sort": "x"}),
    ):
        assert answer.status_code == 422
    assert (await crm.deals.client.get(f"{crm.deals.path}/fields/gone/candidates")).status_code == 404


async def test_the_filter_of_a_reference_narrows_the_choice(crm: Crm) -> None:
    await crm.deals.refer("Shop", crm.customers, filter="{category} = 'Retail'")
    shop, clinic = await crm.customers.add("Shop", category="Retail"), await crm.customers.add("Clinic")
    assert [r["title"] for r in (await candidates(crm.deals, "shop"))["items"]] == ["Shop"]
    made = await crm.deals.add("a", shop=shop["id"])
    assert list(faults(await crm.deals.try_add(fields={"shop": clinic["id"]}))) == ["/fields/shop"]
    assert list(faults(await crm.deals.try_update(made, fields={"shop": clinic["id"]}))) == ["/fields/shop"]
    await crm.customers.update(shop, category=None)
    assert (await crm.deals.fields(made))["shop"] == [{"id": shop["id"], "title": "Shop"}]
    assert (await crm.deals.update(made, {"title": "b"}, shop=shop["id"]))["title"] == "b"


async def test_a_project_may_refer_to_itself(plain: ProjectClient) -> None:
    await plain.refer("Parent", plain)
    await plain.refer("Friends", plain, multiple=True)
    await plain.look_up("Grandparent", "parent", "parent")
    await plain.look_up("Friends of friends", "friends", "friends")
    a = await plain.add("a")
    b = await plain.add("b", parent=a["id"], friends=[a["id"]])
    c = await plain.add("c", parent=b["id"], friends=[b["id"], a["id"]])
    await plain.update(a, parent=c["id"], friends=[c["id"], a["id"]])
    assert (await plain.fields(c))["grandparent"] == [{"id": a["id"], "title": "a"}]
    found = (await plain.fields(c))["friends_of_friends"]
    assert [r["title"] for r in found] == ["a", "c", "a"]
    assert await plain.titles(filter="{parent.parent.parent} = 'a'") == ["a"]
    assert await plain.titles(filter="{friends.friends.friends} = 'b'", sort="title") == ["a", "b", "c"]
    assert await referenced_by(plain, a) == {"Plain.parent": ["b"], "Plain.friends": ["a", "b", "c"]}


async def test_order_and_repetition_of_many(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    one, two, three = [await crm.customers.add(t) for t in ("One", "Two", "Three")]
    made = await crm.deals.add("a", partners=[three["id"], one["id"], three["id"]])
    assert ids(*made["fields"]["partners"]) == ids(three, one)
    await crm.deals.update(made, partners=[{"id": two["id"]}, three["id"]])
    assert [r["title"] for r in (await crm.deals.fields(made))["partners"]] == ["Two", "Three"]
    await crm.customers.delete(two)
    assert [r["title"] for r in (await crm.deals.fields(made))["partners"]] == ["Three"]
    await crm.customers.restore(two)
    assert [r["title"] for r in (await crm.deals.fields(made))["partners"]] == ["Two", "Three"]


async def test_links_that_the_writer_does_not_see_stay(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    one, two, three = [await crm.customers.add(t) for t in ("One", "Two", "Three")]
    made = await crm.deals.add("a", partners=ids(one, two))
    await crm.customers.delete(one)
    changed = await crm.deals.update(made, partners=[three["id"]])
    assert [r["title"] for r in changed["fields"]["partners"]] == ["Three"]
    await crm.customers.restore(one)
    assert [r["title"] for r in (await crm.deals.fields(made))["partners"]] == ["Three", "One"]
    await crm.deals.update(made, partners=[])
    assert (await crm.deals.fields(made))["partners"] == []


async def test_a_target_that_may_not_be_seen(
    crm: Crm, new_client: NewClient, client: httpx.AsyncClient
) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    made = await crm.deals.add("a", customer=acme["id"])
    reader = crm.deals.seen_by(await new_client("reader"))
    member = {"user": "reader@example.com", "role": "member"}
    checked(await client.post(f"{crm.deals.path}/members", json=member), 201)
    found = await reader.fields(made)
    assert found["customer"] == [{"hidden": True}]
    assert "customer_email" not in found
    assert "Acme" not in (await reader.try_record(made)).text
    assert (await reader.client.get(f"{reader.path}/fields/customer/candidates")).status_code == 404
    assert list(faults(await reader.try_add(fields={"customer": acme["id"]}))) == ["/fields/customer"]
    changed = await reader.update(made, {"title": "b"})
    assert changed["fields"]["customer"] == [{"hidden": True}]
    assert (await crm.deals.fields(made))["customer"] == [{"id": acme["id"], "title": "Acme"}]
    for answer in (
        await reader.get(filter="{customer.email} = 'ewa@acme.example'"),
        await reader.get(filter="{customer_email} = 'ewa@acme.example'"),
        await reader.get(sort="customer"),
        await reader.get(sort="customer_email"),
        await reader.try_aggregate(group_by=["customer"]),
        await reader.try_aggregate(group_by=["customer.email"]),
    ):
        assert answer.status_code == 422, answer.text
        assert "acme" not in answer.text.lower()
