"""Rates over HTTP, and amounts that are converted by them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.projects import checked, faults, new_project


def rate(from_: str, to: str, day: str, value: Any) -> dict[str, Any]:
    return {"from": from_, "to": to, "valid_from": day, "rate": value}


async def put(client: httpx.AsyncClient, *rates: dict[str, Any]) -> None:
    checked(await client.put("/currency-rates", json={"rates": list(rates)}), 204)


async def test_rates_are_set_and_listed(client: httpx.AsyncClient, new_client: NewClient) -> None:
    await put(client, rate("USD", "EUR", "2026-01-01", "0.91"), rate("EUR", "PLN", "2026-01-01", 4.25))
    await put(client, rate("USD", "EUR", "2026-01-01", "0.92"), rate("USD", "EUR", "2026-02-01", "0.93"))
    page = checked(await client.get("/currency-rates", params={"limit": 2}), 200)
    assert page["items"][0] == rate("EUR", "PLN", "2026-01-01", "4.25")
    rest = checked(await client.get("/currency-rates", params={"limit": 2, "cursor": page["next"]}), 200)
    assert [r["rate"] for r in page["items"] + rest["items"]] == ["4.25", "0.92", "0.93"]
    await put(client, rate("USD", "EUR", "2026-02-01", None))
    assert len(checked(await client.get("/currency-rates"), 200)["items"]) == 2
    ewa = await new_client("ewa")
    assert (await ewa.get("/currency-rates")).status_code == 200
    assert (await ewa.put("/currency-rates", json={"rates": []})).status_code == 403
    wrong = [rate("USD", "XXY", "2026-01-01", "0"), rate("EUR", "EUR", "2026-01-01", "1")]
    found = faults(await client.put("/currency-rates", json={"rates": wrong}))
    assert set(found) == {"/rates/0/to", "/rates/0/rate", "/rates/1/to"}


async def test_amounts_in_another_currency(client: httpx.AsyncClient) -> None:
    project = await new_project(client, "Deals", "Open", currency="EUR")
    await project.add_field("Amount", "currency")
    await project.add_field("Day", "date")
    settings = {"amount": "amount", "currency": "PLN"}
    await project.add_field("Zloty", "currency_conversion", settings | {"date": "day"})
    await project.add_field("Today", "currency_conversion", settings)
    await project.add_field("Yen", "currency_conversion", {"amount": "amount", "currency": "JPY"})
    made = await project.add("a", amount="1000.01", day="2026-01-15")
    assert made["fields"]["zloty"] is None
    await put(
        client,
        rate("EUR", "PLN", "2026-01-10", "4.2735"), rate("EUR", "PLN", "2026-02-01", "4"),
        rate("PLN", "USD", "2026-01-01", "0.3"), rate("JPY", "EUR", "2026-01-01", "0.006"),
    )  # fmt: skip
    found = await project.fields(made)
    assert found["zloty"] == {"amount": "4273.54", "currency": "PLN"}
    assert found["today"] == {"amount": "4000.04", "currency": "PLN"}
    assert found["yen"] == {"amount": "166668", "currency": "JPY"}
    await project.update(made, day="2026-01-09")
    assert (await project.fields(made))["zloty"] is None
    for title, amount, zloty in (
        ("b", "10 PLN", "10.00"), ("c", "-1 USD", "-3.33"), ("d", "0.05 USD", "0.17"), ("e", "1 CHF", None),
        ("f", "9999999999999.99 EUR", "42734999999999.96"),
    ):  # fmt: skip
        record = await project.add(title, amount=amount, day="2026-01-31")
        answer = record["fields"]["zloty"]
        assert (answer and answer["amount"]) == zloty, title
    assert await project.titles(filter="{zloty} < 0", sort="-zloty") == ["c"]
    [total] = await project.aggregate(
        filter="{title} IN ('b', 'c')", measures={"sum": {"function": "sum", "field": "zloty"}}
    )
    assert total["measures"]["sum"] == {"amount": "6.67", "currency": "PLN"}
    fault = await project.refuse_field("x", "currency_conversion", {"amount": "title", "currency": "PLN"})
    assert fault["pointer"].startswith("/config")
