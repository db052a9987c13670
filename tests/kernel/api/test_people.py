"""Invitations, sessions, the use of tokens, what each built-in role may do, what roles give away."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from kernel.clock import OffsetClock
from kernel.runtime import Kernel
from kernel.settings import Settings
from tests.kernel.api.clients import BASE_URL, PASSWORD, NewClient, user_id
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, new_project


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data_dir=settings.data_dir, database_url=settings.database_url, clock_offset=1.0)


def pass_time(kernel: Kernel, **time: float) -> None:
    assert isinstance(kernel.clock, OffsetClock)
    kernel.clock.offset += timedelta(**time)


def browser(app: Litestar) -> httpx.AsyncClient:
    headers = {"User-Agent": "Browser of Ewa"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL, headers=headers)


async def test_somebody_who_was_invited_comes_in_once(
    client: httpx.AsyncClient, app: Litestar, new_client: NewClient
) -> None:
    project = await new_project(client, "Deals")
    path = f"{project.path}/invitations"
    made = checked(await client.post(path, json={"email": "Ewa@Example.com", "role": "commenter"}), 201)
    again = checked(await client.post(path, json={"email": "ewa@example.com", "role": "member"}), 201)
    listed = checked(await client.get(path), 200)["items"]
    assert [(i["id"], i["email"], i["role"]) for i in listed] == [(again["id"], "ewa@example.com", "member")]
    assert "token" not in listed[0]
    member = await new_client("member")
    await client.post(f"{project.path}/members", json={"user": user_id(member), "role": "member"})
    assert (await member.get(path)).status_code == 403
    assert (await member.get("/invitations")).status_code == 403
    async with browser(app) as ewa:
        body = {"token": again["token"], "name": "Ewa", "password": PASSWORD}
        assert (
            await ewa.post("/invitations/accept", json=body | {"token": made["token"]})
        ).status_code == 404
        opened = checked(await ewa.post("/invitations/open", json={"token": again["token"]}), 200)
        assert opened["email"] == "ewa@example.com"
        assert (await ewa.post("/invitations/accept", json=body | {"name": " "})).status_code == 422
        session = checked(await ewa.post("/invitations/accept", json=body), 201)
        me = checked(await ewa.get("/me"), 200)
        assert (me["name"], me["admin"], me["projects"]) == ("Ewa", False, {project.id: "member"})
        assert (await ewa.post("/invitations/accept", json=body)).status_code == 404
        assert checked(await client.get(path), 200)["items"][0]["accepted_at"] is not None
        assert (
            await client.post(path, json={"email": "ewa@example.com", "role": "member"})
        ).status_code == 409
        assert session["user_id"] == me["id"]


async def test_invitations_end(client: httpx.AsyncClient, app: Litestar, kernel: Kernel) -> None:
    project = await new_project(client, "Deals")
    role = checked(await client.post(f"{project.path}/roles", json={"name": "Junior"}), 201)["id"]
    made = [
        checked(await client.post("/invitations", json={"email": "a@example.com", "admin": True}), 201),
        checked(await client.post("/invitations", json={"email": "b@example.com", "expires_in_days": 1}), 201),
        checked(await client.post(f"{project.path}/invitations", json={"email": "c@example.com", "role": role}), 201),
    ]  # fmt: skip
    assert (await client.delete(f"{project.path}/invitations/{made[0]['id']}")).status_code == 404
    assert (await client.delete(f"/invitations/{made[0]['id']}")).status_code == 204
    assert (await client.delete(f"{project.path}/roles/{role}")).status_code == 204
    pass_time(kernel, days=2)
    async with browser(app) as guest:
        for invitation in made:
            body = {"token": invitation["token"], "name": "x", "password": PASSWORD}
            assert (await guest.post("/invitations/accept", json=body)).status_code == 404
    users = checked(await client.get("/users"), 200)["items"]
    assert [user["email"] for user in users] == ["admin@example.com"]
    wrong = await client.post(f"{project.path}/invitations", json={"email": "x", "role": "boss"})
    assert wrong.status_code == 422


async def test_sessions_are_listed_and_ended(
    client: httpx.AsyncClient, app: Litestar, kernel: Kernel, new_client: NewClient
) -> None:
    made = {"email": "ewa@example.com", "name": "Ewa", "password": PASSWORD}
    ewa = checked(await client.post("/users", json=made), 201)["id"]
    path = f"/users/{ewa}/sessions"
    signing_in = {"email": "ewa@example.com", "password": PASSWORD}
    async with browser(app) as one, browser(app) as two:
        token = checked(await one.post("/session", json=signing_in), 201)["csrf_token"]
        checked(await two.post("/session", json=signing_in), 201)
        first, second = checked(await one.get(path), 200)["items"]
        assert (first["current"], second["current"]) == (True, False)
        assert first["agent"] == "Browser of Ewa"
        stranger = await new_client("stranger")
        assert (await stranger.get(path)).status_code == 404
        csrf = {"X-CSRF-Token": token}
        assert (await one.delete(f"{path}/{second['id']}", headers=csrf)).status_code == 204
        assert (await two.get("/me")).status_code == 401
        assert (await one.get("/me")).status_code == 200
        pass_time(kernel, minutes=5)
        await one.get("/me")
        await kernel.timekeeper.look()
        (listed,) = checked(await client.get(path), 200)["items"]
        assert listed["last_used_at"] > listed["created_at"]
        checked(await client.patch(f"/users/{ewa}", json={"active": False}), 200)
        assert (await one.get("/me")).status_code == 401
        assert (await one.post("/session", json=signing_in)).status_code == 401


async def test_the_last_use_of_a_token_is_known(new_client: NewClient, kernel: Kernel) -> None:
    ewa = await new_client("ewa")
    path = f"/users/{user_id(ewa)}/tokens"
    before = checked(await ewa.get(path), 200)["items"][0]
    assert before["last_used_at"] is None
    pass_time(kernel, minutes=2)
    await kernel.timekeeper.look()
    after = checked(await ewa.get(path), 200)["items"][0]
    assert after["last_used_at"] >= after["created_at"]


ROLES: dict[str, set[str]] = {
    "viewer": set(),
    "commenter": {"comment"},
    "member": {"comment", "create", "edit", "delete"},
    "admin": {"comment", "create", "edit", "delete", "configure"},
    "owner": {"comment", "create", "edit", "delete", "configure", "own"},
}


@pytest.mark.parametrize("role", ROLES)
async def test_built_in_roles_do_what_their_names_say(
    client: httpx.AsyncClient, new_client: NewClient, role: str
) -> None:
    project = await new_project(client, "Deals", "Open", "Done")
    await project.add_field("Amount", "number")
    record = await project.add("a", amount=1)
    somebody = await new_client(f"the{role}")
    await client.post(f"{project.path}/members", json={"user": user_id(somebody), "role": role})
    path = f"{project.path}/records/{record['id']}"
    assert (await somebody.get(path)).status_code == 200
    tried: list[tuple[str, httpx.Response]] = [
        ("comment", await somebody.post(f"{path}/comments", json={"body": "x"})),
        ("create", await somebody.post(f"{project.path}/records", json={"title": "b"})),
        ("create", await somebody.post(f"{path}/copy", json={})),
        ("edit", await somebody.patch(path, json={"fields": {"amount": 2}})),
        ("edit", await somebody.post(f"{path}/move", json={"list": "Done"})),
        ("edit", await somebody.post(f"{path}/checklists", json={"name": "x"})),
        ("edit", await somebody.put(f"{path}/repeat", json={"frequency": "daily"})),
        ("delete", await somebody.delete(path)),
        ("delete", await somebody.post(f"{path}/restore")),
        ("configure", await somebody.post(f"{project.path}/lists", json={"name": "x"})),
        ("configure", await somebody.post(f"{project.path}/fields", json={"name": "x", "type": "text"})),
        ("configure", await somebody.patch(project.path, json={"name": "x"})),
        ("configure", await somebody.post(f"{project.path}/roles", json={"name": "x"})),
        ("configure", await somebody.post(
            f"{project.path}/invitations", json={"email": "x@example.com", "role": "admin"})),
        ("own", await somebody.post(
            f"{project.path}/invitations", json={"email": "y@example.com", "role": "owner"})),
    ]  # fmt: skip
    for what, answer in tried:
        if what in ROLES[role]:
            assert answer.status_code < 300, (what, answer.text)
        elif (what, answer.request.url.path.rsplit("/", 1)[-1]) == ("delete", "restore"):
            assert answer.status_code in (403, 404)
        else:
            assert answer.status_code == 403, (what, answer.request.url, answer.text)


async def test_a_role_tells_what_it_gives_away(client: httpx.AsyncClient, new_client: NewClient) -> None:
    deals = await new_project(client, "Deals")
    await deals.add_field("Amount", "currency")
    await deals.add_field("Cost", "currency")
    await deals.compute("Profit", "{amount} - {cost}")
    await deals.compute("Share", "{profit} / {amount}")
    delivery = await new_project(client, "Delivery")
    await delivery.refer("Deal", deals)
    await delivery.look_up("Deal profit", "deal", "profit")
    path = f"{deals.path}/roles"

    def told(role: Json) -> list[tuple[str, str]]:
        return sorted((w["kind"], w["field"]) for w in role["warnings"])

    made = checked(await client.post(path, json={"name": "Junior", "fields": {"cost": "hidden"}}), 201)
    assert told(made) == [("hidden_too", "deal_profit"), ("hidden_too", "profit"), ("hidden_too", "share")]
    assert checked(await client.get(f"{path}/{made['id']}"), 200)["warnings"] == made["warnings"]
    change = {"fields": {"profit": "hidden"}, "scope": "{profit} > 5"}
    changed = checked(await client.patch(f"{path}/{made['id']}", json=change), 200)
    assert told(changed) == [
        ("computable", "profit"), ("hidden_too", "deal_profit"), ("hidden_too", "share"), ("scope", "profit"),
    ]  # fmt: skip
    (computable,) = (w["detail"] for w in changed["warnings"] if w["kind"] == "computable")
    assert computable == "'Profit' can still be computed from 'Amount' and 'Cost'."
    safe = {"fields": {"profit": "hidden", "cost": "hidden", "share": "hidden"}, "scope": None}
    assert told(checked(await client.patch(f"{path}/{made['id']}", json=safe), 200)) == [
        ("hidden_too", "deal_profit")
    ]
    boss = await new_client("boss")
    await client.post(f"{deals.path}/members", json={"user": user_id(boss), "role": "admin"})
    seen = checked(await boss.get(f"{path}/{made['id']}"), 200)
    assert told(seen) == []  # Delivery is not theirs to know of
    junior = await new_client("junior")
    await client.post(f"{deals.path}/members", json={"user": user_id(junior), "role": made["id"]})
    assert checked(await junior.get(f"{path}/{made['id']}"), 200)["warnings"] == []
    assert isinstance(deals, ProjectClient)
    assert faults(await client.post(path, json={"name": "x", "fields": {"cst": "hidden"}})) != {}


async def test_people_choose_their_region_and_password(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    chosen = checked(await ewa.patch("/me", json={"time_zone": "Europe/Warsaw", "locale": "pl_PL"}), 200)
    assert (chosen["time_zone"], chosen["locale"]) == ("Europe/Warsaw", "pl-PL")
    assert checked(await ewa.get("/me"), 200) == chosen
    seen = checked(await client.get(f"/users/{chosen['id']}"), 200)
    assert (seen["time_zone"], seen["locale"]) == ("Europe/Warsaw", "pl-PL")
    assert checked(await ewa.patch(f"/users/{chosen['id']}", json={"locale": None}), 200)["locale"] is None
    wrong = {"time_zone": "Europe/Warszawa", "locale": "polish", "name": " "}
    assert set(faults(await ewa.patch("/me", json=wrong))) == {"/time_zone", "/locale", "/name"}
    assert (await ewa.patch("/me", json={"admin": True})).status_code == 403
    assert (await ewa.patch("/me", json={"password": PASSWORD})).status_code == 200
    change = {"password": PASSWORD + "2"}
    assert set(faults(await ewa.patch("/me", json=change))) == {"/current_password"}
    assert (await ewa.patch("/me", json=change | {"current_password": PASSWORD})).status_code == 200
