"""Caches between here and there: every answer says what it depends on."""

from __future__ import annotations

import httpx
import pytest

WHO = {"accept-language", "authorization", "cookie", "smalt-see-as"}


def vary(answer: httpx.Response) -> list[str]:
    assert len(answer.headers.get_list("vary")) == 1, answer.headers
    return [name.strip().lower() for name in answer.headers["vary"].split(",")]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/me", 200),
        ("HEAD", "/projects", 200),
        ("POST", "/projects", 422),
        ("GET", "/nothing", 404),
        ("GET", "/projects/1/records", 404),
        ("GET", "/forms/nothing", 404),
        ("OPTIONS", "/projects", 204),
    ],
)
async def test_answers_depend_on_language_and_reader(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, json={"name": 5} if method == "POST" else None)
    found = vary(answer)
    assert answer.status_code == status
    assert set(found) == WHO
    assert len(found) == len(WHO)
    anonymous = await client.request(method, path, headers={"Authorization": ""})
    assert set(vary(anonymous)) == WHO


async def test_what_is_the_same_for_all_does_not(client: httpx.AsyncClient) -> None:
    base = str(client.base_url).split("/api/")[0]
    page = await client.get(f"{base}/app", headers={"Authorization": ""})
    script = next(part.split('"')[0] for part in page.text.split('src="')[1:])
    asset = await client.get(f"{base}{script}")
    assert (asset.status_code, vary(asset)) == (200, ["accept-encoding"])
