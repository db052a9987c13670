"""Groups and measures."""

from __future__ import annotations

from typing import Any

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, faults


def table(groups: list[Json], member: str, measure: str = "count") -> dict[Any, Any]:
    """A measure by what names the group."""
    found = {}
    for group in groups:
        value = group["group"][member]
        found[value.get("name", value.get("title")) if isinstance(value, dict) else value] = group[
            "measures"
        ][measure]
    return found


def eur(amount: str) -> Json:
    return {"amount": amount, "currency": "EUR"}


async def test_without_groups(crm: Crm) -> None:
    assert await crm.deals.aggregate() == [{"group": {}, "measures": {"count": 0}}]
    for amount in ("10.10", "0.20", None):
        await crm.deals.add("a", amount=amount)
    measures = {
        "n": {"function": "count"}, "filled": {"function": "count", "field": "amount"},
        "sum": {"function": "sum", "field": "amount"},
        "average": {"function": "average", "field": "{amount}"},
        "min": {"function": "min", "field": "amount"}, "max": {"function": "max", "field": "amount"},
        "median": {"function": "median", "field": "amount"}, "empty": {"function": "sum", "field": "cost"},
        "different": {"function": "count_distinct", "field": "amount"},
    }  # fmt: skip
    (found,) = await crm.deals.aggregate(measures=measures)
    assert found["measures"] == {
        "n": 3, "filled": 2, "sum": eur("10.30"), "average": eur("5.15"),
        "min": eur("0.20"), "max": eur("10.10"),
        "median": eur("5.15"), "empty": None, "different": 2,
    }  # fmt: skip


async def test_by_list_in_the_order_of_the_lists(crm: Crm) -> None:
    for list_, amount in (
        ("Closed Won", "5"),
        ("Negotiations", "1.50"),
        ("Closed Won", "7"),
        ("Negotiations", None),
    ):
        await crm.deals.add("a", {"list": list_}, amount=amount)
    lists = (await crm.deals.client.get(f"{crm.deals.path}/lists")).json()["items"]
    groups = await crm.deals.aggregate(
        group_by=["list"], measures={"sum": {"function": "sum", "field": "amount"}}
    )
    assert groups == [
        {"group": {"list": {n: list_[n] for n in ("id", "name", "color")}}, "measures": {"sum": eur(sum_)}}
        for list_, sum_ in ((lists[1], "1.50"), (lists[2], "12.00"))
    ]


async def test_a_record_counts_once_under_each_of_its_tags(crm: Crm) -> None:
    await crm.deals.add("a", {"tags": ["SEO", "website"]}, amount="5")
    await crm.deals.add("b", {"tags": ["SEO"]}, amount="7")
    await crm.deals.add("c", amount="1")
    groups = await crm.deals.aggregate(
        group_by=["tags"],
        measures={"count": {"function": "count"}, "sum": {"function": "sum", "field": "amount"}},
    )
    assert table(groups, "tags") == {"website": 1, "SEO": 2, None: 1}
    assert table(groups, "tags", "sum") == {"website": eur("5.00"), "SEO": eur("12.00"), None: eur("1.00")}
    assert [g["group"]["tags"] and g["group"]["tags"]["name"] for g in groups] == ["website", "SEO", None]


async def test_by_reference_and_through_it(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", category="Retail", email="a@acme.example")
    bolt = await crm.customers.add("Bolt", category="Retail", email="A@acme.example")
    other = await crm.customers.add("Other")
    for customer, amount in ((acme, "1"), (acme, "2"), (bolt, "4"), (other, "8"), (None, "16")):
        deal = await crm.deals.add("d", customer=customer and customer["id"], amount=amount)
        await crm.deliveries.add("x", deal=deal["id"])
    measures = {"sum": {"function": "sum", "field": "amount"}}
    groups = await crm.deals.aggregate(group_by=["customer"], measures=measures)
    assert groups[0]["group"]["customer"] == {"id": acme["id"], "title": "Acme"}
    assert table(groups, "customer", "sum") == {
        "Acme": eur("3.00"), "Bolt": eur("4.00"), "Other": eur("8.00"), None: eur("16.00"),
    }  # fmt: skip
    groups = await crm.deals.aggregate(group_by=["customer.category"], measures=measures)
    assert table(groups, "customer.category", "sum") == {"Retail": eur("7.00"), None: eur("24.00")}
    groups = await crm.deliveries.aggregate(
        group_by=["contact", "deal.customer.category"],
        measures={"sum": {"function": "sum", "field": "deal.amount"}},
    )
    first = groups[0]["group"]
    found = (first["contact"].lower(), first["deal.customer.category"]["name"], groups[0]["measures"]["sum"])
    assert found == ("a@acme.example", "Retail", eur("7.00"))
    assert [g["measures"]["sum"] for g in groups[1:]] == [eur("24.00")]


async def test_by_interval_in_the_time_zone_of_the_project(crm: Crm) -> None:
    for due, day in (("2026-03-31T21:59:59Z", "2026-03-31"), ("2026-03-31T22:00:00Z", "2026-04-01"),
                     ("2026-12-31T23:30:00Z", "2027-01-01"), (None, None)):  # fmt: skip
        await crm.deals.add("a", {"due_at": due}, close_date=day)
    expected: dict[str, dict[str | None, int]] = {
        "day": {"2026-03-31": 1, "2026-04-01": 1, "2027-01-01": 1, None: 1},
        "week": {"2026-03-30": 2, "2026-12-28": 1, None: 1},
        "month": {"2026-03-01": 1, "2026-04-01": 1, "2027-01-01": 1, None: 1},
        "quarter": {"2026-01-01": 1, "2026-04-01": 1, "2027-01-01": 1, None: 1},
        "year": {"2026-01-01": 2, "2027-01-01": 1, None: 1},
    }
    for interval, counts in expected.items():
        for field in ("due_at", "close_date"):
            groups = await crm.deals.aggregate(group_by=[{"field": field, "interval": interval}])
            assert table(groups, field) == counts, (interval, field)
            assert list(table(groups, field)) == [*sorted(filter(None, counts)), None]


async def test_by_text_without_regard_to_case(plain: ProjectClient) -> None:
    await plain.add_field("City", "text")
    for city in ("Łódź", "łódź", "Lodz", None, "ŁÓDŹ"):
        await plain.add("a", city=city)
    groups = await plain.aggregate(group_by=["city"])
    counts = {(key or "").lower(): n for key, n in table(groups, "city").items()}
    assert counts == {"łódź": 3, "lodz": 1, "": 1}


async def test_by_every_kind(crm: Crm) -> None:
    await crm.deals.add_field("Hot", "checkbox")
    await crm.deals.add_field("Hours", "number", {"decimals": 1})
    await crm.deals.add_field("Services", "multi_select", {"options": [{"name": "SEO"}, {"name": "Ads"}]})
    await crm.deals.compute("Half", "{hours} / 4")
    await crm.deals.add("a", {"assignees": ["admin@example.com"]}, hot=True, hours="1.0",
                        services=["Ads", "SEO"], amount="1", confidence=3)  # fmt: skip
    await crm.deals.add("b", hours=1, amount={"amount": "1", "currency": "USD"}, hot=False, services=["SEO"])
    for field, counts in (
        ("hot", {False: 1, True: 1}), ("hours", {"1.0": 2}), ("services", {"SEO": 2, "Ads": 1}),
        ("half", {0.25: 2}), ("assignees", {"Admin": 1, None: 1}), ("created_by", {"Admin": 2}),
        ("confidence", {3: 1, None: 1}), ("title", {"a": 1, "b": 1}), ("project", {"Opportunities": 2}),
        ("profit", {None: 2}),
    ):  # fmt: skip
        assert table(await crm.deals.aggregate(group_by=[field]), field) == counts, field
    groups = await crm.deals.aggregate(group_by=["amount"])
    assert [g["group"]["amount"]["currency"] for g in groups] == ["EUR", "USD"]


async def test_currencies_are_never_added(crm: Crm) -> None:
    for amount, currency, list_ in (
        ("5", "EUR", "Closed Won"),
        ("7", "USD", "Closed Won"),
        ("1", "EUR", "Negotiations"),
    ):
        await crm.deals.add("a", {"list": list_}, amount={"amount": amount, "currency": currency})
    measures = {
        f: {"function": f, "field": "amount"} for f in ("sum", "average", "min", "max", "median", "count")
    }
    (found,) = await crm.deals.aggregate(measures=measures)
    assert found["measures"] == dict.fromkeys(measures) | {"count": 3}
    assert [w["measure"] for w in found["warnings"]] == ["sum", "average", "min", "max", "median"]
    assert all("currencies" in w["detail"] for w in found["warnings"])
    groups = await crm.deals.aggregate(group_by=["list"], measures={"sum": measures["sum"]})
    assert table(groups, "list", "sum") == {"Negotiations": eur("1.00"), "Closed Won": None}
    assert ["warnings" in g for g in groups] == [False, True]
    (found,) = await crm.deals.aggregate(measures={"sum": measures["sum"]}, filter="{amount} < 6")
    assert found == {"group": {}, "measures": {"sum": eur("6.00")}}


async def test_expressions(crm: Crm) -> None:
    for amount, cost, stars in (("100", "40", 5), ("50", "10", 1), (None, None, 3), ("7", None, None)):
        await crm.deals.add("a", amount=amount, cost=cost, confidence=stars)
    measures = {
        "forecast": {"expression": "SUM({amount} * {confidence} / 5)"},
        "profit": {"expression": "SUM({profit})"}, "same": {"function": "sum", "field": "profit"},
        "margin": {"expression": "SUM({profit}) / SUM({amount})"},
        "won": {"expression": "COUNT({amount} > 20)"}, "text": {"expression": "COUNT() & ' deals'"},
    }  # fmt: skip
    (found,) = await crm.deals.aggregate(measures=measures)
    margin = found["measures"].pop("margin")
    assert abs(margin - 100 / 157) < 1e-12
    assert found["measures"] == {
        "forecast": eur("110.00"), "profit": eur("100.00"), "same": eur("100.00"), "won": 2,
        "text": "4 deals",
    }  # fmt: skip


async def test_a_sum_stays_exact(crm: Crm) -> None:
    create = [{"title": "a", "fields": {"amount": "9999999999.99"}} for _ in range(999)]
    await crm.deals.batch(create=[*create, {"title": "b", "fields": {"amount": "0.01"}}])
    (found,) = await crm.deals.aggregate(measures={"sum": {"function": "sum", "field": "amount"}})
    assert found["measures"]["sum"] == eur("9989999999990.02")


async def test_faults(crm: Crm) -> None:
    count = {"function": "count"}
    for body, pointer in (
        ({"group_by": ["lst"]}, "/group_by/0"),
        ({"group_by": ["list", {"field": "title", "interval": "month"}]}, "/group_by/1"),
        ({"group_by": [{"field": "due_at", "interval": "fortnight"}]}, "/group_by/0/interval"),
        ({"group_by": [{"field": "due_at", "feld": 1}]}, "/group_by/0/feld"),
        ({"group_by": ["list"] * 6}, "/group_by"),
        ({"group_by": ["list", {"field": "list"}]}, "/group_by/1"),
        ({"measures": {"a": {"function": "sum"}}}, "/measures/a"),
        ({"measures": {"a": count, "b": {"function": "sum", "field": "title"}}}, "/measures/b"),
        ({"measures": {"a": {"function": "sum", "field": "amout"}}}, "/measures/a"),
        ({"measures": {"a": {"function": "total", "field": "amount"}}}, "/measures/a/function"),
        ({"measures": {"a": {"expression": "{amount}"}}}, "/measures/a"),
        ({"measures": {"a/b": {"expression": "SUM("}}}, "/measures/a~1b"),
        ({"measures": {"a": count | {"expression": "COUNTA(BLANK())"}}}, "/measures/a"),
        ({"measures": {"a": {}}}, "/measures/a"),
        ({"measures": {"a": {"function": "sum", "field": "amount} + {cost"}}}, "/measures/a"),
        ({"filter": "{amout} = 1"}, "/filter"),
        ({"limit": 0}, "/limit"),
        ({"mesures": {}}, "/mesures"),
    ):
        assert list(faults(await crm.deals.try_aggregate(**body))) == [pointer], body
    several = {"filter": "{x} = 1", "group_by": ["lst"], "measures": {"a": {}, "b": count, "c": {}}}
    told = faults(await crm.deals.try_aggregate(**several))
    assert list(told) == ["/filter", "/group_by/0", "/measures/a", "/measures/c"]
    assert "'list'" in told["/group_by/0"]
    refused = await crm.deals.try_aggregate(measures={"a": {"function": "avg", "field": "amount"}})
    assert "'average'" in faults(refused)["/measures/a/function"]


async def test_more_groups_than_asked_for(plain: ProjectClient) -> None:
    for number in range(4):
        await plain.add(f"t{number}")
    answer = (await plain.try_aggregate(group_by=["title"], limit=3)).json()
    assert [g["group"]["title"] for g in answer["items"]] == ["t0", "t1", "t2"]
    assert answer["truncated"] is True
    assert "truncated" not in (await plain.try_aggregate(group_by=["title"], limit=4)).json()


async def test_by_what_is_always_the_same(crm: Crm) -> None:
    await crm.deals.add("a")
    values = {"BLANK()": None, "5": 5, "'a'": "a", "TRUE()": True, "5 * ''": None, "COUNTA(BLANK())": 0}
    for expression, value in values.items():
        field = await crm.deals.compute("Same", expression)
        groups = await crm.deals.aggregate(group_by=["title", field["key"]])
        assert [g["group"][field["key"]] for g in groups] == [value]
        assert await crm.deals.titles(sort=f"-{field['key']}") == ["a"]


async def test_by_choices_of_which_there_is_none(crm: Crm) -> None:
    """PostgreSQL orders and groups by no bare constant."""
    await crm.deliveries.add_field("Phase", "select", {"options": []})
    await crm.deliveries.add_field("Phases", "multi_select", {"options": []})
    await crm.deliveries.look_up("Deal tags", "deal", "tags")
    deal = await crm.deals.add("Site", {"tags": ["SEO"]})
    made = await crm.deliveries.add("Build", deal=deal["id"])
    for name in ("tags", "phase", "phases"):
        assert table(await crm.deliveries.aggregate(group_by=[name]), name) == {None: 1}
        assert await crm.deliveries.titles(sort=f"-{name}") == ["Build"]
        config = {
            "sources": [{"project_id": crm.deliveries.id}], "measure": {"function": "count"},
            "group_by": {"field": name},
        }  # fmt: skip
        chart = await crm.deliveries.client.post("/charts/preview", json={"type": "bar", "config": config})
        assert chart.status_code == 200, chart.text
    assert made["fields"]["phase"] is None
