"""The records of a project as they were: listed, filtered, measured, looked through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.clock import OffsetClock
from kernel.runtime import Kernel
from kernel.settings import Settings
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join

EVERY_KIND: dict[str, tuple[str, Json, Any, Any]] = {
    "text": ("text", {}, "ü 'x'", "y"),
    "number": ("number", {"decimals": 3}, "12345678901.125", "-1"),
    "percent": ("percent", {}, "50", "60"),
    "money": ("currency", {}, {"amount": "5.10", "currency": "PLN"}, "9"),
    "box": ("checkbox", {}, True, False),
    "day": ("date", {}, "2026-03-28", "2027-01-01"),
    "moment": ("date", {"time": True}, "2026-03-28T10:11:12.345Z", None),
    "choice": ("select", {"options": [{"name": "A"}, {"name": "B"}]}, "A", "B"),
    "many": ("multi_select", {"options": [{"name": "A"}, {"name": "B"}]}, ["B", "A"], ["A"]),
    "stars": ("rating", {}, 4, 1),
    "person": ("user", {}, "admin@example.com", None),
    "place": ("location", {}, {"address": "Warszawa", "latitude": 52.2, "longitude": 21.0}, None),
    "span": ("duration", {}, 90, 120),
}
"""Fields of all kinds of columns: type, config, an early and a later value."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data_dir=settings.data_dir, database_url=settings.database_url, clock_offset=1.0)


async def later(kernel: Kernel, **time: float) -> str:
    """Let time pass; the moment in the middle of it."""
    assert isinstance(kernel.clock, OffsetClock)
    middle = kernel.clock.now() + timedelta(**time) / 2
    kernel.clock.offset += timedelta(**time)
    return middle.astimezone(UTC).isoformat()


def _unplaced(record: Json) -> Json:
    """Without its place in the list, which has no history."""
    return {name: value for name, value in record.items() if name != "position"}


async def test_every_value_is_what_it_was(crm: Crm, kernel: Kernel) -> None:
    deals = crm.deals
    for name, (type_, config, _, _) in EVERY_KIND.items():
        await deals.add_field(f"x {name}", type_, config)
    acme, other = await crm.customers.add("Acme", email="a@b.example"), await crm.customers.add("Other")
    early = {f"x_{name}": case[2] for name, case in EVERY_KIND.items()}
    late = {f"x_{name}": case[3] for name, case in EVERY_KIND.items()}
    given = {
        "tags": ["SEO", "branding"],
        "assignees": ["admin@example.com"],
        "due_at": "2026-12-01T10:00:00.5Z",
    }
    first = await deals.add(
        "Site", given | {"description": "d"}, customer=acme["id"], amount="10", cost="4", **early
    )
    second = await deals.add("Shop", amount="7", customer=acme["id"])
    before = [await deals.record(first), await deals.record(second)]
    then = await later(kernel, minutes=10)
    changes = {"title": "New", "tags": ["SEO"], "assignees": [], "due_at": None, "description": None}
    await deals.update(first, changes, customer=other["id"], amount="99", **late)
    await deals.move(first, list="Closed Won")
    await deals.update(first, {"title": "Newer"}, amount="100", **early)
    await crm.customers.update(acme, email="new@b.example")
    await deals.delete(second)
    await deals.add("Third")
    past = await deals.page(as_of=then, sort="id", count=True)
    assert [_unplaced(record) for record in past["items"]] == [_unplaced(record) for record in before]
    assert past["total"] == 2
    answer = checked(
        await deals.query(as_of=then, filter="{amount} = 10 AND {customer.email} = 'a@b.example'"), 200
    )
    assert [record["title"] for record in answer["items"]] == ["Site"]
    assert await deals.titles(as_of=then, tag="branding") == ["Site"]
    assert await deals.titles(as_of=then, list="Closed Won") == []
    assert await deals.titles(as_of=then, filter="{profit} = 6") == ["Site"]
    sums = {"sum": {"function": "sum", "field": "amount"}}
    (group,) = await deals.aggregate(measures=sums, as_of=then)
    assert group["measures"]["sum"] == {"amount": "17.00", "currency": "EUR"}
    assert sorted(await deals.titles()) == ["Newer", "Third"]
    for name, case in EVERY_KIND.items():
        assert case[2] is not None
        assert await deals.titles(as_of=then, filter=f"{{x_{name}}} = BLANK()") == ["Shop"], name


async def test_what_was_in_the_trash_then(plain: ProjectClient, kernel: Kernel) -> None:
    kept, gone = await plain.add("kept"), await plain.add("gone")
    await plain.delete(gone)
    then = await later(kernel, minutes=10)
    await plain.restore(gone)
    await plain.delete(kept)
    await plain.delete(gone)
    assert await plain.titles(as_of=then) == ["kept"]
    assert await plain.titles() == []
    soon = await later(kernel, minutes=10)
    await plain.restore(gone)
    assert await plain.titles(as_of=soon) == []
    assert await plain.titles(as_of="2020-01-01") == []
    assert await plain.titles(as_of="2990-01-01") == ["gone"]


async def test_pages_go_on_in_the_past(plain: ProjectClient, kernel: Kernel) -> None:
    records = [await plain.add(f"r{n}") for n in range(5)]
    then = await later(kernel, minutes=10)
    for record in records:
        await plain.update(record, {"title": "same"})
    found = await plain.every(2, as_of=then, sort="-title")
    assert [record["title"] for record in found] == ["r4", "r3", "r2", "r1", "r0"]
    cursor = (await plain.page(as_of=then, limit=2))["next"]
    assert (await plain.get(limit=2, cursor=cursor)).status_code == 422
    assert list(faults(await plain.get(as_of="yesterday"))) == ["?as_of"]


async def test_who_sees_what_of_the_past(crm: Crm, kernel: Kernel, new_client: NewClient) -> None:
    junior = await new_client("junior")
    rules = {"*": "edit", "cost": "hidden", "profit": "hidden"}
    deals = await join(crm.deals, junior, fields=rules, scope="{list} = 'Qualification'")
    mine, other = await crm.deals.add("mine", cost="5", amount="6"), await crm.deals.add("other")
    then = await later(kernel, minutes=10)
    await crm.deals.update(mine, cost="7", amount="8")
    await crm.deals.move(other, list="Negotiations")
    (record,) = (await deals.page(as_of=then))["items"]
    assert record["title"] == "mine"
    assert record["fields"]["amount"]["amount"] == "6.00"
    assert not {"cost", "profit"} & record["fields"].keys()
    assert list(faults(await deals.get(as_of=then, filter="{cost} = 5"))) == ["/filter"]
    stranger = await new_client("stranger")
    assert (await crm.deals.seen_by(stranger).get(as_of=then)).status_code == 404
    assert datetime.fromisoformat(then) < kernel.clock.now()


async def test_groups_of_lists_that_lead_on(crm: Crm, kernel: Kernel) -> None:
    """Lists of people, records and files are as they were then, also where they are what is grouped by."""
    await crm.deals.add_field("Papers", "file", {})
    await crm.deals.refer("Many", crm.customers, multiple=True)
    await crm.deals.look_up("Tags of many", "many", "tags")
    await crm.customers.add_tag("big")
    acme = await crm.customers.add("Acme", {"tags": ["big"]})
    me = user_id(crm.deals.client)
    deal = await crm.deals.add("a", {"tags": ["SEO"], "assignees": [me]}, many=[acme["id"]])
    then = await later(kernel, days=1)
    await crm.deals.update(deal, {"tags": [], "assignees": []}, many=[])
    wanted = {"tags": "SEO", "assignees": "Admin", "many": "Acme", "tags_of_many": "big", "papers": None}
    for name, label in wanted.items():
        [group] = await crm.deals.aggregate(group_by=[name], as_of=then)
        found = group["group"][name]
        assert (found and (found.get("name") or found.get("title"))) == label, name
        [group] = await crm.deals.aggregate(group_by=[name])
        assert group["group"][name] is None


async def test_tags_and_options_that_are_gone_are_no_part_of_the_past(
    plain: ProjectClient, kernel: Kernel
) -> None:
    options = [{"name": "A"}, {"name": "B"}]
    many = await plain.add_field("Many", "multi_select", {"options": options})
    gone = await plain.add_tag("gone")
    record = await plain.add("a", {"tags": ["gone", "SEO"]}, many=["A", "B"])
    then = await later(kernel, minutes=10)
    await plain.update(record, {"tags": []}, many=[])
    checked(await plain.client.delete(f"{plain.path}/tags/{gone['id']}"), 204)
    fewer = {"config": {"options": many["config"]["options"][1:]}, "accept_loss": True}
    checked(await plain.client.patch(f"{plain.path}/fields/many", json=fewer), 200)
    [past] = (await plain.page(as_of=then))["items"]
    assert [tag["name"] for tag in past["tags"]] == ["SEO"]
    assert [option["name"] for option in past["fields"]["many"]] == ["B"]
    for name, label in (("tags", "SEO"), ("many", "B")):
        [group] = await plain.aggregate(group_by=[name], as_of=then)
        assert group["group"][name]["name"] == label
    checked(await plain.client.post(f"{plain.path}/tags/{gone['id']}/restore"), 200)
    [past] = (await plain.page(as_of=then))["items"]
    assert [tag["name"] for tag in past["tags"]] == ["gone", "SEO"]


async def test_the_past_is_grouped_by_lists_of_everything(crm: Crm, kernel: Kernel) -> None:
    deals = crm.deals
    await deals.add_field("Papers", "file")
    await deals.add_field("Team", "user", {"multiple": True})
    await deals.refer("Partners", crm.customers, multiple=True)
    acme = await crm.customers.add("Acme")
    given = {"assignees": ["admin@example.com"], "tags": ["SEO", "website"]}
    first = await deals.add("a", given, partners=[acme["id"]], team=["admin@example.com"], amount="5")
    await deals.add("b", {"tags": ["SEO"]}, partners=[acme["id"]], amount="7")
    names = ("assignees", "tags", "papers", "team", "partners", "partners.title")
    measures = {"n": {"function": "count"}, "sum": {"function": "sum", "field": "amount"}}
    asked = [{"group_by": [name], "measures": measures, "filter": "{tags} = 'SEO'"} for name in names]
    now = [await deals.aggregate(**body) for body in asked]
    then = await later(kernel, hours=2)
    await deals.update(first, {"assignees": [], "tags": []}, partners=[], team=[], amount="1")
    assert [await deals.aggregate(as_of=then, **body) for body in asked] == now
    assert [await deals.aggregate(**body) for body in asked] != now
    for name in names[:-1]:
        source = {"project_id": deals.id, "filter": "{tags} = 'website'"}
        config = {"sources": [source], "measure": {"function": "count"}, "group_by": {"field": name}}
        body = {"type": "bar", "config": config}
        chart = await deals.client.post(f"/charts/preview?as_of={then.replace('+', '%2B')}", json=body)
        total = checked(chart, 200)["series"][0]["points"]
        assert sum(point["value"] for point in total) == (2 if name == "tags" else 1), (name, total)
