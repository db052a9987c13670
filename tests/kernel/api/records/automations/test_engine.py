"""Automations from outside: an event comes in, effects and runs come out."""

from __future__ import annotations

from tests.kernel.api.records.automations.automating import automate, settled
from tests.kernel.api.records.automations.receivers import WebServer
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked


async def test_a_won_deal_is_tagged_and_dated(crm: Crm) -> None:
    made = await automate(
        crm.deals,
        "list_entered",
        {"list": "Closed Won"},
        ("add_tag", {"tag": "won"}),
        ("set_field", {"field": "confidence", "value": 5}),
        ("set_field", {"field": "cost", "expression": "{amount} * 0.5"}),
        ("comment", {"text": "Won: {title} for {amount}"}),
        condition="{amount} > 1000",
    )
    assert made["trigger"] == {"type": "list_entered", "config": {"list": "Closed Won"}}
    assert made["actions"][0] == {"type": "add_tag", "config": {"tag": "won"}}
    big = await crm.deals.add("Big", amount="5000.00")
    small = await crm.deals.add("Small", amount="10.00")
    for record in (big, small):
        await crm.deals.move(record, list="Closed Won")
    runs = await settled(crm.deals, made, 2)
    by_record = {run["record_id"]: run for run in runs}
    assert by_record[small["id"]]["status"] == "skipped"
    assert by_record[small["id"]]["reason"] == "The condition is not met."
    done = by_record[big["id"]]
    assert (done["status"], [a["status"] for a in done["actions"]]) == ("done", ["done"] * 4), done
    after = await crm.deals.record(big)
    assert [tag["name"] for tag in after["tags"]] == ["won"]
    assert after["fields"]["confidence"] == 5
    assert after["fields"]["cost"]["amount"] == "2500.00"
    history = await crm.deals.history(big)
    assert [c["via"] for c in history if c["kind"] == "record.updated"] == ["automation"] * 3
    await crm.deals.move(big, list="Closed Won", after=small["id"])
    await crm.deals.update(big, {"title": "Bigger"})
    assert len(await settled(crm.deals, made, 2)) == 2


async def test_two_that_feed_each_other_stop(plain: ProjectClient) -> None:
    await plain.add_field("A", "number", {"decimals": 0})
    await plain.add_field("B", "number", {"decimals": 0})
    one = await automate(
        plain, "field_changed", {"field": "a"}, ("set_field", {"field": "b", "expression": "{b} + 1"})
    )
    two = await automate(
        plain, "field_changed", {"field": "b"}, ("set_field", {"field": "a", "expression": "{a} + 1"})
    )
    record = await plain.add("x", a=0, b=0)
    await plain.update(record, a=1)
    first, second = await settled(plain, one, 5), await settled(plain, two, 5)
    assert [run["status"] for run in first] == ["done"] * 5
    assert [run["status"] for run in second] == ["done"] * 4 + ["skipped"]
    assert "set each other off" in second[-1]["reason"]


async def test_receivers_that_never_answer_keep_no_other_automation_waiting(
    plain: ProjectClient, web: WebServer
) -> None:
    for number in range(20):
        url = {"url": f"{web.url}/hang/{number}"}
        await automate(plain, "record_created", {"list": "Open"}, ("http_request", url), name=f"{number}")
    quick = await automate(plain, "list_entered", {"list": "Done"}, ("complete", {}))
    checked(await plain.batch(create=[{"title": "x", "list": "Open"}] * 20), 200)
    await plain.add("quick", {"list": "Done"})
    [run] = await settled(plain, quick, 1)
    assert run["status"] == "done"
