"""Tokens, scopes, users: who gets in, and what they may do there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from kernel.access.actor import SYSTEM
from kernel.api.app import create_app
from kernel.clock import OffsetClock
from kernel.runtime import Kernel, create_kernel
from kernel.services.tokens import TokenInput
from kernel.settings import Settings
from tests.kernel.api.clients import BASE_URL, NewClient, user_id

pytestmark = pytest.mark.usefixtures("kernel")


async def test_a_token_signs_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["email"] == "admin@example.com"
    assert body["admin"] is True
    assert body["scopes"] == ["admin", "read", "write"]
    assert body["csrf_token"] is None


async def test_projects_stand_in_an_order_that_no_change_touches(client: httpx.AsyncClient) -> None:
    made = [(await client.post("/projects", json={"name": name})).json()["id"] for name in "abc"]
    await client.patch(f"/projects/{made[0]}", json={"description": "longer than before"})
    assert list((await client.get("/me")).json()["projects"]) == made


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer smalt_nobody"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer smalt_\xe9"},
        {"Cookie": "smalt_session=nothing"},
    ],
)
async def test_bad_credentials_get_401(anonymous: httpx.AsyncClient, headers: dict[str, str]) -> None:
    encoded = {k: v.encode("latin-1") for k, v in headers.items()}
    answer = await anonymous.get("/me", headers=encoded)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["type"] == "/problems/not-authenticated"


async def test_scopes_limit_a_token(new_client: NewClient) -> None:
    reader = await new_client("reader", admin=True, scopes=("read",))
    assert (await reader.get("/users")).status_code == 200
    refused = await reader.post(f"/users/{user_id(reader)}/tokens", json={"name": "x", "scopes": ["read"]})
    assert refused.status_code == 403
    writer = await new_client("writer", admin=True, scopes=("read", "write"))
    refused = await writer.post("/users", json={"email": "new@example.com", "name": "New"})
    assert refused.status_code == 403
    assert "admin" in refused.json()["detail"]


async def test_a_token_is_told_once_and_revoked_at_once(client: httpx.AsyncClient) -> None:
    path = f"/users/{user_id(client)}/tokens"
    made = await client.post(path, json={"name": "Export", "scopes": ["read"]})
    assert made.status_code == 201
    secret = made.json()["token"]
    assert secret.startswith("smalt_")
    listed = (await client.get(path)).json()["items"]
    assert [t["name"] for t in listed] == ["test", "Export"]
    assert all("token" not in t for t in listed)
    other = {"Authorization": f"Bearer {secret}"}
    assert (await client.get("/me", headers=other)).status_code == 200
    assert (await client.delete(f"{path}/{made.json()['id']}")).status_code == 204
    assert (await client.get("/me", headers=other)).status_code == 401


async def test_a_token_is_limited_to_projects_that_exist(client: httpx.AsyncClient) -> None:
    path = f"/users/{user_id(client)}/tokens"
    made, gone = [(await client.post("/projects", json={"name": n})).json()["id"] for n in ("Deals", "Gone")]
    await client.delete(f"/projects/{gone}")
    body = {"name": "x", "scopes": ["read"], "projects": [made, "17", "x", "9" * 30, gone]}
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"/projects/{n}" for n in (1, 2, 3, 4)]
    assert (await client.post(path, json=body | {"projects": [made]})).status_code == 201


async def test_a_token_revoked_in_one_process_is_refused_in_another(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    path = f"/users/{user_id(client)}/tokens"
    made = (await client.post(path, json={"name": "Export", "scopes": ["read"]})).json()
    second = create_kernel(settings, [])
    await second.start()
    transport = httpx.ASGITransport(create_app(second))
    headers = {"Authorization": f"Bearer {made['token']}"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as other:
        assert (await other.get("/me")).status_code == 200
        await client.delete(f"{path}/{made['id']}")
        assert (await other.get("/me")).status_code == 401
    await second.stop()


async def test_a_token_never_has_more_rights_than_its_maker(new_client: NewClient) -> None:
    ewa = await new_client("ewa", scopes=("read", "write"))
    answer = await ewa.post(f"/users/{user_id(ewa)}/tokens", json={"name": "x", "scopes": ["admin"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/scopes"


async def test_tokens_of_others_are_none_of_ones_business(
    new_client: NewClient, client: httpx.AsyncClient
) -> None:
    ewa = await new_client("ewa")
    assert (await ewa.get(f"/users/{user_id(client)}/tokens")).status_code == 404


async def test_an_expired_token_is_refused(settings: Settings) -> None:
    clock = OffsetClock()
    kernel = create_kernel(settings, [])
    moved = Kernel(settings, kernel.registries, clock)
    await moved.start()
    client = await _client_with_token(moved, expires_in_days=1)
    async with client:
        assert (await client.get("/me")).status_code == 200
        clock.offset = timedelta(days=1)
        assert (await client.get("/me")).status_code == 401
    await moved.stop()


async def test_only_administrators_make_users(new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    answer = await ewa.post("/users", json={"email": "new@example.com", "name": "New"})
    assert answer.status_code == 403


async def test_a_user_is_made_changed_shut_out_and_let_in(client: httpx.AsyncClient) -> None:
    data = {"email": " Jan.Kos@Example.COM ", "name": "  Jan   Kos ", "password": "long enough"}
    made = await client.post("/users", json=data)
    assert made.status_code == 201, made.text
    user = made.json()
    assert (user["email"], user["name"], user["admin"], user["active"]) == (
        "jan.kos@example.com", "Jan Kos", False, True,
    )  # fmt: skip
    assert "password" not in made.text
    again = await client.post("/users", json=data)
    assert again.status_code == 409
    path = f"/users/{user['id']}"
    assert (await client.patch(path, json={"name": "Jan K."})).json()["name"] == "Jan K."
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["active"] is False
    assert (await client.patch(path, json={"active": True})).json()["active"] is True


async def test_several_faults_of_a_user_come_together(client: httpx.AsyncClient) -> None:
    answer = await client.post("/users", json={"email": "nobody", "name": " "})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/email", "/name"}


async def test_the_last_administrator_stays(client: httpx.AsyncClient, new_client: NewClient) -> None:
    path = f"/users/{user_id(client)}"
    for change in ({"admin": False}, {"active": False}):
        assert (await client.patch(path, json=change)).status_code == 409
    assert (await client.delete(path)).status_code == 409
    await new_client("second", admin=True)
    assert (await client.patch(path, json={"admin": False})).status_code == 200
    assert (await client.get("/me")).json()["admin"] is False


async def test_one_changes_ones_own_name_and_password_only(new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    path = f"/users/{user_id(ewa)}"
    assert (await ewa.patch(path, json={"name": "Ewa N."})).json()["name"] == "Ewa N."
    assert (await ewa.patch(path, json={"admin": True})).status_code == 403
    assert (await ewa.patch(path, json={"email": "e@example.com"})).status_code == 403
    assert (await ewa.patch(path, json={"password": "first password"})).status_code == 200
    refused = await ewa.patch(path, json={"password": "second password"})
    assert refused.json()["errors"][0]["pointer"] == "/current_password"
    change = {"password": "second password", "current_password": "first password"}
    assert (await ewa.patch(path, json=change)).status_code == 200


async def test_strangers_are_not_seen(new_client: NewClient, client: httpx.AsyncClient) -> None:
    ewa = await new_client("ewa")
    assert [u["name"] for u in (await ewa.get("/users")).json()["items"]] == ["Ewa"]
    assert (await ewa.get(f"/users/{user_id(client)}")).status_code == 404
    assert len((await client.get("/users?count=true")).json()["items"]) == 2


async def test_the_last_rights_hold_for_deferred_reads(kernel: Kernel, app: Litestar) -> None:
    """What is remembered is trusted only until the handler's own read finds it outdated."""
    client = await _client_with_token(kernel)
    known = next(iter(kernel.authenticator._known.values()), None)
    assert known is None
    async with client:
        await client.get("/me")
        [(key, identity)] = kernel.authenticator._known.items()
        outdated = replace(identity.actor, access_version=0, admin=False)
        kernel.authenticator._known[key] = identity._replace(actor=outdated)
        kernel.authenticator._version = 0
        assert (await client.get("/projects/1/records")).status_code == 404
        [identity] = kernel.authenticator._known.values()
        assert identity.actor.admin
        assert identity.actor.access_version != 0


async def _client_with_token(kernel: Kernel, expires_in_days: int | None = None) -> httpx.AsyncClient:
    from kernel.services.users import UserInput

    user = await kernel.users.create(SYSTEM, UserInput("jan@example.com", "Jan", admin=True))
    data = TokenInput("test", ["read"], expires_in_days=expires_in_days)
    _, secret = await kernel.tokens.create(SYSTEM, user.id, data)
    transport = httpx.ASGITransport(create_app(kernel))
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)
