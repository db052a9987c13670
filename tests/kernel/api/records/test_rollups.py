"""Rollups over references and what refers here; formulas and their warnings."""

from __future__ import annotations

from typing import Any

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient


def eur(amount: str) -> Json:
    return {"amount": amount, "currency": "EUR"}


async def roll_up(
    customers: ProjectClient, deals: ProjectClient, name: str, measure: Json, **config: Any
) -> None:
    settings = {
        "source": "referenced_by",
        "project_id": deals.id,
        "reference": "customer",
        "measure": measure,
    }
    await customers.add_field(name, "rollup", settings | config)


async def test_every_measure_backwards(crm: Crm) -> None:
    for function in ("sum", "average", "min", "max", "count", "count_distinct"):
        await roll_up(crm.customers, crm.deals, function, {"function": function, "field": "amount"})
    await roll_up(
        crm.customers, crm.deals, "Names", {"function": "join", "field": "title", "separator": " + "}
    )
    await roll_up(crm.customers, crm.deals, "Deals", {"function": "count"})
    won = "{list} = 'Closed Won'"
    await roll_up(crm.customers, crm.deals, "Won", {"function": "sum", "field": "amount"}, filter=won)
    await roll_up(crm.customers, crm.deals, "Won deals", {"function": "count"}, filter=won)
    weighted = {"function": "sum", "expression": "{amount} * {confidence} / 5"}
    await roll_up(crm.customers, crm.deals, "Weighted", weighted)
    acme, bolt = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    await crm.deals.add("one", {"list": "Closed Won"}, customer=acme["id"], amount="10.10", confidence=5)
    await crm.deals.add("two", customer=acme["id"], amount="0.20", confidence=1)
    gone = await crm.deals.add("gone", {"list": "Closed Won"}, customer=acme["id"], amount="1000")
    await crm.deals.add("three", customer=acme["id"])
    await crm.deals.delete(gone)
    found = await crm.customers.fields(acme)
    assert {n: v for n, v in found.items() if n not in ("email", "size", "category")} == {
        "sum": eur("10.30"), "average": eur("5.15"), "min": eur("0.20"), "max": eur("10.10"), "count": 2,
        "count_distinct": 2, "names": "one + two + three", "deals": 3, "won": eur("10.10"), "won_deals": 1,
        "weighted": eur("10.14"),
    }  # fmt: skip
    nothing = await crm.customers.fields(bolt)
    assert (nothing["sum"], nothing["deals"], nothing["names"], nothing["won_deals"]) == (None, 0, None, 0)
    assert await crm.customers.titles(sort="-sum") == ["Acme", "Bolt"]
    assert await crm.customers.titles(filter="{won} > 10") == ["Acme"]
    (total,) = await crm.customers.aggregate(measures={"won": {"function": "sum", "field": "won"}})
    assert total["measures"] == {"won": eur("10.10")}


async def test_over_a_reference(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    measure = {"function": "sum", "field": "size"}
    await crm.deals.add_field("Heads", "rollup", {"source": "partners", "measure": measure})
    await crm.deals.add_field("Head", "rollup", {"source": "customer", "measure": measure})
    one, two = await crm.customers.add("One", size=3), await crm.customers.add("Two", size=4)
    made = await crm.deals.add("a", partners=[one["id"], two["id"]], customer=one["id"])
    assert (made["fields"]["heads"], made["fields"]["head"]) == (7, 3)
    await crm.customers.update(one, size=None)
    found = await crm.deals.fields(made)
    assert (found["heads"], found["head"]) == (4, None)
    await crm.deliveries.look_up("Heads", "deal", "heads")
    assert (await crm.deliveries.add("x", deal=made["id"]))["fields"]["heads"] == [4]


async def test_currencies_in_formulas_and_rollups(crm: Crm) -> None:
    await roll_up(crm.customers, crm.deals, "Total", {"function": "sum", "field": "amount"})
    await crm.deals.look_up("Total", "customer", "total")
    acme = await crm.customers.add("Acme")
    assert "warnings" not in acme
    deal = await crm.deals.add("a", customer=acme["id"], amount="5", cost={"amount": "2", "currency": "USD"})
    assert deal["fields"]["profit"] is None
    assert [w["field"] for w in deal["warnings"]] == ["profit"]
    assert "currencies" in deal["warnings"][0]["detail"]
    await crm.deals.add("b", customer=acme["id"], amount={"amount": "7", "currency": "USD"})
    found = await crm.customers.record(acme)
    assert found["fields"]["total"] is None
    assert [w["field"] for w in found["warnings"]] == ["total"]
    assert [w["field"] for w in (await crm.deals.record(deal))["warnings"]] == ["profit", "total"]
    page = (await crm.deals.page(sort="title"))["items"]
    assert [[w["field"] for w in r.get("warnings", [])] for r in page] == [["profit", "total"], ["total"]]
    fixed = await crm.deals.update(deal, cost="2")
    assert fixed["fields"]["profit"] == eur("3.00")
    assert [w["field"] for w in fixed["warnings"]] == ["total"]
    chosen = (await crm.deals.page(fields="amount"))["items"][0]
    assert "warnings" not in chosen


async def test_formulas_are_right_at_once(crm: Crm) -> None:
    made = await crm.deals.add("a", amount="100", cost="99.99")
    assert made["fields"]["profit"] == eur("0.01")
    changed = await crm.deals.update(made, cost="200")
    assert changed["fields"]["profit"] == eur("-100.00")
    assert (await crm.deals.update(made, cost=None))["fields"]["profit"] is None
    await crm.deals.compute("Margin", "{profit} / {amount}", decimals=3)
    await crm.deals.compute("Late", "{close_date} < '2026-01-01'")
    await crm.deals.compute("Name", "UPPER({title}) & ': ' & {confidence}")
    await crm.deals.compute("Nothing", "{amount} / ({cost} - {cost})")
    found = (await crm.deals.update(made, cost="25", close_date="2025-12-31", confidence=3))["fields"]
    assert (found["late"], found["name"], found["nothing"]) == (True, "A: 3", None)
    assert found["margin"] in ("0.750", 0.75)


async def test_formulas_in_one_record_of_the_next_hop(crm: Crm) -> None:
    await crm.deliveries.compute("Rest", "{deal.profit} - 1")
    deal = await crm.deals.add("a", amount="10", cost="4")
    made = await crm.deliveries.add("x", deal=deal["id"])
    assert made["fields"]["rest"] == eur("5.00")
    await crm.deals.update(deal, amount="11")
    assert (await crm.deliveries.fields(made))["rest"] == eur("6.00")
    assert await crm.deliveries.titles(filter="{rest} = 6") == ["x"]
