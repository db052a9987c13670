"""Who means harm with a public form, or only presses too often."""

from __future__ import annotations

import httpx
import pytest

from kernel.access.tally import Tally
from kernel.runtime import Kernel
from tests.kernel.api.records.forms import ROOT, made, pressed, sent
from tests.kernel.api.records.projects import ProjectClient, checked


async def test_hostile_bodies_are_refused(leads: ProjectClient, anonymous: httpx.AsyncClient) -> None:
    await made(leads)
    kinds = {
        "application/json": [b"{", b"[]", b'{"fields": 1}', b'{"fields": {"title": {"a": 1}}}', b"[" * 100_000,
                             b'{"fields": {"title": "a\\u0000b", "email": "a@example.com"}}', b"1" * 2_000_000],
        "application/x-www-form-urlencoded": [b"title=%00&email=a@example.com", b"title=%ff", b"a=1&" * 5000, b"\xff"],
        "multipart/form-data; boundary=x": [b"", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=title"],
        "multipart/form-data": [b"--x"],
        "text/plain": [b"title=x"],
    }  # fmt: skip
    for kind, bodies in kinds.items():
        for body in bodies:
            answer = await anonymous.post("/forms/contact", content=body, headers={"content-type": kind})
            assert 400 <= answer.status_code < 500, (kind, body[:40], answer.text)
            if "json" not in kind:
                page = await anonymous.post(
                    f"{ROOT}/forms/contact", content=body, headers={"content-type": kind}
                )
                assert 400 <= page.status_code < 500, (kind, body[:40], page.text)
                assert page.headers["content-type"].startswith("text/html")
    assert await leads.titles() == []
    assert (await anonymous.get("/forms/nothing")).status_code == 404
    assert (
        await anonymous.post("/forms/contact/visible", json={"fields": {"budget": [1], "x": 2}})
    ).status_code == 200
    shown = checked(await anonymous.post("/forms/contact/visible", json={"fields": {"budget": "2000"}}), 200)
    assert shown == {"visible": ["title", "email", "budget", "plans"]}
    in_polish = {"accept-language": "pl"}
    body = {"fields": {"budget": "2 000,5"}}
    assert checked(await anonymous.post("/forms/contact/visible", json=body, headers=in_polish), 200) == shown


async def test_who_sends_too_many_is_held_off(
    leads: ProjectClient, anonymous: httpx.AsyncClient, kernel: Kernel
) -> None:
    await made(leads)
    kernel.forms.public._most = 3
    statuses = [(await sent(anonymous, title=str(n), email=f"{n}@example.com")).status_code for n in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    held_off = await pressed(anonymous, "x", title="x")
    assert held_off.status_code == 429
    assert int(held_off.headers["retry-after"]) > 0
    assert "Zbyt wiele" in held_off.text


async def test_who_asks_too_often_is_held_off(
    plain: ProjectClient, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, kernel: Kernel
) -> None:
    await made(plain, [{"field": "title"}])
    monkeypatch.setattr(kernel.forms.public, "_questions", Tally(kernel.clock, 2))
    asked = [await anonymous.post("/forms/contact/visible", json={"fields": {}}) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert 1 <= int(asked[2].headers["retry-after"]) <= 60
