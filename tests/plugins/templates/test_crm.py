"""The CRM template, applied: projects, fields, sample data, and what a missing plugin leaves out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import phonenumbers
import pytest

from kernel.access.actor import SYSTEM
from kernel.api.app import create_app
from kernel.runtime import create_kernel
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.settings import Settings
from plugins.templates.crm import PIPELINE, WEIGHTS, CrmTemplate

R9 = [
    "Unqualified",
    "Qualification",
    "Writing Proposal",
    "Proposal Sent",
    "Negotiations",
    "Contract Out for Signature",
    "Closed Won",
    "Closed Lost",
    "N/A",
]


async def applied(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/templates/crm/apply", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def items(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async for made in _client(Settings(data_dir=tmp_path / "data", database_url=database_url)):
        yield made


@pytest.fixture
async def client_without_rating(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    blocked = ("fields.rating", "fields.currency")
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, blocked_plugins=blocked)
    async for made in _client(settings):
        yield made


async def _client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    kernel = create_kernel(settings)
    await kernel.start()
    user = await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", admin=False))
    _, token = await kernel.tokens.create(SYSTEM, user.id, TokenInput("test", ["read", "write"]))
    transport = httpx.ASGITransport(create_app(kernel))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://smalt.test/api/v1", headers=headers
    ) as made:
        yield made
    await kernel.stop()


async def test_the_projects_are_made_as_they_should_be(client: httpx.AsyncClient) -> None:
    made = await applied(client)
    assert made["skipped"] == []
    customers, opportunities, delivery = made["projects"]
    assert [p["name"] for p in made["projects"]] == ["Customers", "Opportunities", "Delivery"]
    kept = {"title", "description", "tags", "referenced_by", "comments", "followers", "reminders"}
    assert set(customers["default_fields"]) == kept
    assert "due_date" in opportunities["default_fields"]
    lists = await items(client, f"/projects/{opportunities['id']}/lists")
    assert [entry["name"] for entry in lists] == R9
    tags = await items(client, f"/projects/{opportunities['id']}/tags")
    assert [tag["name"] for tag in tags] == ["branding", "website", "SEO", "Facebook management"]
    fields = {f["key"]: f["type"] for f in await items(client, f"/projects/{opportunities['id']}/fields")}
    assert fields["customer"] == "reference"
    assert fields["profit"] == "formula"
    assert fields["confidence"] == "rating"
    assert fields["customer_email"] == fields["account_manager"] == "lookup"
    lists = await items(client, f"/projects/{delivery['id']}/lists")
    assert [entry["name"] for entry in lists] == ["To do", "In progress", "In review", "Done"]


async def test_sample_data_is_linked_and_computed(client: httpx.AsyncClient) -> None:
    made = await applied(client, sample=60)
    customers, opportunities, delivery = (f"/projects/{p['id']}/records" for p in made["projects"])
    deals = await items(client, opportunities)
    assert len(deals) == 60
    for deal in deals:
        assert deal["fields"]["customer"], deal
        assert deal["fields"]["customer_email"][0].endswith(".example")
        amount, cost = deal["fields"]["amount"], deal["fields"]["cost"]
        if cost is not None:
            profit = float(amount["amount"]) - float(cost["amount"])
            assert float(deal["fields"]["profit"]["amount"]) == pytest.approx(profit)
    handed_over = await items(client, delivery)
    assert handed_over
    assert all(d["fields"]["customer_email"] and d["fields"]["customer"] for d in handed_over)
    won = sum(
        float(d["fields"]["amount"]["amount"]) for d in deals if d["list_id"] == _won(deals, handed_over)
    )
    rolled = [c["fields"]["won_amount"] for c in await items(client, customers)]
    assert sum(float(r["amount"]) for r in rolled if r) == pytest.approx(won)
    two_hops = await items(client, delivery, filter="{customer_phone} = BLANK()")
    assert two_hops == []


def _won(deals: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> str:
    sold = {
        d["fields"]["opportunity"]["id"]
        if isinstance(d["fields"]["opportunity"], dict)
        else d["fields"]["opportunity"][0]["id"]
        for d in deliveries
    }
    found = {deal["list_id"] for deal in deals if deal["id"] in sold}
    assert len(found) == 1
    return str(found.pop())


async def test_names_that_are_taken_get_a_number(client: httpx.AsyncClient) -> None:
    await applied(client)
    again = await applied(client, sample=5)
    assert [p["name"] for p in again["projects"]] == ["Customers 2", "Opportunities 2", "Delivery 2"]
    assert len(await items(client, "/projects")) == 6


async def test_fields_of_missing_plugins_are_skipped_and_named(
    client_without_rating: httpx.AsyncClient,
) -> None:
    made = await applied(client_without_rating, sample=10)
    skipped = {(s["project"], s["field"]) for s in made["skipped"]}
    assert ("Opportunities", "Confidence") in skipped
    assert ("Opportunities", "Amount") in skipped
    assert ("Delivery", "Amount") in skipped
    assert all(s["reason"] for s in made["skipped"])
    assert made["samples"] > 10


@pytest.mark.parametrize("body", [{"sample": -1}, {"sample": 10**9}, {"samples": 1}, {"seed": "x"}, []])
async def test_bad_input_is_refused(client: httpx.AsyncClient, body: Any) -> None:
    assert (await client.post("/templates/crm/apply", json=body)).status_code == 422
    assert (await client.post("/templates/nothing/apply", json={})).status_code == 404
    assert await items(client, "/projects") == []


def test_samples_are_the_same_for_a_seed_and_valid() -> None:
    template = CrmTemplate()
    day = date(2026, 11, 26)
    first, again = list(template.samples(3000, 7, day)), list(template.samples(3000, 7, day))
    assert first == again
    assert first not in (
        list(template.samples(3000, 8, day)),
        list(template.samples(3000, 7, date(2026, 11, 27))),
    )
    customers = [s for s in first if s.project == "customers"]
    assert len({s.title for s in customers}) == len(customers) == 300
    assert sum(s.project == "opportunities" for s in first) == 3000
    assert any(not s.title.isascii() for s in first)
    for sample in customers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(sample.fields["phone"]))
    keys: set[str] = set()
    for sample in first:
        for name in ("customer", "opportunity", "subsidiary_of"):
            assert sample.fields.get(name, "c0") in keys | {"c0"}
        keys.add(sample.key)
    assert [name for name, _ in PIPELINE] == R9


def test_samples_are_of_a_business_that_lives() -> None:
    day = date(2026, 11, 26)
    end = datetime.combine(day, time(), UTC)
    made = list(CrmTemplate().samples(3000, 7, day))
    for sample in made:
        moments = [moment for _, moment in sample.stays]
        assert all(a < b for a, b in pairwise([*moments, end])), sample
        assert moments[0] >= end - timedelta(days=430)
        assert sample.stays[-1][0] == sample.list
        assert sample.due_at is None or abs(sample.due_at - end) < timedelta(days=20)
    born = {s.key: s.stays[0][1] for s in made}
    deals = [s for s in made if s.project == "opportunities"]
    assert all(born[d.fields["customer"]] < born[d.key] for d in deals)
    months = Counter(f"{born[d.key]:%Y-%m}" for d in deals)
    assert len(months) == 15
    assert len(set(months.values())) > 10, "months differ"
    won = [d for d in deals if d.list == "Closed Won"]
    weeks = sorted((d.stays[-1][1] - born[d.key]).days for d in won)
    assert 14 < weeks[len(weeks) // 2] < 120
    assert len({f"{d.stays[-1][1]:%Y-%m}" for d in won}) >= 14
    still_open = [d for d in deals if d.list not in ("Closed Won", "Closed Lost", "N/A")]
    assert {d.list for d in still_open} == set(R9[:6])
    assert sum(born[d.key] > end - timedelta(days=90) for d in still_open) > 0.8 * len(still_open)
    buyers = {d.fields["customer"] for d in deals}
    assert 200 < len(buyers) < 300, "some customers have bought nothing yet"
    won_at = {d.key: d.stays[-1][1] for d in won}
    for delivery in (s for s in made if s.project == "delivery"):
        deal = delivery.fields["opportunity"]
        assert won_at[deal] < born[delivery.key]
        invoiced = delivery.fields.get("invoice_date")
        assert invoiced is None or f"{born[deal]:%Y-%m-%d}" < invoiced < day.isoformat()


async def test_the_past_of_samples_is_one_story(client: httpx.AsyncClient) -> None:
    """What the record, its stays in lists, its history and a look into the past say agrees."""
    made = await applied(client, sample=40)
    path = f"/projects/{made['projects'][1]['id']}"
    lists = {e["id"]: e["name"] for e in await items(client, f"{path}/lists")}
    kind = {"name": "Days", "type": "time_in_list", "config": {"list": "Closed Won", "unit": "seconds"}}
    assert (await client.post(f"{path}/fields", json=kind)).status_code == 201
    deals = await items(client, f"{path}/records")
    now = datetime.now(UTC)
    won = [d for d in deals if lists[d["list_id"]] == "Closed Won" and d["version"] > 2]
    assert len(won) > 3
    for deal in won[:4]:
        history = (await items(client, f"{path}/records/{deal['id']}/history"))[::-1]
        assert [h["kind"] for h in history] == ["record.created"] + ["record.moved"] * (deal["version"] - 1)
        moments = [datetime.fromisoformat(h["at"]) for h in history]
        assert deal["created_at"] == history[0]["at"]
        assert deal["list_entered_at"] == deal["updated_at"] == history[-1]["at"]
        assert all(a < b for a, b in pairwise([*moments, now]))
        stayed = timedelta(seconds=float(deal["fields"]["days"]))
        assert abs(now - moments[-1] - stayed) < timedelta(minutes=10)
        query = {"as_of": history[-2]["at"]}
        before = (await client.get(f"{path}/records/{deal['id']}", params=query)).json()
        assert (lists[before["list_id"]], before["version"]) == (
            "Contract Out for Signature",
            deal["version"] - 1,
        )


CHARTS = [
    "Weighted forecast", "Forecast by stars", "Pipeline generated per month", "Sales per month",
    "New opportunities per month", "Sales by service", "Deals by stage", "Invoiced against won",
]  # fmt: skip


async def test_the_dashboard_shows_what_is_in_the_records(client: httpx.AsyncClient) -> None:
    made = await applied(client, sample=40)
    [board] = made["dashboards"]
    assert (board["name"], sorted(c["title"] for c in board["charts"])) == ("Sales", sorted(CHARTS))
    assert made["skipped"] == []
    assert (await client.get(f"/dashboards/{board['id']}")).json() == board
    shown = (await client.get(f"/dashboards/{board['id']}/data")).json()["charts"]
    data = {chart["title"]: chart["data"] for chart in shown}
    _, opportunities, delivery = (f"/projects/{p['id']}/records" for p in made["projects"])
    deals, handed_over = await items(client, opportunities), await items(client, delivery)
    lists = await items(client, f"/projects/{made['projects'][1]['id']}/lists")
    stage = {entry["id"]: entry["name"] for entry in lists}
    amounts = [
        (stage[d["list_id"]], Decimal(d["fields"]["amount"]["amount"]), d["fields"]["confidence"])
        for d in deals
    ]
    weighted = sum(amount * Decimal(str(WEIGHTS.get(name, 0))) for name, amount, _ in amounts)
    closed = ("Closed Won", "Closed Lost", "N/A")
    stars = sum(amount * rating / 5 for name, amount, rating in amounts if name not in closed)
    won = sum(amount for name, amount, _ in amounts if name == "Closed Won")
    assert data["Weighted forecast"]["total"] == str(round(weighted, 2))
    assert data["Forecast by stars"]["total"] == str(round(stars, 2))
    assert data["Pipeline generated per month"]["total"] == str(sum(amount for _, amount, _ in amounts))
    assert data["Sales per month"]["total"] == data["Sales by service"]["total"] == str(won)
    assert data["New opportunities per month"]["total"] == len(deals)
    counts = {p["key"]: p["value"] for p in data["Deals by stage"]["series"][0]["points"]}
    assert counts == {name: sum(name == n for n, _, _ in amounts) for name in R9}
    series = {
        s["name"]: sum(Decimal(p["value"]) for p in s["points"])
        for s in data["Invoiced against won"]["series"]
    }
    invoiced = sum(Decimal(d["fields"]["invoiced"]["amount"]) for d in handed_over if d["fields"]["invoiced"])
    assert series == {"Won": won, "Invoiced": invoiced}
    assert invoiced
    for chart in board["charts"]:
        picture = await client.get(f"/charts/{chart['id']}/image.svg")
        assert picture.status_code == 200
        assert "<svg" in picture.text


async def test_its_automations_work_and_leave_samples_alone(client: httpx.AsyncClient) -> None:
    made = await applied(client, sample=20)
    assert not made["skipped"]
    projects = {p["name"]: f"/projects/{p['id']}" for p in made["projects"]}
    deals, customers = projects["Opportunities"], projects["Customers"]
    rules = await items(client, f"{deals}/automations")
    assert [r["trigger"]["type"] for r in rules] == [
        "record_created", "inactive", "list_entered", "list_entered", "aged_in_list",
    ]  # fmt: skip
    [changed] = await items(client, f"{customers}/automations")
    assert [r["fault"] for r in [*rules, changed]] == [None] * 6
    assert [r["enabled"] for r in rules] == [False, True, True, True, True]
    answer = await client.patch(f"{deals}/automations/{rules[0]['id']}", json={"enabled": True})
    assert answer.status_code == 200
    body = {"title": "Lead", "fields": {"amount": "90000.00"}}
    record = (await client.post(f"{deals}/records", json=body)).json()
    for _ in range(600):
        runs = await items(client, f"{deals}/automations/{rules[0]['id']}/runs")
        if runs and runs[0]["status"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert [(run["status"], run["record_id"]) for run in runs] == [("done", record["id"])]
    for rule in rules[1:]:
        assert await items(client, f"{deals}/automations/{rule['id']}/runs") == [], rule["name"]
    after = (await client.get(f"{deals}/records/{record['id']}")).json()
    assert len(after["assignees"]) == 1
    [comment] = await items(client, f"{deals}/records/{record['id']}/comments")
    assert comment["body"] == "A key account: call within a day."
    notices = await items(client, "/notifications")
    assert "It is yours: Lead" in {notice["text"] for notice in notices}
