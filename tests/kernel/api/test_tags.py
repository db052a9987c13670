"""Tags over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.fixture
async def project(client: httpx.AsyncClient) -> str:
    """The path of a new project."""
    made = await client.post("/projects", json={"name": "Deals"})
    return f"/projects/{made.json()['id']}"


async def add(client: httpx.AsyncClient, project: str, name: str, **members: Any) -> dict[str, Any]:
    answer = await client.post(f"{project}/tags", json={"name": name} | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_tags_belong_to_one_project(client: httpx.AsyncClient, project: str) -> None:
    website = await add(client, project, "website", color="blue")
    seo = await add(client, project, "SEO")
    other = f"/projects/{(await client.post('/projects', json={'name': 'Other'})).json()['id']}"
    assert (await client.get(f"{project}/tags")).json()["items"] == [website, seo]
    assert (await client.get(f"{other}/tags")).json()["items"] == []
    assert (await client.get(f"{other}/tags/{seo['id']}")).status_code == 404
    assert (await client.patch(f"{other}/tags/{seo['id']}", json={"name": "x"})).status_code == 404
    assert (await client.delete(f"{other}/tags/{seo['id']}")).status_code == 404


async def test_tags_are_changed_and_ordered(client: httpx.AsyncClient, project: str) -> None:
    made = [await add(client, project, name) for name in ("a", "b", "c")]
    answer = await client.patch(
        f"{project}/tags/{made[2]['id']}", json={"name": "first", "before": made[0]["id"]}
    )
    assert answer.json() == made[2] | {"name": "first", "position": 0}
    found = (await client.get(f"{project}/tags")).json()["items"]
    assert [(t["name"], t["position"]) for t in found] == [("first", 0), ("a", 1), ("b", 2)]


async def test_a_deleted_tag_comes_back_on_its_records(client: httpx.AsyncClient, project: str) -> None:
    await client.post(f"{project}/lists", json={"name": "Open"})
    website, seo = await add(client, project, "website"), await add(client, project, "SEO")
    body = {"title": "a", "tags": [website["id"], seo["id"]]}
    record = (await client.post(f"{project}/records", json=body)).json()
    path = f"{project}/records/{record['id']}"
    assert (await client.delete(f"{project}/tags/{website['id']}")).status_code == 204
    assert [t["name"] for t in (await client.get(path)).json()["tags"]] == ["SEO"]
    trash = (await client.get(f"{project}/tags", params={"deleted": True})).json()["items"]
    assert [t["id"] for t in trash] == [website["id"]]
    back = await client.post(f"{project}/tags/{website['id']}/restore")
    assert (back.status_code, back.json()) == (200, website)
    assert [t["name"] for t in (await client.get(path)).json()["tags"]] == ["website", "SEO"]


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "color": 3}, {"name": "x", "icon": "y"}, [], "x"]
)
async def test_bad_bodies(client: httpx.AsyncClient, project: str, body: Any) -> None:
    answer = await client.post(f"{project}/tags", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
