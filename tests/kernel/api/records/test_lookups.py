"""Lookups: of everything, through everything, never stale."""

from __future__ import annotations

import httpx

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, new_project


async def test_anything_can_be_looked_up(crm: Crm) -> None:
    customers, deals = crm.customers, crm.deals
    await customers.add_tag("vip")
    await customers.refer("Parent", customers)
    await customers.add_field("Revenue", "currency")
    await customers.add_field("Manager", "user")
    await customers.add_field("Since", "date")
    await customers.compute("Double", "{size} * 2")
    names = ("title", "description", "list", "tags", "assignees", "due_at", "created_at", "created_by", "id",
             "parent", "revenue", "manager", "since", "double", "category", "size", "referenced_by",
             "parent.title", "project", "version")  # fmt: skip
    for name in names:
        await deals.look_up(f"Their {name}", "customer", name)
    group = await customers.add("Group")
    acme = await customers.add(
        "Acme",
        {"tags": ["vip"], "description": "d", "assignees": ["admin@example.com"], "due_at": "2026-05-05"},
        size=10, parent=group["id"], revenue="5", manager="admin@example.com", since="2020-01-01",
        category="Retail",
    )  # fmt: skip
    deal = await deals.add("a", customer=acme["id"])
    admin = acme["assignees"][0]
    lists = checked(await customers.client.get(f"{customers.path}/lists"), 200)["items"]
    expected: Json = {
        "title": ["Acme"], "description": ["d"], "tags": acme["tags"], "assignees": [admin],
        "list": [{n: lists[0][n] for n in ("id", "name", "color")}], "due_at": ["2026-05-05T00:00:00.000Z"],
        "created_at": [acme["created_at"]], "created_by": [admin], "id": [acme["id"]],
        "parent": [{"id": group["id"], "title": "Group"}], "revenue": [{"amount": "5.00", "currency": "EUR"}],
        "manager": [admin], "since": ["2020-01-01"], "double": [20], "category": [acme["fields"]["category"]],
        "size": [10], "referenced_by": [{"id": deal["id"], "title": "a"}], "parent.title": ["Group"],
        "project": ["Customers"], "version": [1],
    }  # fmt: skip
    found = await deals.fields(deal)
    for name in names:
        key = f"their_{name.replace('.', '_')}"
        assert found[key] == expected[name], name
    bare = await deals.fields(await deals.add("b"))
    assert {name: value for name, value in bare.items() if name.startswith("their_")} == {
        f"their_{name.replace('.', '_')}": [] for name in names
    }


async def test_a_lookup_cannot_be_written(crm: Crm) -> None:
    made = await crm.deals.add("a")
    for value in ("x@y.example", None, []):
        assert list(faults(await crm.deals.try_update(made, fields={"customer_email": value}))) == [
            "/fields/customer_email"
        ]


async def test_two_hops_are_never_stale(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="old@acme.example")
    bolt = await crm.customers.add("Bolt", email="info@bolt.example")
    deal = await crm.deals.add("deal", customer=acme["id"])
    delivery = await crm.deliveries.add("delivery", deal=deal["id"])

    async def contact() -> list[str]:
        by_filter = [
            r["fields"]["contact"]
            for r in (await crm.deliveries.page(filter="{contact} != BLANK()", sort="contact"))["items"]
        ]
        found: list[str] = (await crm.deliveries.fields(delivery))["contact"]
        assert by_filter == ([found] if found else [])
        return found

    assert await contact() == ["old@acme.example"]
    await crm.customers.update(acme, email="new@acme.example")
    assert await contact() == ["new@acme.example"]
    await crm.deals.update(deal, customer=bolt["id"])
    assert await contact() == ["info@bolt.example"]
    await crm.customers.update(bolt, email=None)
    assert await contact() in ([], [None])
    await crm.customers.update(bolt, email="info@bolt.example")
    for project, record in ((crm.customers, bolt), (crm.deals, deal)):
        await project.delete(record)
        assert await contact() == []
        await project.restore(record)
        assert await contact() == ["info@bolt.example"]


async def test_without_a_lookup_in_the_middle(crm: Crm) -> None:
    await crm.deliveries.look_up("Direct", "deal", "customer.email")
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    deal = await crm.deals.add("deal", customer=acme["id"])
    made = await crm.deliveries.add("x", deal=deal["id"])
    assert made["fields"]["direct"] == made["fields"]["contact"] == ["ewa@acme.example"]


async def test_many_through_many(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    await crm.deals.look_up("Mails", "partners", "email")
    await crm.deliveries.refer("Deals", crm.deals, multiple=True)
    await crm.deliveries.look_up("All mails", "deals", "mails")
    await crm.deliveries.look_up("Tags", "deals", "tags")
    await crm.deliveries.look_up("Single", "deals", "customer_email")
    people = [await crm.customers.add(n, email=f"{n}@x.example") for n in "abc"]
    first = await crm.deals.add(
        "1", {"tags": ["SEO", "website"]}, partners=[people[1]["id"], people[0]["id"]]
    )
    second = await crm.deals.add("2", {"tags": ["SEO"]}, partners=[people[2]["id"]], customer=people[0]["id"])
    third = await crm.deals.add("3")
    made = await crm.deliveries.add("x", deals=[second["id"], third["id"], first["id"]])
    assert made["fields"]["all_mails"] == ["c@x.example", "b@x.example", "a@x.example"]
    assert [t["name"] for t in made["fields"]["tags_2"]] == ["SEO", "SEO", "website"]
    assert made["fields"]["single"] == ["a@x.example"]
    await crm.deliveries.add("y")
    for condition in ("{all_mails} = 'B@x.example'", "{tags_2} = 'website'", "{deals.partners.title} = 'c'",
                      "{single} = 'a@x.example'", "COUNTA({all_mails}) = 3"):  # fmt: skip
        assert await crm.deliveries.titles(filter=condition) == ["x"], condition
    groups = await crm.deliveries.aggregate(group_by=["all_mails"])
    assert [(g["group"]["all_mails"], g["measures"]["count"]) for g in groups] == [
        ("a@x.example", 1), ("b@x.example", 1), ("c@x.example", 1), (None, 1),
    ]  # fmt: skip


async def test_with_a_filter(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    await crm.deals.look_up("Shops", "partners", "title", filter="{category} = 'Retail'")
    await crm.deals.look_up("Shop", "customer", "title", filter="{category} = 'Retail'")
    shop, clinic = await crm.customers.add("Shop", category="Retail"), await crm.customers.add("Clinic")
    a = await crm.deals.add("a", partners=[clinic["id"], shop["id"]], customer=clinic["id"])
    assert (a["fields"]["shops"], a["fields"]["shop"]) == (["Shop"], [])
    await crm.deals.update(a, customer=shop["id"])
    assert (await crm.deals.fields(a))["shop"] == ["Shop"]


async def test_backwards(crm: Crm) -> None:
    config = {"reference": "referenced_by", "project_id": crm.deals.id, "via": "customer", "field": "amount"}
    await crm.customers.add_field("Amounts", "lookup", config)
    await crm.customers.add_field("Deliveries", "lookup", config | {"field": "referenced_by"})
    acme, bolt = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    one = await crm.deals.add("one", customer=acme["id"], amount="5")
    await crm.deals.add("two", customer=acme["id"], amount="7")
    await crm.deliveries.add("x", deal=one["id"])
    found = await crm.customers.fields(acme)
    assert [a["amount"] for a in found["amounts"]] == ["5.00", "7.00"]
    assert [r["title"] for r in found["deliveries"]] == ["x"]
    assert (await crm.customers.fields(bolt))["amounts"] == []
    assert await crm.customers.titles(filter="{deliveries} = 'x'") == ["Acme"]
    assert await crm.customers.titles(filter="SUM({amounts}) > 10") == ["Acme"]


async def test_a_lookup_of_a_lookup_of_a_formula_over_four_projects(client: httpx.AsyncClient) -> None:
    chain: list[ProjectClient] = []
    for number in range(4):
        project = await new_project(client, f"P{number}")
        if number == 0:
            await project.add_field("Amount", "currency")
            await project.add_field("Rate", "percent")
            await project.compute("Value", "{amount} * {rate}")
        else:
            await project.refer("Up", chain[-1])
            await project.look_up("Value", "up", "value")
        chain.append(project)
    below: list[str | None] = [None]
    for title, amount in (("a", "100"), ("b", "300"), ("c", "200")):
        record = await chain[0].add(title, amount=amount, rate="50%")
        for project in chain[1:]:
            record = await project.add(title, up=record["id"])
        below.append(record["id"])
    last = chain[-1]
    await last.add("d")
    values = [r["fields"]["value"] for r in (await last.page(sort="title"))["items"]]
    assert [v[0]["amount"] if v else None for v in values] == ["50.00", "150.00", "100.00", None]
    assert [r["title"] for r in await last.every(2, sort="-value")] == ["b", "c", "a", "d"]
    assert [r["title"] for r in await last.every(1, sort="value,title")] == ["a", "c", "b", "d"]
    assert await last.titles(filter="{value} > 60", sort="title") == ["b", "c"]
    assert await last.titles(filter="{up.up.up.amount} = 200") == ["c"]
    measures = {
        "sum": {"function": "sum", "field": "value"},
        "n": {"function": "count_distinct", "field": "value"},
    }
    (found,) = await last.aggregate(measures=measures)
    assert found["measures"] == {"sum": {"amount": "300.00", "currency": "EUR"}, "n": 3}
    groups = await last.aggregate(group_by=["value"])
    assert [g["group"]["value"] and g["group"]["value"]["amount"] for g in groups] == [
        "50.00",
        "100.00",
        "150.00",
        None,
    ]


async def test_loops_are_refused_with_the_chain(crm: Crm) -> None:
    await crm.customers.refer("Best deal", crm.deals)
    fault = await crm.customers.refuse_field("Own", "lookup", {"reference": "best_deal", "field": "nothing"})
    assert fault["pointer"] == "/config/field"
    await crm.customers.look_up("Best mail", "best_deal", "customer_email")
    answer = await crm.customers.client.patch(
        f"{crm.customers.path}/fields/best_mail",
        json={"config": {"reference": "best_deal", "field": "customer.best_mail"}},
    )
    assert list(faults(answer)) == ["/config"]
    assert "Best mail → Best mail" in answer.json()["errors"][0]["detail"]
    answer = await crm.deals.client.patch(
        f"{crm.deals.path}/fields/customer_email",
        json={"config": {"reference": "customer", "field": "best_mail"}},
    )
    assert list(faults(answer)) == ["/config"]
    for name in ("Best mail", "Customer email"):
        assert name in answer.json()["errors"][0]["detail"]
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    deal = await crm.deals.add("a", customer=acme["id"])
    await crm.customers.update(acme, best_deal=deal["id"])
    assert (await crm.customers.fields(acme))["best_mail"] == ["ewa@acme.example"]


async def test_through_many_records_to_a_sum_that_conflicts(crm: Crm) -> None:
    back = {"source": "referenced_by", "project_id": crm.deals.id, "reference": "customer"}
    total = {"measure": {"function": "sum", "field": "amount"}}
    await crm.customers.add_field("Total", "rollup", back | total)
    await crm.deals.compute("Of customer", "{customer.total}")
    through = {"project_id": crm.deals.id, "via": "customer"}
    await crm.customers.look_up("Totals", "referenced_by", "of_customer", **through)
    customer = (await crm.customers.add("Acme"))["id"]
    await crm.deals.add("a", customer=customer, amount="5")
    record = await crm.customers.record(customer)
    assert record["fields"]["totals"] == [{"amount": "5.00", "currency": "EUR"}]
    await crm.deals.add("b", customer=customer, amount={"amount": "5", "currency": "USD"})
    record = await crm.customers.record(customer)
    assert record["fields"]["totals"] == []
    assert {"total", "totals"} == {warning["field"] for warning in record["warnings"]}


async def test_a_list_that_a_function_made_is_not_read_through_many(crm: Crm) -> None:
    await crm.deals.compute("Names", "ARRAYUNIQUE({tags})")
    config = {"reference": "referenced_by", "field": "names", "project_id": crm.deals.id, "via": "customer"}
    fault = await crm.customers.refuse_field("Names", "lookup", config)
    assert "a list of its own" in fault["detail"]
    await crm.deliveries.look_up("Names", "deal", "names")
    deal = await crm.deals.add("a", {"tags": ["SEO", "website"]})
    delivery = await crm.deliveries.add("d", deal=deal["id"])
    assert [t["name"] for t in delivery["fields"]["names"]] == ["SEO", "website"]


async def test_of_formulas_over_sums_of_what_is_linked(crm: Crm) -> None:
    """Defined is readable: SQLite's parser takes what reads through three projects and back."""
    back = {"source": "referenced_by", "project_id": crm.deals.id, "reference": "customer"}
    won = {"measure": {"function": "sum", "field": "amount"}, "filter": "{list} = 'Closed Won'"}
    await crm.customers.add_field("Won", "rollup", back | won)
    await crm.deals.compute("Good", "{customer.won} > 10")
    await crm.deals.compute("More", "{customer.won} + {amount}")
    through = {"project_id": crm.deals.id, "via": "customer"}
    for name in ("good", "more"):
        await crm.deliveries.look_up(name, "deal", name)
        await crm.customers.look_up(name, "referenced_by", name, **through)
    customer = (await crm.customers.add("Acme"))["id"]
    deal = await crm.deals.add("a", {"list": "Closed Won"}, customer=customer, amount="12")
    delivery = await crm.deliveries.add("d", deal=deal["id"])
    for record in (delivery, await crm.customers.record(customer)):
        assert record["fields"]["good"] == [True]
        assert record["fields"]["more"] == [{"amount": "24.00", "currency": "EUR"}]


async def test_a_formula_that_is_always_empty_is_looked_up_through_many(crm: Crm) -> None:
    customers, deals = crm.customers, crm.deals
    await customers.compute("Nothing", "'' + {size}")
    await customers.compute("Less", "{size} - BLANK()")
    await deals.refer("Partners", customers, multiple=True)
    for name in ("nothing", "less"):
        await deals.look_up(f"Their {name}", "partners", name)
        await deals.look_up(f"Its {name}", "customer", name)
    acme = await customers.add("Acme", size=3)
    found = await deals.fields(await deals.add("a", customer=acme["id"], partners=[acme["id"]]))
    assert {found[f"{whose}_{name}"] == [] for whose in ("their", "its") for name in ("nothing", "less")} == {
        True
    }
    assert await deals.titles(sort="their_nothing", filter="{its_less} = BLANK()") == ["a"]
