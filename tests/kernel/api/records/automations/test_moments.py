"""Automations that begin at moments: once each, also when nobody looked for a while."""

from __future__ import annotations

from datetime import timedelta

import httpx

from kernel.runtime import Kernel
from tests.kernel.api.records.automations.automating import automate, runs_of, settled, try_automate
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults

TELL = ("comment", {"text": "now"})


async def test_dates_before_and_after(plain: ProjectClient, kernel: Kernel, time: Time) -> None:
    await plain.add_field("Close date", "date")
    before = await automate(plain, "due", {"days": -1}, ("add_tag", {"tag": "soon"}))
    after = await automate(plain, "due", {"field": "close_date", "days": 1}, TELL)
    now = kernel.clock.now()
    due = (now + timedelta(days=3)).isoformat()
    record = await plain.add("a", {"due_at": due}, close_date=(now + timedelta(days=2)).date().isoformat())
    done = await plain.add("done", {"due_at": due, "completed": True})
    assert done["completed_at"] is not None
    await time.passes(days=1)
    assert await runs_of(plain, before) == await runs_of(plain, after) == []
    await time.passes(days=6)
    for made in (before, after):
        [run] = await settled(plain, made, 1)
        assert (run["record_id"], run["status"], run["event"]) == (record["id"], "done", "time.due")
    assert done["id"] != record["id"]
    await plain.update(record, {"due_at": (kernel.clock.now() + timedelta(days=2)).isoformat()})
    await time.passes(days=2)
    assert len(await settled(plain, before, 2)) == 2
    await time.passes(days=30)
    assert len(await runs_of(plain, before)) == 2


async def test_dates_that_are_set_late(plain: ProjectClient, kernel: Kernel, time: Time) -> None:
    await plain.add_field("Close date", "date")
    reached = await automate(plain, "due", {}, TELL)
    warning = await automate(plain, "due", {"days": -3}, TELL)
    closing = await automate(plain, "due", {"field": "close_date"}, TELL)
    now = kernel.clock.now()

    def due(**amount: float) -> dict[str, str]:
        return {"due_at": (now + timedelta(**amount)).isoformat()}

    lately = await plain.add("two hours ago", due(hours=-2), close_date=now.date().isoformat())
    longer = await plain.add(
        "30 hours ago", due(hours=-30), close_date=(now - timedelta(days=2)).date().isoformat()
    )
    tomorrow = await plain.add("tomorrow", due(days=1))
    await plain.add("done", due(hours=-1) | {"completed": True})
    for made, record in ((reached, lately), (warning, tomorrow), (closing, lately)):
        [run] = await settled(plain, made, 1)
        assert (run["record_id"], run["status"], run["event"]) == (record["id"], "done", "time.due")
    await plain.update(longer, due(minutes=-5))
    await plain.update(longer, {"title": "five minutes ago"})
    assert [run["record_id"] for run in await settled(plain, reached, 2)] == [lately["id"], longer["id"]]
    await time.passes(days=5)
    assert len(await settled(plain, reached, 3)) == 3
    assert len(await settled(plain, warning, 1)) == 1


async def test_quiet_records_and_long_stays(plain: ProjectClient, time: Time) -> None:
    quiet = await automate(plain, "inactive", {"days": 3}, TELL)
    aged = await automate(plain, "aged_in_list", {"list": "Doing", "days": 5}, TELL)
    record = await plain.add("a", {"list": "Doing"})
    await time.passes(days=2)
    path = f"{plain.path}/records/{record['id']}/comments"
    checked(await plain.client.post(path, json={"body": "still here"}), 201)
    await time.passes(days=2)
    assert await runs_of(plain, quiet) == []
    await time.passes(days=2)
    await settled(plain, quiet, 1)
    await settled(plain, aged, 1)
    await time.passes(days=9)
    assert len(await runs_of(plain, quiet)) == 1, "the automation's own comment is no activity"
    await plain.move(record, list="Done")
    await plain.move(record, list="Doing")
    await time.passes(days=6)
    await settled(plain, quiet, 2)
    await settled(plain, aged, 2)


async def test_schedules(plain: ProjectClient, kernel: Kernel, time: Time) -> None:
    cron = {"cron": "0 9 * * *", "time_zone": "Europe/Warsaw"}
    alone = await automate(plain, "schedule", cron, ("create_record", {"values": {"title": "Day"}}))
    each = await automate(plain, "schedule", cron, TELL, condition="{list} = 'Doing'")
    assert alone["next_at"].endswith(":00:00.000Z")
    for name, list_ in (("a", "Doing"), ("b", "Doing"), ("c", "Open")):
        await plain.add(name, {"list": list_})
    await time.passes(days=5)
    assert [run["record_id"] for run in await settled(plain, alone, 1)] == [None]
    assert len(await settled(plain, each, 2)) == 2
    await time.passes(days=1)
    await settled(plain, alone, 2)
    refused = await try_automate(plain, "schedule", {"cron": "every day"}, TELL)
    assert refused.status_code == 422, refused.text
    assert "no cron" in faults(refused)["/trigger/config"]


async def test_filters_that_begin_to_be_met(crm: Crm, time: Time) -> None:
    large = await automate(crm.deals, "matches", {"filter": "{customer.size} > 100"}, TELL)
    late = await automate(crm.deals, "matches", {"filter": "{close_date} < TODAY()"}, TELL)
    gone = await automate(crm.deals, "matches", {"filter": "{amount} > 10", "on": "stop"}, TELL)
    customer = await crm.customers.add("Acme", size=5)
    deal = await crm.deals.add("Deal", customer=customer["id"], amount="100.00", close_date="2099-01-01")
    await crm.deals.update(deal, amount="50.00")
    await crm.customers.update(customer, size=500)
    await settled(crm.deals, large, 1)
    await crm.deals.update(deal, amount="5.00")
    [run] = await settled(crm.deals, gone, 1)
    assert (run["event"], run["record_id"]) == ("filter.stopped", deal["id"])
    await crm.customers.update(customer, size=501)
    await crm.deals.update(deal, close_date="2027-01-01")
    await time.passes(days=400)
    await settled(crm.deals, late, 1)
    assert len(await runs_of(crm.deals, large)) == 1


async def test_calls_from_elsewhere(plain: ProjectClient, anonymous: httpx.AsyncClient) -> None:
    await plain.add_field("Number", "text")
    text = "Order {payload.order.number} from {payload.name}"
    made = await automate(
        plain,
        "webhook_received",
        {},
        ("create_record", {"values": {"title": text, "number": "{payload.order.number}"}}),
    )
    finding = await automate(
        plain, "webhook_received", {"field": "number", "member": "order.number"}, ("complete", {})
    )
    body = {"name": "Ewa", "order": {"number": "A7"}}
    root = "http://smalt.test"
    for _ in range(2):
        answer = await anonymous.post(root + made["hook_path"], json=body, headers={"webhook-id": "m1"})
        assert (answer.status_code, answer.json()["runs"] <= 1) == (202, True)
    [run] = await settled(plain, made, 1)
    record = await plain.record(run["actions"][0]["result"]["record_id"])
    assert (record["title"], record["fields"]["number"]) == ("Order A7 from Ewa", "A7")
    assert (await anonymous.post(root + finding["hook_path"], json=body)).json() == {"runs": 1}
    [run] = await settled(plain, finding, 1)
    assert (await plain.record(record))["completed_at"] is not None
    assert (await anonymous.post(f"{root}/hooks/nothing", json=body)).status_code == 404
    assert (await anonymous.post(root + made["hook_path"], content=b"{")).status_code == 422
