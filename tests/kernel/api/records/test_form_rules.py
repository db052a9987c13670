"""What forms may be set up, by whom, for how long; and what they show of other projects."""

from __future__ import annotations

import asyncio

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.forms import LEAD, ROOT, made, opened, pressed, sent
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults


async def test_who_does_not_set_up_the_project_sees_no_forms(
    leads: ProjectClient, new_client: NewClient, anonymous: httpx.AsyncClient
) -> None:
    form = await made(leads)
    path = f"{leads.path}/forms"
    stranger, member, junior = [await new_client(name) for name in ("zoe", "jan", "ola")]
    role = {"name": "Junior", "fields": {"*": "edit", "budget": "hidden"}, "can": {"configure": True}}
    junior_role = checked(await leads.client.post(f"{leads.path}/roles", json=role), 201)["id"]
    for client, name in ((member, "member"), (junior, junior_role)):
        checked(
            await leads.client.post(f"{leads.path}/members", json={"user": user_id(client), "role": name}),
            201,
        )
    for suffix in ("", f"/{form['id']}"):
        assert (await anonymous.get(path + suffix)).status_code == 401
        assert (await stranger.get(path + suffix)).status_code == 404
        assert (await member.get(path + suffix)).status_code == 403
    seen = checked(await junior.get(f"{path}/{form['id']}"), 200)
    assert "budget" not in str(seen).lower()
    assert seen["complete"] is False
    assert (await junior.patch(f"{path}/{form['id']}", json={"fields": LEAD[:2]})).status_code == 403
    answer = await junior.post(path, json={"name": "x", "fields": [{"field": "title"}, {"field": "budget"}]})
    assert list(faults(answer, 422)) == ["/fields/1/field"]
    answer = await junior.post(
        path, json={"name": "x", "fields": [{"field": "title", "visible_if": "{budget} > 1"}]}
    )
    assert list(faults(answer, 422)) == ["/fields/0/visible_if"]
    checked(await junior.patch(f"{path}/{form['id']}", json={"enabled": False}), 200)
    assert (await anonymous.get("/forms/contact")).status_code == 404
    assert (await sent(anonymous, title="x", email="x@example.com")).status_code == 404
    assert (await anonymous.get(f"{ROOT}/forms/contact")).status_code == 404


async def test_a_form_that_cannot_work_is_refused(leads: ProjectClient) -> None:
    await leads.compute("Double", "{budget} * 2")
    await leads.add_field("Boss", "user")
    body = {
        "name": " ", "slug": "A b", "list": "Nowhere", "tags": ["nothing"], "assignees": ["who@example.com"],
        "after": {"redirect": "javascript:alert(1)"}, "embed": ["https://x.example/path"], "opens_at": "soon",
        "fields": [
            {"field": "emial"}, {"field": "double"}, {"field": "boss"},
            {"field": "budget", "default": "many"}, {"field": "budget"},
            {"field": "plans", "visible_if": "{secret} = 1"}, {"field": "papers", "default": "1"},
            {"field": "campaign", "visible_if": "{budget} >"},
        ],
    }  # fmt: skip
    found = faults(await leads.client.post(f"{leads.path}/forms", json=body), 422)
    assert set(found) == {
        "/name", "/slug", "/list", "/tags/0", "/assignees/0", "/after/redirect", "/embed/0", "/opens_at",
        "/fields/0/field", "/fields/1/field", "/fields/2/field", "/fields/3/default", "/fields/4/field",
        "/fields/5/visible_if", "/fields/6/default", "/fields/7/visible_if",
    }  # fmt: skip
    assert "email" in found["/fields/0/field"]
    await made(leads)
    again = await leads.client.post(
        f"{leads.path}/forms", json={"name": "x", "slug": "contact", "fields": LEAD}
    )
    assert "/slug" in faults(again, 409)
    twin = checked(
        await leads.client.post(f"{leads.path}/forms", json={"name": "Contact", "fields": LEAD}), 201
    )
    assert twin["slug"] == "contact-2"


async def test_a_form_is_open_for_a_time_and_for_so_many(
    leads: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    form = await made(leads, limit=2)
    path = f"{leads.path}/forms/{form['id']}"
    checked(await sent(anonymous, title="1", email="1@example.com"), 201)
    _, key = await opened(anonymous)
    answers = await asyncio.gather(
        *(sent(anonymous, title=f"{n}", email=f"{n}@example.com") for n in range(2, 6))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert len(await leads.titles()) == 2
    closed = await pressed(anonymous, key, title="x", email="x@example.com")
    assert closed.status_code == 409
    assert "nie przyjmuje więcej" in closed.text
    for change, told in (
        ({"limit": None, "opens_at": "2099-01-01T00:00:00Z"}, "not open yet"),
        ({"opens_at": None, "closes_at": "2020-01-01T00:00:00Z"}, "is closed"),
    ):
        checked(await leads.client.patch(path, json=change), 200)
        asked = checked(await anonymous.get("/forms/contact"), 200)
        assert (asked["open"], told in asked["closed"]) == (False, True)
        assert told in (await anonymous.get(f"{ROOT}/forms/contact")).text
        assert (await sent(anonymous, title="z", email="z@example.com")).status_code == 409


async def test_a_picker_shows_titles_of_what_its_filter_lets_through(
    crm: Crm, new_client: NewClient, anonymous: httpx.AsyncClient
) -> None:
    deals, customers = crm.deals, crm.customers
    await customers.add("Open Acme", size=5, email="hidden@example.com")
    small = await customers.add("Small shop", size=1)
    await deals.refer("Chosen", customers, filter="{size} > 3")
    fields: list[Json] = [{"field": "title"}, {"field": "chosen"}]
    body = {"name": "Order", "slug": "contact", "fields": fields}
    assert "/fields/1/picker" in faults(await deals.client.post(f"{deals.path}/forms", json=body), 422)
    fields[1]["picker"] = True
    await made(deals, fields, list=None)
    asked = checked(await anonymous.get("/forms/contact"), 200)
    (option,) = asked["fields"][1]["options"]
    assert option["name"] == "Open Acme"
    assert "hidden@example.com" not in str(asked)
    assert "Small shop" not in (await opened(anonymous))[0]
    assert "/fields/chosen" in faults(await sent(anonymous, title="x", chosen=small["id"]), 422)
    checked(await sent(anonymous, title="y", chosen=option["value"]), 201)
    # whoever may not see the customers cannot show them, nor can a form of somebody who did
    ewa = await new_client("ewa")
    checked(
        await deals.client.post(f"{deals.path}/members", json={"user": user_id(ewa), "role": "admin"}), 201
    )
    answer = await ewa.post(f"{deals.path}/forms", json=body | {"slug": "other", "fields": fields})
    assert "/fields/1/field" in faults(answer, 422)
    member = {"user": user_id(ewa), "role": "viewer"}
    checked(await customers.client.post(f"{customers.path}/members", json=member), 201)
    checked(await ewa.post(f"{deals.path}/forms", json=body | {"slug": "other", "fields": fields}), 201)
    assert "Open Acme" in (await anonymous.get("/forms/other")).text
    checked(await customers.client.delete(f"{customers.path}/members/{user_id(ewa)}"), 204)
    assert "Open Acme" not in (await anonymous.get("/forms/other")).text
    answer = await sent(anonymous, "other", title="z", chosen=option["value"])
    assert "/fields/chosen" in faults(answer, 422)
