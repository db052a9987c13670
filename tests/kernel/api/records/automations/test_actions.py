"""What actions do: to records, to people, and outside."""

from __future__ import annotations

from collections import Counter

from standardwebhooks import Webhook

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.automations.automating import automate, runs_of, settled, try_automate
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.automations.receivers import Mailbox, WebServer
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults, join

RATIO = ("round_robin", "least_loaded")


async def test_records_are_kept_in_step(crm: Crm) -> None:
    made = await automate(
        crm.deals,
        "list_entered",
        {"list": "Closed Won"},
        ("create_record", {"project": "Deliveries", "values": {"title": "Deliver {title}", "deal": "{id}"}}),
        ("update_linked", {"reference": "customer", "values": {"size": "{amount}"}}),
        ("update_linked", {"reference": "deal", "project": crm.deliveries.id, "values": {"list": "Done"}}),
        ("copy_record", {"values": {"title": "Again {title}", "list": "Qualification"}}),
        ("create_checklist", {"name": "After {title}", "items": ["Thank", "Invoice"]}),
        ("set_due", {"days": 2}),
        ("clear_field", {"field": "cost"}),
        (
            "branch",
            {
                "condition": "{amount} > 5",
                "then": [{"type": "complete"}],
                "else": [{"type": "add_tag", "config": {"tag": "small"}}],
            },
        ),
        ("remove_tag", {"tag": "website"}),
        ("move_to_list", {"list": "Closed Lost"}),
    )
    customer = await crm.customers.add("Acme")
    deal = await crm.deals.add(
        "Site", {"tags": ["website"]}, customer=customer["id"], amount="7.00", cost="1.00"
    )
    await crm.deals.move(deal, list="Closed Won")
    [run] = await settled(crm.deals, made, 1)
    assert run["status"] == "failed", "an amount is no number of people"
    assert [a["status"] for a in run["actions"]][:3] == ["done", "failed", "skipped"]
    assert run["reason"].startswith("Action 2 (update_linked):")
    repaired = [dict(a) for a in made["actions"]]
    repaired[1] = {"type": "update_linked", "config": {"reference": "customer", "values": {"size": 9}}}
    path = f"{crm.deals.path}/automations/{made['id']}"
    changed = checked(await crm.deals.client.patch(path, json={"actions": repaired}), 200)
    assert (changed["version"], changed["actions"][0]) == (2, made["actions"][0])
    versions = checked(await crm.deals.client.get(f"{path}/versions"), 200)["items"]
    assert [(v["version"], v["by"]["name"]) for v in versions] == [(2, "Admin"), (1, "Admin")]
    await crm.deals.move(deal, list="Negotiations")
    await crm.deals.move(deal, list="Closed Won")
    run = (await settled(crm.deals, made, 2))[-1]
    assert run["status"] == "done", run
    assert (await crm.customers.fields(customer))["size"] == 9
    after = await crm.deals.record(deal)
    lists = {
        c["id"]: c["name"]
        for c in checked(await crm.deals.client.get(f"{crm.deals.path}/lists"), 200)["items"]
    }
    assert lists[after["list_id"]] == "Closed Lost"
    assert after["completed_at"] is not None
    assert after["due_at"] is not None
    assert (after["tags"], after["fields"]["cost"]) == ([], None)
    titles = {r["title"]: r for r in (await crm.deliveries.page())["items"]}
    assert titles.keys() == {"Deliver Site"}
    assert "Again Site" in await crm.deals.titles()
    lists_on = checked(await crm.deals.client.get(f"{crm.deals.path}/records/{deal['id']}/checklists"), 200)
    assert [[i["title"] for i in c["items"]] for c in lists_on["items"]] == [["Thank", "Invoice"]]


async def test_people_are_assigned_fairly_and_told(plain: ProjectClient, new_client: NewClient) -> None:
    people = [await new_client(name) for name in ("ewa", "jan", "ola")]
    for person in people:
        await join(plain, person)
    emails = [f"{name}@example.com" for name in ("ewa", "jan", "ola")]
    made = {}
    for strategy in RATIO:
        config = {"people": emails, "strategy": strategy}
        made[strategy] = await automate(
            plain, "record_created", {}, ("assign", config),
            ("notify", {"to": ["{assignees}"], "text": "{title} is yours"}),
            condition=f"{{title}} = '{strategy}'",
        )  # fmt: skip
        assert made[strategy]["actions"][0]["config"]["people"] == emails
    for number, strategy in enumerate(RATIO, 1):  # those by load make up for those by turns
        checked(await plain.batch(create=[{"title": strategy}] * 13), 200)
        found = await settled(plain, made[strategy], 13 * number)
        assert [run["status"] for run in found].count("done") == 13
    shares = {
        s: Counter(
            r["assignees"][0]["name"] for r in (await plain.page(filter=f"{{title}} = '{s}'"))["items"]
        )
        for s in RATIO
    }
    assert sorted(shares["round_robin"].values()) == [4, 4, 5]
    everybody = shares["round_robin"] + shares["least_loaded"]
    assert max(everybody.values()) - min(everybody.values()) <= 1
    notices = checked(await people[0].get("/notifications"), 200)["items"]
    assert {n["text"] for n in notices if "yours" in n["text"]} == {
        "round_robin is yours",
        "least_loaded is yours",
    }
    stranger = await new_client("stranger")
    told = await automate(
        plain, "record_created", {}, ("notify", {"to": [user_id(stranger)], "text": "psst"})
    )
    await plain.add("secret")
    [run] = await settled(plain, told, 1)
    assert run["actions"][0]["result"] == {"notified": 0, "by_email": 0, "not_members": 1}


async def test_many_runs_at_once_are_even_and_each_is_told_of_alone(
    plain: ProjectClient, new_client: NewClient, mails: Mailbox
) -> None:
    for name in ("ewa", "jan"):
        await join(plain, await new_client(name))
    await plain.add_field("Number", "number")
    people = ["ewa@example.com", "jan@example.com"]
    made = await automate(
        plain,
        "record_created",
        {},
        ("assign", {"people": people, "strategy": "least_loaded"}),
        ("set_field", {"field": "title", "expression": "IF({number} = 3, '', {title})"}),
        ("send_email", {"to": ["{assignees}"], "subject": "{title}", "body": "yours"}),
        ("move_to_list", {"list": "Doing"}),
    )
    records = [{"title": f"Lead {n}", "fields": {"number": n}} for n in range(13)]
    checked(await plain.batch(create=records), 200)
    runs = await settled(plain, made, 13)
    assert Counter(run["status"] for run in runs) == {"done": 12, "failed": 1}
    assert {a["attempts"] for run in runs for a in run["actions"] if a["status"] != "skipped"} == {1}
    [failed] = [run["actions"] for run in runs if run["status"] == "failed"]
    assert [a["status"] for a in failed] == ["done", "failed", "skipped", "skipped"]
    shares = Counter(run["actions"][0]["result"]["assigned"]["name"] for run in runs)
    assert max(shares.values()) - min(shares.values()) <= 1, shares
    subjects = Counter(mail["subject"] for mail in mails.mails)
    assert subjects == Counter(f"Lead {n}" for n in range(13) if n != 3)


async def test_mail_and_requests(crm: Crm, mails: Mailbox, web: WebServer, time: Time) -> None:
    mails.refusals += ["451 busy"]
    web.statuses += [503]
    made = await automate(
        crm.deals,
        "button_pressed",
        {},
        (
            "send_email",
            {
                "to": ["{customer_email}", "{assignees}"],
                "subject": "Offer {title}",
                "body": "Dear {customer},\n{amount}",
            },
        ),
        (
            "http_request",
            {"url": f"{web.url}/deals/{{id}}", "json": {"amount": "{amount}", "note": "about {title}"}},
        ),
    )
    await crm.deals.add_field("Send", "button")
    customer = await crm.customers.add("Acme", email="ewa@acme.example")
    deal = await crm.deals.add(
        "Site", {"assignees": ["admin@example.com"]}, customer=customer["id"], amount="7.50"
    )
    checked(await crm.deals.client.post(f"{crm.deals.path}/records/{deal['id']}/press/send"), 200)
    [run] = await settled(crm.deals, made, 1, "queued")
    while run["actions"] == [] or run["actions"][0]["status"] != "retrying":
        [run] = await runs_of(crm.deals, made)
    assert "451" in run["actions"][0]["error"]
    await time.passes(seconds=6)
    while not web.requests:
        [run] = await runs_of(crm.deals, made)
    await settled(crm.deals, made, 1, "queued")
    await time.passes(seconds=6)
    [run] = await settled(crm.deals, made, 1)
    assert (run["status"], [a["attempts"] for a in run["actions"]]) == ("done", [2, 2])
    [mail] = mails.mails
    assert (mail["subject"], mails.envelopes) == ("Offer Site", [["ewa@acme.example", "admin@example.com"]])
    assert mail.get_content().split() == ["Dear", "Acme,", "7.50", "EUR"]
    first, second = web.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"run_{run['id']}_1"
    sent = Webhook(made["signing_secret"]).verify(second.body, second.headers)
    assert sent == {"amount": {"amount": "7.50", "currency": "EUR"}, "note": "about Site"}
    web.statuses += [410]
    checked(await crm.deals.client.post(f"{crm.deals.path}/records/{deal['id']}/press/send"), 200)
    run = (await settled(crm.deals, made, 2))[-1]
    assert (run["status"], run["actions"][1]["error"]) == ("failed", "It answered with 410.")
    path = f"{crm.deals.path}/automations/{made['id']}/runs/{run['id']}/retry"
    checked(await crm.deals.client.post(path), 200)
    run = (await settled(crm.deals, made, 2))[-1]
    assert (run["status"], len(mails.mails)) == ("done", 2), "what was done is not done again"
    assert (await crm.deals.client.post(path)).status_code == 409


async def test_waiting_and_a_receiver_that_never_answers(
    plain: ProjectClient, web: WebServer, time: Time
) -> None:
    slow = await automate(
        plain, "record_created", {}, ("http_request", {"url": f"{web.url}/hang"}), name="slow"
    )
    waits = await automate(
        plain, "record_created", {}, ("wait", {"hours": 1}), ("complete", {}), name="waits"
    )
    quick = await automate(plain, "record_created", {}, ("add_tag", {"tag": "seen"}), name="quick")
    for n in range(5):
        await plain.add(f"r{n}")
    assert [r["status"] for r in await settled(plain, quick, 5)] == ["done"] * 5
    assert {r["status"] for r in await runs_of(plain, slow)} <= {"queued", "running"}
    found = await settled(plain, waits, 5, "queued")
    assert all(r["due_at"] for r in found)
    await time.passes(hours=2)
    assert [r["status"] for r in await settled(plain, waits, 5)] == ["done"] * 5


async def test_configs_are_taken_as_people_write_them(plain: ProjectClient) -> None:
    me = "admin@example.com"
    made = await automate(
        plain,
        "record_created",
        {"source": "import"},
        ("assign", {"users": me, "mode": "round_robin"}),
        ("comment", {"body": "Hello {title}"}),
        ("notify", {"users": "{assignees}", "message": "look"}),
        ("create_record", {"title": "Next", "list": "Doing", "values": {"tags": ["x"]}}),
        ("branch", {"if": "{title} = 'a'", "actions": [{"type": "unassign", "config": {"user": me}}]}),
    )
    assert made["trigger"]["config"] == {"via": ["import"]}
    assert [action["config"] for action in made["actions"]] == [
        {"people": [me], "strategy": "round_robin"},
        {"text": "Hello {title}"},
        {"to": ["{assignees}"], "text": "look"},
        {"values": {"tags": ["x"], "title": "Next", "list": "Doing"}},
        {"condition": "{title} = 'a'", "then": [{"type": "unassign", "config": {"people": [me]}}]},
    ]
    refused = await try_automate(plain, "due", {"offset": 3}, ("comment", {"text": "a", "body": "b"}))
    assert faults(refused) == {
        "/trigger/config/offset": "There is no setting 'offset', only field, days, hours, minutes.",
        "/actions/0/config/body": "There is no setting 'body', only text.",
    }


async def test_what_cannot_work_is_refused_when_it_is_saved(plain: ProjectClient) -> None:
    refused = await try_automate(
        plain,
        "list_entered",
        {"list": "Dooing"},
        ("set_field", {"field": "nothing", "value": 1}),
        ("move_to_list", {"lst": "Open"}),
        ("send_mail", {}),
        ("comment", {"text": "Hello {nobody}"}),
        ("set_field", {"field": "due_at", "value": "soon"}),
        condition="{titel} = 'a'",
    )
    assert faults(refused) == {
        "/trigger/config/list": "There is no list 'Dooing'. Did you mean 'Doing'?",
        "/condition": "There is no field 'titel'. Did you mean 'title'?",
        "/actions/0/config/field": "There is no field 'nothing'.",
        "/actions/1/config/lst": "There is no setting 'lst'. Did you mean 'list'?",
        "/actions/1/config/list": "'list' is needed.",
        "/actions/2/type": "There is no action 'send_mail'. Did you mean 'send_email'?",
        "/actions/3/config/text": "There is no field 'nobody'.",
        "/actions/4/config": "Give a time such as 2026-12-31T09:00:00Z.",
    }


async def test_what_no_record_could_make_right_is_refused_when_saved(crm: Crm) -> None:
    wrong = {
        "There is no field 'amuont'": (
            "create_record",
            {"values": {"title": "{title}", "fields": {"amuont": "{cost}"}}},
        ),
        "Give the record a title": ("create_record", {"values": {"fields": {"amount": "{cost}"}}}),
        "There is no list 'Nowhere'": ("copy_record", {"values": {"title": "{title}", "list": "Nowhere"}}),
        "has no reference 'custommer'": ("update_linked", {"reference": "custommer", "values": {"size": 1}}),
        "has no 'statsu'": ("update_linked", {"reference": "customer", "values": {"statsu": "{title}"}}),
        "There is no person 'nobody@example.com'": (
            "notify",
            {"to": ["nobody@example.com"], "text": "{title}"},
        ),
    }
    answers = {
        hint: await try_automate(crm.deals, "record_created", {}, step) for hint, step in wrong.items()
    }
    for hint, answer in answers.items():
        assert hint in str(faults(answer)), hint


async def test_tags_that_values_name_are_made(crm: Crm) -> None:
    values = {"title": "Deliver {title}", "tags": ["Fresh", "{title}"]}
    made = await automate(
        crm.deals,
        "record_created",
        {},
        ("set_field", {"field": "tags", "value": ["New here"]}),
        ("create_record", {"project": "Deliveries", "values": {**values, "deal": "{id}"}}),
    )
    names = [
        t["name"]
        for t in checked(await crm.deliveries.client.get(f"{crm.deliveries.path}/tags"), 200)["items"]
    ]
    assert "Fresh" in names
    assert "{title}" not in names
    await crm.deals.add("Fresh")
    [run] = await settled(crm.deals, made, 1)
    assert run["status"] == "done", run
