"""Automations from outside: an event comes in, effects and runs come out."""

from __future__ import annotations

from tests.kernel.api.records.automations.automating import automate, settled
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient


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
