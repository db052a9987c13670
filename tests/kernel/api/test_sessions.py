"""Signing in with a password, the cookie, CSRF, and what happens to those who guess."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest
from litestar import Litestar

from kernel.access.actor import SYSTEM
from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.services.users import User, UserInput
from kernel.settings import Settings
from tests.kernel.api.clients import BASE_URL, PASSWORD


@dataclass
class Page:
    """A browser that is signed in."""

    client: httpx.AsyncClient
    csrf: str
    user: User


@pytest.fixture
async def ewa(kernel: Kernel) -> User:
    return await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", PASSWORD, admin=True))


@pytest.fixture
async def page(anonymous: httpx.AsyncClient, ewa: User) -> Page:
    answer = await anonymous.post("/session", json={"email": "EWA@example.com", "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return Page(anonymous, answer.json()["csrf_token"], ewa)


async def test_the_cookie_is_kept_from_scripts(anonymous: httpx.AsyncClient, ewa: User) -> None:
    answer = await anonymous.post("/session", json={"email": "ewa@example.com", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert answer.json()["user_id"] == str(ewa.id)


async def test_the_cookie_is_secure_where_people_come_by_https(settings: Settings) -> None:
    import msgspec

    kernel = create_kernel(msgspec.structs.replace(settings, public_url="https://smalt.example"), [])
    await kernel.start()
    await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", PASSWORD))
    transport = httpx.ASGITransport(create_app(kernel))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        answer = await client.post("/session", json={"email": "ewa@example.com", "password": PASSWORD})
        assert "secure" in answer.headers["set-cookie"].lower()
    await kernel.stop()


async def test_a_session_reads_without_and_writes_with_its_csrf_token(page: Page) -> None:
    me = (await page.client.get("/me")).json()
    assert me["csrf_token"] == page.csrf
    assert (await page.client.get("/session")).json()["csrf_token"] == page.csrf
    new = {"email": "jan@example.com", "name": "Jan"}
    refused = await page.client.post("/users", json=new)
    assert refused.status_code == 403
    wrong = await page.client.post("/users", json=new, headers={"X-CSRF-Token": "wrong"})
    assert wrong.status_code == 403
    made = await page.client.post("/users", json=new, headers={"X-CSRF-Token": page.csrf})
    assert made.status_code == 201


async def test_signing_out_ends_the_session(page: Page, app: Litestar) -> None:
    secret = page.client.cookies["smalt_session"]
    assert (await page.client.delete("/session")).status_code == 403
    answer = await page.client.delete("/session", headers={"X-CSRF-Token": page.csrf})
    assert answer.status_code == 204
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as again:
        kept = await again.get("/me", headers={"Cookie": f"smalt_session={secret}"})
        assert kept.status_code == 401


async def test_a_new_password_ends_all_other_sessions(page: Page, app: Litestar) -> None:
    change = {"password": "another password", "current_password": PASSWORD}
    headers = {"X-CSRF-Token": page.csrf}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as other:
        await other.post("/session", json={"email": page.user.email, "password": PASSWORD})
        changed = await page.client.patch(f"/users/{page.user.id}", json=change, headers=headers)
        assert changed.status_code == 200
        assert [(await one.get("/me")).status_code for one in (page.client, other)] == [200, 401]


async def test_guessing_is_held_off(anonymous: httpx.AsyncClient, ewa: User) -> None:
    guess = {"email": "ewa@example.com", "password": "wrong password"}
    for _ in range(5):
        assert (await anonymous.post("/session", json=guess)).status_code == 401
    held = await anonymous.post("/session", json=guess | {"password": PASSWORD})
    assert held.status_code == 429
    assert 1 <= int(held.headers["retry-after"]) <= 300
    assert held.json()["type"] == "/problems/too-many-requests"


async def test_an_unknown_account_is_refused_in_the_same_words(
    anonymous: httpx.AsyncClient, ewa: User
) -> None:
    wrong = await anonymous.post("/session", json={"email": "ewa@example.com", "password": "wrong"})
    unknown = await anonymous.post("/session", json={"email": "who@example.com", "password": "wrong"})
    assert wrong.json() == unknown.json()


async def test_who_is_shut_out_cannot_sign_in(
    anonymous: httpx.AsyncClient, ewa: User, kernel: Kernel, client: httpx.AsyncClient
) -> None:
    await client.delete(f"/users/{ewa.id}")
    answer = await anonymous.post("/session", json={"email": "ewa@example.com", "password": PASSWORD})
    assert answer.status_code == 401


async def test_several_guesses_at_once_count_each(anonymous: httpx.AsyncClient, ewa: User) -> None:
    import asyncio

    guess = {"email": "ewa@example.com", "password": "wrong password"}
    answers = await asyncio.gather(*(anonymous.post("/session", json=guess) for _ in range(9)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 4
