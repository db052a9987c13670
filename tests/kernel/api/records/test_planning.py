"""Followers, reminders and repetition, from outside, with a clock that the tests move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kernel.clock import OffsetClock
from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join, new_project


@dataclass
class Fixed:
    """A clock that stands still until it is moved."""

    moment: datetime = datetime(2026, 3, 20, 8, tzinfo=UTC)
    hours: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)  # identifiers need time to go on
        return self.moment


@pytest.fixture
def clock() -> Fixed:
    return Fixed()


@pytest.fixture
async def kernel(settings: Settings, clock: Fixed, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nothing is done in the background here: the tests look when they want to."""
    made = create_kernel(settings.__class__(**(_members(settings) | {"clock_offset": 1.0})))
    assert isinstance(made.clock, OffsetClock)
    made.clock.source, made.clock.offset = clock, timedelta()
    monkeypatch.setattr(made.timekeeper, "start", _nothing)
    await made.start()
    yield made
    await made.stop()


def _members(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


async def _nothing() -> None:
    pass


async def notices(client: httpx.AsyncClient) -> list[str]:
    """What somebody was told, oldest first."""
    found = checked(await client.get("/notifications"), 200)["items"]
    return [notice["text"] for notice in reversed(found)]


def path(project: ProjectClient, record: Json, suffix: str) -> str:
    return f"{project.path}/records/{record['id']}/{suffix}"


async def test_followers_hear_of_what_they_may_see(crm: Crm, new_client: NewClient) -> None:
    junior, senior = await new_client("junior"), await new_client("senior")
    deals = await join(crm.deals, junior, fields={"*": "edit", "cost": "hidden"})
    await join(crm.deals, senior)
    deal = await crm.deals.add("Site")
    follow = path(crm.deals, deal, "followers")
    own = checked(await junior.post(follow, json={}), 201)
    assert own["id"] == user_id(junior)
    checked(await junior.post(follow, json={}), 201)
    checked(await crm.deals.client.post(follow, json={"user": "senior@example.com"}), 201)
    assert [f["name"] for f in checked(await senior.get(follow), 200)["items"]] == ["Junior", "Senior"]
    await crm.deals.update(deal, cost="5")
    await crm.deals.update(deal, amount="7", cost="6")
    await deals.update(deal, {"title": "Shop"})
    assert await notices(junior) == ["Admin changed Amount of a record that you follow."]
    assert await notices(senior) == [
        "Admin changed Cost of a record that you follow.",
        "Admin changed Amount, Cost of a record that you follow.",
        "Junior changed title of a record that you follow.",
    ]
    comment = {"body": "Hello @senior@example.com"}
    checked(await crm.deals.client.post(path(crm.deals, deal, "comments"), json=comment), 201)
    assert (await notices(junior))[1:] == ["Admin commented on a record that you follow."]
    assert (await notices(senior))[3:] == ["Admin mentioned you in a comment."]
    assert (await junior.delete(f"{follow}/{user_id(junior)}")).status_code == 204
    assert (await junior.delete(f"{follow}/{user_id(senior)}")).status_code == 403
    await crm.deals.delete(deal)
    assert (await notices(senior))[4:] == ["Admin moved a record that you follow to the trash."]
    assert len(await notices(junior)) == 2


async def test_who_may_follow(crm: Crm, new_client: NewClient) -> None:
    stranger, viewer = await new_client("stranger"), await new_client("viewer")
    deal = await crm.deals.add("Site")
    follow = path(crm.deals, deal, "followers")
    await crm.deals.client.post(
        f"{crm.deals.path}/members", json={"user": "viewer@example.com", "role": "viewer"}
    )
    assert (await stranger.post(follow, json={})).status_code == 404
    told = [
        await crm.deals.client.post(follow, json={"user": who}) for who in ("stranger@example.com", "x@y.z")
    ]
    assert faults(told[0]) == faults(told[1]) != {}
    checked(await viewer.post(follow, json={}), 201)
    assert (await viewer.post(follow, json={"user": "admin@example.com"})).status_code == 403
    every = checked(await crm.deals.client.get(crm.deals.path), 200)["default_fields"]
    await crm.deals.change(default_fields=[name for name in every if name != "followers"])
    assert (await viewer.get(follow)).status_code == 404
    await crm.deals.update(deal, {"title": "quiet"})
    await crm.deals.change(default_fields=every)
    assert [f["name"] for f in checked(await viewer.get(follow), 200)["items"]] == ["Viewer"]
    assert await notices(viewer) == []


async def test_people_follow_by_themselves_when_they_chose_to(crm: Crm, new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    deals = await join(crm.deals, ewa)
    me = f"/users/{user_id(ewa)}"
    assert checked(await ewa.get(me), 200)["auto_follow"] == []
    wanted = ["mentioned", "assigned", "created"]
    assert checked(await ewa.patch(me, json={"auto_follow": wanted}), 200)["auto_follow"] == wanted[::-1]
    assert (await ewa.patch(me, json={"auto_follow": ["x"]})).status_code == 422
    made = await deals.add("made")
    given = await crm.deals.add("given", {"assignees": ["ewa@example.com"]})
    other = await crm.deals.add("other")
    await crm.deals.client.post(path(crm.deals, other, "comments"), json={"body": "@ewa@example.com"})
    for record in (made, given, other):
        found = checked(await ewa.get(path(deals, record, "followers")), 200)["items"]
        assert [f["name"] for f in found] == ["Ewa"]
    await crm.deals.batch(update=[{"id": r["id"], "title": "same"} for r in (made, given, other)])
    assert await notices(ewa) == [
        "Admin mentioned you in a comment.", "Admin changed 3 records that you follow.",
    ]  # fmt: skip


async def test_reminders_come_once_and_move_with_the_date(
    plain: ProjectClient, kernel: Kernel, clock: Fixed, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    await join(plain, ewa)
    record = await plain.add("Call", {"due_at": "2026-03-21T12:00:00Z"})
    remind = path(plain, record, "reminders")
    hour = checked(await ewa.post(remind, json={"before": "due_at", "seconds": 3600, "text": "Soon"}), 201)
    assert hour["fires_at"] == "2026-03-21T11:00:00.000Z"
    checked(await ewa.post(remind, json={"at": "2026-03-20T09:00"}), 201)
    assert checked(await plain.client.get(remind), 200)["items"] == []
    for body, pointer in (
        ({}, "/at"), ({"at": "2026-03-20T09:00:00Z", "before": "due_at"}, "/at"),
        ({"at": "2026-03-20T07:00:00Z"}, "/at"), ({"at": "soon"}, "/at"),
        ({"before": "due_at", "seconds": 10**6}, "/seconds"),
    ):  # fmt: skip
        assert list(faults(await ewa.post(remind, json=body))) == [pointer]
    await kernel.timekeeper.look()
    assert await notices(ewa) == []
    clock.moment += timedelta(hours=2)
    await kernel.timekeeper.look()
    await kernel.timekeeper.look()
    assert await notices(ewa) == ["You asked to be reminded of this record."]
    await plain.update(record, {"due_at": "2026-03-25T12:00:00Z"})
    clock.moment += timedelta(days=2)
    await kernel.timekeeper.look()
    assert len(await notices(ewa)) == 1
    await plain.delete(record)
    clock.moment += timedelta(days=4)
    await kernel.timekeeper.look()
    assert len(await notices(ewa)) == 1
    await plain.restore(record)
    await kernel.timekeeper.look()
    await kernel.timekeeper.look()
    assert (await notices(ewa))[1:] == ["Soon"]
    await plain.update(record, {"due_at": "2026-04-25T12:00:00Z"})
    items = checked(await ewa.get(remind), 200)["items"]
    assert [(i["fires_at"], i["fired_at"] is None) for i in items] == [
        ("2026-04-25T11:00:00.000Z", True), ("2026-03-20T09:00:00.000Z", False),
    ]  # fmt: skip
    assert (await plain.client.delete(f"{remind}/{hour['id']}")).status_code == 404
    assert (await ewa.delete(f"{remind}/{hour['id']}")).status_code == 204


async def test_a_reminder_is_changed_and_comes_again(
    plain: ProjectClient, kernel: Kernel, clock: Fixed, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    await join(plain, ewa)
    record = await plain.add("Call", {"due_at": "2026-03-21T12:00:00Z"})
    remind = path(plain, record, "reminders")
    made = checked(await ewa.post(remind, json={"at": "2026-03-20T09:00:00Z", "text": "Call"}), 201)
    one = f"{remind}/{made['id']}"
    clock.moment += timedelta(hours=2)
    await kernel.timekeeper.look()
    told = checked(await ewa.patch(one, json={"text": "Call Jan"}), 200)
    assert (told["text"], told["fired_at"] is None, told["at"]) == ("Call Jan", False, made["at"])
    moved = checked(await ewa.patch(one, json={"before": "due_at", "seconds": 3600}), 200)
    assert (moved["at"], moved["fires_at"], moved["fired_at"]) == (None, "2026-03-21T11:00:00.000Z", None)
    assert checked(await ewa.get(remind), 200)["items"] == [moved]
    for body, pointer in (
        ({"at": "2026-03-20T07:00:00Z"}, "/at"), ({"before": None}, "/at"),
        ({"at": "2026-03-22", "before": "due_at"}, "/at"), ({"seconds": 10**6}, "/seconds"),
    ):  # fmt: skip
        assert list(faults(await ewa.patch(one, json=body))) == [pointer]
    assert (await plain.client.patch(one, json={"text": "mine"})).status_code == 404
    clock.moment += timedelta(days=2)
    await kernel.timekeeper.look()
    assert await notices(ewa) == ["Call", "Call Jan"]


async def test_a_reminder_tells_nobody_what_they_no_longer_see(
    plain: ProjectClient, kernel: Kernel, clock: Fixed, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    await join(plain, ewa, scope="{title} = 'Call'")
    record = await plain.add("Call")
    remind = path(plain, record, "reminders")
    checked(await ewa.post(remind, json={"at": "2026-03-20T09:00:00Z"}), 201)
    await plain.update(record, {"title": "Secret"})
    clock.moment += timedelta(hours=2)
    await kernel.timekeeper.look()
    assert await notices(ewa) == []


async def test_completing_a_record_makes_its_successor_once(
    client: httpx.AsyncClient, kernel: Kernel, clock: Fixed
) -> None:
    plain = await new_project(client, "Plain", "Open", "Doing", "Done", time_zone="Europe/Warsaw")
    await plain.add_tag("website")
    await plain.add_field("Size", "number")
    given = {
        "start_at": "2026-03-27T08:00",
        "due_at": "2026-03-28T17:00",
        "list": "Done",
        "tags": ["website"],
    }
    record = await plain.add("Report", given, size=3)
    lists = path(plain, record, "checklists")
    todo = checked(await client.post(lists, json={"name": "Steps"}), 201)
    await client.post(f"{lists}/{todo['id']}/items", json={"title": "Write", "done": True})
    await client.post(path(plain, record, "followers"), json={})
    await client.post(path(plain, record, "reminders"), json={"before": "due_at", "seconds": 60})
    rule = {"frequency": "weekly", "count": 2}
    answer = checked(await client.put(path(plain, record, "repeat"), json=rule), 200)
    assert answer["next_at"] is None
    done = await plain.update(record, {"completed": True})
    assert done["completed_at"] is not None
    again = await plain.update(record, {"completed": True})
    assert again["completed_at"] == done["completed_at"]
    await kernel.timekeeper.look()
    await plain.update(record, {"completed": False})
    await plain.update(record, {"completed": True})
    await kernel.timekeeper.look()
    first, second = sorted((await plain.page())["items"], key=lambda r: int(r["id"]))
    assert (first["id"], second["title"], second["fields"]) == (record["id"], "Report", {"size": "3"})
    # the clocks go forward on the 29th: the same time of day is an hour earlier in UTC
    assert (record["due_at"], second["due_at"]) == ("2026-03-28T16:00:00.000Z", "2026-04-04T15:00:00.000Z")
    assert second["start_at"] == "2026-04-03T06:00:00.000Z"
    assert (second["completed_at"], second["tags"]) == (None, record["tags"])
    opened = checked(await client.get(f"{plain.path}/lists"), 200)["items"][0]["id"]
    assert second["list_id"] == opened
    (steps,) = checked(await client.get(path(plain, second, "checklists")), 200)["items"]
    assert [(i["title"], i["done"]) for i in steps["items"]] == [("Write", False)]
    (reminder,) = checked(await client.get(path(plain, second, "reminders")), 200)["items"]
    assert reminder["fires_at"] == "2026-04-04T14:59:00.000Z"
    assert len(checked(await client.get(path(plain, second, "followers")), 200)["items"]) == 1
    assert checked(await client.get(path(plain, record, "repeat")), 200)["successor_id"] == second["id"]
    taken_over = checked(await client.get(path(plain, second, "repeat")), 200)
    assert (taken_over["rule"]["count"], taken_over["successor_id"]) == (1, None)
    await plain.update(second, {"completed": True})
    await kernel.timekeeper.look()
    third = max((await plain.page())["items"], key=lambda r: int(r["id"]))
    assert third["due_at"] == "2026-04-11T15:00:00.000Z"
    assert (await client.get(path(plain, third, "repeat"))).status_code == 404


async def test_repetition_on_schedule_makes_up_for_a_long_absence_with_one_record(
    plain: ProjectClient, client: httpx.AsyncClient, kernel: Kernel, clock: Fixed
) -> None:
    record = await plain.add("Rent", {"due_at": "2026-03-31T00:00:00Z"})
    repeat = path(plain, record, "repeat")
    rule = {"frequency": "monthly", "on": "schedule", "list": "Doing"}
    answer = checked(await client.put(repeat, json=rule), 200)
    assert (answer["next_at"], answer["rule"]["month_day"]) == ("2026-03-31T00:00:00.000Z", 31)
    clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    await kernel.timekeeper.look()
    await kernel.timekeeper.look()
    assert [r["due_at"] for r in (await plain.page(sort="due_at"))["items"]] == [
        "2026-03-31T00:00:00.000Z", "2026-05-31T00:00:00.000Z",
    ]  # fmt: skip
    clock.moment = datetime(2026, 6, 1, tzinfo=UTC)
    await kernel.timekeeper.look()
    last = (await plain.page(sort="-due_at"))["items"][0]
    assert last["due_at"] == "2026-06-30T00:00:00.000Z"  # the 31st is kept in mind through shorter months
    assert await plain.titles(list="Doing") == ["Rent", "Rent"]
    history = await plain.history(last)
    assert (history[0]["via"], history[0]["by"]) == ("repeat", None)
    assert (await client.delete(path(plain, last, "repeat"))).status_code == 204
    clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
    await kernel.timekeeper.look()
    assert len((await plain.page())["items"]) == 3


async def test_rules_that_cannot_be(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    repeat = path(plain, await plain.add("a"), "repeat")
    assert (await client.get(repeat)).status_code == 404
    wrong = {"frequency": "daily", "weekdays": ["mo"], "month_day": 3, "list": "Donee"}
    assert set(faults(await client.put(repeat, json=wrong))) == {"/weekdays", "/month_day", "/list"}
    assert (await client.put(repeat, json={"frequency": "hourly"})).status_code == 422
    every = checked(await client.get(plain.path), 200)["default_fields"]
    checked(await client.put(repeat, json={"frequency": "weekly", "weekdays": ["mo", "th"]}), 200)
    await plain.change(default_fields=[name for name in every if name != "repeat"])
    assert (await client.get(repeat)).status_code == 404
    await plain.change(default_fields=every)
    assert checked(await client.get(repeat), 200)["rule"]["weekdays"] == ["mo", "th"]


async def test_descriptions_are_rendered_on_request(plain: ProjectClient) -> None:
    record = await plain.add("a", {"description": "**Bold** <script>alert(1)</script>"})
    found = checked(await plain.try_record(record, "?render=true"), 200)
    assert found["description"] == record["description"]
    assert "<strong>Bold</strong>" in found["description_html"]
    assert "<script>" not in found["description_html"]
    assert "description_html" not in await plain.record(record)
    await plain.change(default_fields=["tags"])
    assert "description_html" not in checked(await plain.try_record(record, "?render=true"), 200)
