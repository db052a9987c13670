"""Trying automations out, looking back, switching them off, and who may."""

from __future__ import annotations

from typing import Any

from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.automations.automating import automate, runs_of, settled, try_automate
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.automations.receivers import Mailbox
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, join


async def ask(project: ProjectClient, made: Json, what: str, **body: Any) -> Json:
    path = f"{project.path}/automations/{made['id']}/{what}"
    return checked(await project.client.post(path, json=body), 200)


async def patch(project: ProjectClient, made: Json, **body: Any) -> Json:
    return checked(await project.client.patch(f"{project.path}/automations/{made['id']}", json=body), 200)


async def test_a_trial_shows_everything_and_does_nothing(crm: Crm, mails: Mailbox) -> None:
    made = await automate(
        crm.deals,
        "list_entered",
        {"list": "Closed Won"},
        ("set_field", {"field": "cost", "expression": "{amount} * 0.5"}),
        (
            "branch",
            {
                "condition": "{profit} = 50",
                "then": [{"type": "comment", "config": {"text": "Half of {amount}"}}],
            },
        ),
        ("send_email", {"to": "boss@example.com", "subject": "{title}", "body": "{cost}"}),
        ("wait", {"days": 1}),
        ("move_to_list", {"list": "Closed Lost"}),
        condition="{amount} > 1",
    )
    deal = await crm.deals.add("Deal", amount="100.00")
    before = await crm.deals.history(deal)
    trial = await ask(crm.deals, made, "test", record=deal["id"])
    assert (trial["condition"], trial["would_run"]) == (True, True)
    assert [a["type"] for a in trial["actions"]] == [
        "set_field", "branch", "comment", "send_email", "wait", "move_to_list",
    ]  # fmt: skip
    assert all(a["would"] for a in trial["actions"]), trial
    assert trial["actions"][3]["effects"][0]["detail"]["body"] == "50.00 EUR"
    assert trial["actions"][2]["effects"][0]["detail"] == {"body": "Half of 100.00 EUR"}
    assert await crm.deals.history(deal) == before
    assert (mails.mails, await runs_of(crm.deals, made)) == ([], [])
    poor = await crm.deals.add("Poor", amount="1.00")
    assert (await ask(crm.deals, made, "test", record=poor["id"]))["would_run"] is False
    path = f"{crm.deals.path}/automations/{made['id']}/test"
    assert (await crm.deals.client.post(path, json={"record": "7"})).status_code == 404


async def test_the_past_is_replayed(plain: ProjectClient, time: Time) -> None:
    a, b = await plain.add("a"), await plain.add("b")
    await time.passes(hours=1)
    await plain.move(a, list="Doing")
    await plain.move(b, list="Doing")
    await time.passes(days=6)
    await plain.update(a, {"title": "later"})
    made = await automate(
        plain, "list_entered", {"list": "Doing"}, ("complete", {}), condition="{title} = 'a'"
    )
    found = await ask(plain, made, "backtest", **{"from": "2020-01-01"})
    assert [(i["record_id"], i["condition"]) for i in found["items"]] == [(a["id"], True), (b["id"], False)]
    assert found["would_run"] == 1
    aged = await automate(plain, "aged_in_list", {"list": "Doing", "days": 5}, ("complete", {}))
    items = (await ask(plain, aged, "backtest", **{"from": "2020-01-01"}))["items"]
    assert {i["record_id"] for i in items} == {a["id"], b["id"]}
    assert await runs_of(plain, made) == await runs_of(plain, aged) == []


async def test_what_comes_while_it_is_off_is_dropped_or_kept(plain: ProjectClient) -> None:
    made = {
        pause: await automate(plain, "record_created", {}, ("complete", {}), name=pause, while_paused=pause)
        for pause in ("drop", "keep")
    }
    for automation in made.values():
        await patch(plain, automation, enabled=False)
    await plain.add("meanwhile")
    [kept] = await settled(plain, made["keep"], 1, "queued")
    assert kept["held"]
    for automation in made.values():
        await patch(plain, automation, enabled=True)
    assert [r["status"] for r in await settled(plain, made["keep"], 1)] == ["done"]
    await plain.add("after")
    assert len(await settled(plain, made["drop"], 1)) == 1
    await settled(plain, made["keep"], 2)
    path = f"{plain.path}/automations/{made['keep']['id']}"
    checked(await plain.client.delete(path), 204)
    assert (await plain.client.get(path)).status_code == 404
    await plain.add("while it is in the trash")
    assert checked(await plain.client.post(f"{path}/restore"), 200)["enabled"]
    page = checked(await plain.client.get(f"{path}/runs", params={"status": "done", "limit": 1}), 200)
    assert (len(page["items"]), page["next"] is not None) == (1, True)


async def test_a_list_that_is_renamed_stays_the_same_list(plain: ProjectClient) -> None:
    made = await automate(plain, "list_entered", {"list": "Done"}, ("complete", {}))
    lists = checked(await plain.client.get(f"{plain.path}/lists"), 200)["items"]
    [done] = [c for c in lists if c["name"] == "Done"]
    checked(await plain.client.patch(f"{plain.path}/lists/{done['id']}", json={"name": "Finished"}), 200)
    shown = checked(await plain.client.get(f"{plain.path}/automations/{made['id']}"), 200)
    assert (shown["trigger"]["config"], shown["fault"]) == ({"list": "Finished"}, None)
    assert (await patch(plain, made, name="Other"))["trigger"]["config"] == {"list": "Finished"}
    record = await plain.add("a")
    await plain.move(record, list="Finished")
    await settled(plain, made, 1)
    checked(await plain.client.delete(f"{plain.path}/lists/{done['id']}"), 204)
    shown = checked(await plain.client.get(f"{plain.path}/automations/{made['id']}"), 200)
    assert shown["fault"] == "The list that it names is gone."


async def test_what_is_gone_is_told_of(crm: Crm, new_client: NewClient) -> None:
    note = await crm.deals.add_field("Note", "text")
    form = {"name": "Contact", "list": "Qualification", "fields": [{"field": "title"}]}
    form = checked(await crm.deals.client.post(f"{crm.deals.path}/forms", json=form), 201)
    person = await new_client("ola")
    told: Any = {"type": "notify", "config": {"to": [user_id(person)], "text": "look"}}
    made = {
        "form": await automate(crm.deals, "form_submitted", {"form": form["slug"]}, ("complete", {})),
        "person": await automate(
            crm.deals, "record_created", {}, ("branch", {"condition": "{amount} > 5", "then": [told]})
        ),
        "condition": await automate(crm.deals, "completed", {}, ("reopen", {}), condition="{note} = 'x'"),
        "text": await automate(
            crm.deals, "completed", {}, ("complete", {}), ("comment", {"text": "{note}!"})
        ),
        "project": await automate(
            crm.deals, "completed", {}, ("create_record", {"project": "Deliveries", "values": {"title": "x"}})
        ),
    }

    async def faults_now() -> dict[str, str | None]:
        listed = checked(await crm.deals.client.get(f"{crm.deals.path}/automations"), 200)["items"]
        names = {automation["id"]: name for name, automation in made.items()}
        return {names[automation["id"]]: automation["fault"] for automation in listed}

    assert set((await faults_now()).values()) == {None}
    for path in (
        f"{crm.deals.path}/forms/{form['id']}",
        f"{crm.deals.path}/fields/note",
        crm.deliveries.path,
    ):
        checked(await crm.deals.client.delete(path), 204)
    checked(await crm.deals.client.patch(f"/users/{user_id(person)}", json={"active": False}), 200)
    broken = await faults_now()
    assert broken["form"] == "The form that it names is gone."
    assert broken["person"] == "Ola, whom it names, is not active any more."
    assert broken["project"] == "The project that it names is gone."
    assert (broken["condition"] or "").startswith("Condition: ")
    assert (broken["text"] or "").startswith("Action 2: ")
    checked(await crm.deals.client.post(f"{crm.deals.path}/fields/{note['id']}/restore"), 200)
    checked(await crm.deals.client.patch(f"/users/{user_id(person)}", json={"active": True}), 200)
    mended = await faults_now()
    assert (mended["person"], mended["condition"], mended["text"]) == (None, None, None)


async def test_who_sees_a_part_only_sees_no_automation(crm: Crm, new_client: NewClient) -> None:
    made = await automate(crm.deals, "record_created", {}, ("complete", {}), condition="{cost} > 5")
    rules = {"can": {"create": True, "edit": True, "configure": True}, "fields": {"cost": "hidden"}}
    junior = await join(crm.deals, await new_client("junior"), **rules)
    leak = ("set_field", {"field": "title", "expression": "'' & {cost}"})
    assert (await try_automate(junior, "record_created", {}, leak)).status_code == 403
    for suffix in ("", f"/{made['id']}", f"/{made['id']}/runs"):
        assert (await junior.client.get(f"{crm.deals.path}/automations{suffix}")).status_code == 403
    stranger = await new_client("stranger")
    assert (await stranger.get(f"{crm.deals.path}/automations")).status_code == 404


async def test_it_acts_with_the_rights_of_its_owner(crm: Crm, new_client: NewClient) -> None:
    owner = await new_client("owner")
    for project in (crm.deals, crm.customers):
        member = {"user": owner.headers["x-user-id"], "role": "admin"}
        checked(await project.client.post(f"{project.path}/members", json=member), 201)
    values = {"reference": "customer", "values": {"size": 1}}
    made = await automate(crm.deals.seen_by(owner), "record_created", {}, ("update_linked", values))
    assert made["owner"]["name"] == "Owner"
    checked(
        await crm.customers.client.delete(f"{crm.customers.path}/members/{owner.headers['x-user-id']}"), 204
    )
    customer = await crm.customers.add("Acme")
    await crm.deals.add("Deal", customer=customer["id"])
    [run] = await settled(crm.deals, made, 1)
    assert run["status"] == "failed"
    assert "may not see" in run["reason"]


async def test_the_history_names_automations_to_those_who_may_know_them(
    crm: Crm, new_client: NewClient, kernel: Kernel, time: Time
) -> None:
    growing = {"reference": "customer", "values": {"size": 9}}
    made = await automate(crm.deals, "record_created", {}, ("update_linked", growing), name="Grow")
    customer = await crm.customers.add("Acme")
    await crm.deals.add("Site", customer=customer["id"])
    await settled(crm.deals, made, 1)
    everything = {"create": True, "edit": True, "configure": True}
    ewa, jan = [await new_client(name) for name in ("ewa", "jan")]
    for person, can in ((ewa, everything), (jan, {"edit": True})):
        await join(crm.customers, person, can=can)
    await join(crm.deals, jan, can={"edit": True})

    async def told(project: ProjectClient) -> list[tuple[str, Any]]:
        return [(change["via"], change.get("automation")) for change in await project.history(customer)]

    assert await told(crm.customers) == [("api", None), ("automation", {"id": made["id"], "name": "Grow"})]
    for person in (ewa, jan):
        seen = crm.customers.seen_by(person)
        assert await told(seen) == [("api", None), ("automation", None)]
    await join(crm.deals, ewa, can=everything, fields={"cost": "hidden"})
    assert (await told(crm.customers.seen_by(ewa)))[-1] == ("automation", None), "she may not work with them"
    await patch(crm.deals, made, name="Grow up")
    await kernel.automations.retention.round()
    assert len(await runs_of(crm.deals, made)) == 1
    await time.passes(days=91)
    await kernel.automations.retention.round()
    assert await runs_of(crm.deals, made) == []
    assert (await told(crm.customers))[-1] == ("automation", {"id": made["id"], "name": "Grow up"})
