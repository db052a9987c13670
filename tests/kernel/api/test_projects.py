"""Projects over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from kernel.schema import DEFAULT_FIELDS

NewClient = Callable[..., Awaitable[httpx.AsyncClient]]


async def make(client: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await client.post("/projects", json={"name": "Opportunities"} | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_project_has_all_default_fields(client: httpx.AsyncClient) -> None:
    made = await make(client, name="  Sales \u00a0 pipeline ")
    assert made == {
        "id": made["id"], "name": "Sales pipeline", "description": None,
        "default_fields": list(DEFAULT_FIELDS), "time_zone": "UTC", "currency": "EUR",
    }  # fmt: skip
    assert (await client.get(f"/projects/{made['id']}")).json() == made
    assert (await client.get("/projects")).json() == {"items": [made], "next": None}


async def test_default_fields_are_chosen_and_ordered(client: httpx.AsyncClient) -> None:
    made = await make(
        client, default_fields=["tags", "description"], currency="pln", time_zone="Europe/Warsaw"
    )
    assert made["default_fields"] == ["title", "tags", "description"]
    assert (made["currency"], made["time_zone"]) == ("PLN", "Europe/Warsaw")
    other = await make(client)
    assert other["default_fields"] == list(DEFAULT_FIELDS)


async def test_a_patch_changes_only_what_is_sent(client: httpx.AsyncClient) -> None:
    made = await make(client, description="All deals")
    answer = await client.patch(f"/projects/{made['id']}", json={"name": "Deals"})
    assert answer.json() == made | {"name": "Deals"}
    answer = await client.patch(f"/projects/{made['id']}", json={"description": None, "currency": "USD"})
    assert answer.json() == made | {"name": "Deals", "description": None, "currency": "USD"}


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("name", " ", "/name"),
        ("name", "x" * 201, "/name"),
        ("name", None, "/name"),
        ("description", "x" * 10_001, "/description"),
        ("default_fields", ["title", "due_dat"], "/default_fields/1"),
        ("time_zone", "Europe/Warszawa", "/time_zone"),
        ("currency", "EURO", "/currency"),
        ("currancy", "EUR", "/currancy"),
    ],
)
async def test_bad_members_are_refused(
    client: httpx.AsyncClient, member: str, value: Any, pointer: str
) -> None:
    answer = await client.post("/projects", json={"name": "Deals"} | {member: value})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    made = await make(client)
    answer = await client.patch(f"/projects/{made['id']}", json={member: value})
    assert answer.status_code == 422


async def test_several_faults_come_together_with_hints(client: httpx.AsyncClient) -> None:
    body = {"name": "", "time_zone": "Europe/Warsow", "currency": "EUX", "default_fields": ["due_dat"]}
    errors = {e["pointer"]: e["detail"] for e in (await client.post("/projects", json=body)).json()["errors"]}
    assert errors.keys() == {"/name", "/time_zone", "/currency", "/default_fields/0"}
    assert "'Europe/Warsaw'" in errors["/time_zone"]
    assert "'due_date'" in errors["/default_fields/0"]


async def test_a_deleted_project_comes_back_with_everything(client: httpx.AsyncClient) -> None:
    made = await make(client)
    path = f"/projects/{made['id']}"
    await client.post(f"{path}/lists", json={"name": "Won"})
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{path}/lists")).status_code == 404
    assert (await client.get("/projects")).json()["items"] == []
    assert (await client.get("/projects", params={"deleted": True})).json()["items"] == [made]
    assert (await client.delete(path)).status_code == 404
    answer = await client.post(f"{path}/restore")
    assert (answer.status_code, answer.json()) == (200, made)
    assert [e["name"] for e in (await client.get(f"{path}/lists")).json()["items"]] == ["Won"]
    assert (await client.post(f"{path}/restore")).status_code == 404


async def test_people_see_their_projects_only(client: httpx.AsyncClient, new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    adams = await make(client)
    evas = await make(ewa, name="Ewa's")
    assert [p["name"] for p in (await ewa.get("/projects")).json()["items"]] == ["Ewa's"]
    assert (await ewa.get(f"/projects/{adams['id']}")).status_code == 404
    assert (await ewa.patch(f"/projects/{adams['id']}", json={"name": "Mine"})).status_code == 404
    assert (await ewa.patch(f"/projects/{evas['id']}", json={"name": "Mine"})).status_code == 200
    assert len((await client.get("/projects")).json()["items"]) == 2


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("member", 403), ("viewer", 403)])
async def test_configuring_needs_the_right_role(
    client: httpx.AsyncClient, new_client: NewClient, role: str, status: int
) -> None:
    ewa = await new_client("ewa")
    path = f"/projects/{(await make(client))['id']}"
    answer = await client.post(f"{path}/members", json={"user": "ewa@example.com", "role": role})
    assert answer.status_code == 201, answer.text
    assert (await ewa.get(path)).status_code == 200
    assert (await ewa.patch(path, json={"name": "Mine"})).status_code == status
    made = await ewa.post(f"{path}/lists", json={"name": "Won"})
    assert made.status_code == (201 if status == 200 else 403)


async def test_projects_are_paged(client: httpx.AsyncClient) -> None:
    names = [(await make(client, name=f"P{number}"))["name"] for number in range(5)]
    first = (await client.get("/projects", params={"limit": 3, "count": True})).json()
    rest = (await client.get("/projects", params={"limit": 3, "cursor": first["next"]})).json()
    assert [p["name"] for p in (*first["items"], *rest["items"])] == names
    assert (first["total"], rest["next"]) == (5, None)


@pytest.mark.parametrize("project_id", ["0", "1", "-1", "abc", "99999999999999999999", "1.0", "%20"])
async def test_what_is_no_project_is_not_found(client: httpx.AsyncClient, project_id: str) -> None:
    for path in ("", "/lists", "/tags", "/fields"):
        assert (await client.get(f"/projects/{project_id}{path}")).status_code == 404
