"""Members of a project and their roles."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.kernel.api.clients import NewClient, user_id


@pytest.fixture
async def owner(new_client: NewClient) -> httpx.AsyncClient:
    return await new_client("owner")


@pytest.fixture
async def project(owner: httpx.AsyncClient) -> str:
    """The path of a project that `owner` made."""
    answer = await owner.post("/projects", json={"name": "Deals"})
    assert answer.status_code == 201, answer.text
    return f"/projects/{answer.json()['id']}"


async def test_who_makes_a_project_owns_it(owner: httpx.AsyncClient, project: str) -> None:
    [member] = (await owner.get(f"{project}/members")).json()["items"]
    assert member["id"] == user_id(owner)
    assert member["user"] == {"id": user_id(owner), "name": "Owner", "email": "owner@example.com"}
    assert member["role"] == member["role_name"] == "owner"


async def test_a_project_does_not_exist_for_others(
    owner: httpx.AsyncClient, project: str, new_client: NewClient, client: httpx.AsyncClient
) -> None:
    stranger = await new_client("stranger")
    for path in (project, f"{project}/members", f"{project}/roles", f"{project}/records"):
        assert (await stranger.get(path)).status_code == 404
    assert (await client.get(f"{project}/members")).status_code == 200, "administrators see all"


async def test_a_member_comes_changes_and_goes(
    owner: httpx.AsyncClient, project: str, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    made = await owner.post(f"{project}/members", json={"user": "EWA@example.com", "role": "viewer"})
    assert made.status_code == 201, made.text
    assert made.json()["role"] == "viewer"
    assert (await ewa.get(project)).status_code == 200
    assert (await ewa.patch(project, json={"name": "Mine"})).status_code == 403
    path = f"{project}/members/{user_id(ewa)}"
    assert (await owner.patch(path, json={"role": "admin"})).json()["role"] == "admin"
    assert (await ewa.patch(project, json={"name": "Mine"})).status_code == 200
    assert (await owner.delete(path)).status_code == 204
    assert (await ewa.get(project)).status_code == 404
    assert (await owner.get(path)).status_code == 404


async def test_twice_a_member_is_a_conflict(owner: httpx.AsyncClient, project: str) -> None:
    answer = await owner.post(f"{project}/members", json={"user": user_id(owner), "role": "member"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ({"user": "nobody@example.com", "role": "member"}, ["/user"]),
        ({"user": "12345", "role": "boss"}, ["/role", "/user"]),
        ({"user": "ewa@example.com", "role": "12345"}, ["/role"]),
    ],
)
async def test_unknown_users_and_roles_are_refused(
    owner: httpx.AsyncClient, project: str, new_client: NewClient, data: dict[str, Any], pointers: list[str]
) -> None:
    await new_client("ewa")
    answer = await owner.post(f"{project}/members", json=data)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


async def test_the_last_owner_stays(
    owner: httpx.AsyncClient, project: str, client: httpx.AsyncClient
) -> None:
    path = f"{project}/members/{user_id(owner)}"
    assert (await owner.patch(path, json={"role": "admin"})).status_code == 409
    assert (await owner.delete(path)).status_code == 409
    await client.post(f"{project}/members", json={"user": user_id(client), "role": "owner"})
    assert (await owner.delete(path)).status_code == 204


async def test_only_owners_deal_with_owners(
    owner: httpx.AsyncClient, project: str, new_client: NewClient
) -> None:
    ewa = await new_client("ewa")
    await owner.post(f"{project}/members", json={"user": user_id(ewa), "role": "admin"})
    jan = await new_client("jan")
    refused = await ewa.post(f"{project}/members", json={"user": user_id(jan), "role": "owner"})
    assert refused.status_code == 403
    refused = await ewa.patch(f"{project}/members/{user_id(ewa)}", json={"role": "owner"})
    assert refused.status_code == 403
    assert (await ewa.delete(f"{project}/members/{user_id(owner)}")).status_code == 403
    assert (
        await ewa.post(f"{project}/members", json={"user": user_id(jan), "role": "member"})
    ).status_code == 201


async def test_everybody_may_leave(owner: httpx.AsyncClient, project: str, new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    await owner.post(f"{project}/members", json={"user": user_id(ewa), "role": "viewer"})
    assert (await ewa.delete(f"{project}/members/{user_id(owner)}")).status_code == 403
    assert (await ewa.delete(f"{project}/members/{user_id(ewa)}")).status_code == 204
    assert (await ewa.get(project)).status_code == 404


async def test_members_see_one_another(owner: httpx.AsyncClient, project: str, new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    await owner.post(f"{project}/members", json={"user": user_id(ewa), "role": "viewer"})
    assert [u["name"] for u in (await ewa.get("/users")).json()["items"]] == ["Owner", "Ewa"]


async def test_built_in_roles_come_first(owner: httpx.AsyncClient, project: str) -> None:
    made = await owner.post(f"{project}/roles", json={"name": "Junior"})
    assert made.status_code == 201, made.text
    names = ["owner", "admin", "member", "commenter", "viewer", "Junior"]
    assert [r["name"] for r in (await owner.get(f"{project}/roles")).json()["items"]] == names
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await owner.get(f"{project}/roles?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen, cursor = seen + [r["name"] for r in page["items"]], page["next"]
    assert seen == names


async def test_a_role_is_made_changed_given_and_removed(
    owner: httpx.AsyncClient, project: str, new_client: NewClient
) -> None:
    data = {
        "name": "Junior",
        "fields": {"*": "edit", "due_at": "hidden"},
        "can": {"create": True, "delete": False},
    }
    role = (await owner.post(f"{project}/roles", json=data)).json()
    whole = {
        "create": True,
        "edit": True,
        "delete": False,
        "comment": True,
        "import": False,
        "configure": False,
    }
    assert role == {"id": role["id"], "scope": None, "built_in": False, "warnings": []} | data | {
        "can": whole
    }
    path = f"{project}/roles/{role['id']}"
    changed = await owner.patch(path, json={"fields": {"*": "read"}, "can": {"delete": True}})
    assert changed.json() == role | {"fields": {"*": "read"}, "can": whole | {"delete": True}}
    assert (await owner.get(path)).json() == changed.json()
    ewa = await new_client("ewa")
    made = await owner.post(f"{project}/members", json={"user": user_id(ewa), "role": role["id"]})
    assert (made.json()["role"], made.json()["role_name"]) == (role["id"], "Junior")
    assert (await ewa.get("/me")).json()["projects"] == {project.split("/")[-1]: role["id"]}
    assert (await owner.delete(path)).status_code == 409
    await owner.patch(f"{project}/members/{user_id(ewa)}", json={"role": "viewer"})
    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404


async def test_faults_of_a_role_come_together(owner: httpx.AsyncClient, project: str) -> None:
    data = {"name": " ", "fields": {"due_att": "hidden"}, "can": {"crate": True}}
    answer = await owner.post(f"{project}/roles", json=data)
    assert answer.status_code == 422
    faults = {e["pointer"]: e["detail"] for e in answer.json()["errors"]}
    assert set(faults) == {"/name", "/fields/due_att", "/can/crate"}
    assert "'due_at'" in faults["/fields/due_att"]
    refused = await owner.post(f"{project}/roles", json={"name": "x", "fields": {"*": "see"}})
    assert refused.json()["errors"][0]["pointer"] == "/fields/*"


async def test_a_scope_is_a_filter_that_works(owner: httpx.AsyncClient, project: str) -> None:
    made = await owner.post(f"{project}/roles", json={"name": "Mine", "scope": "{title} != 'Secret'"})
    assert made.status_code == 201, made.text
    for scope in ("{titel} = 'x'", "{title} =", "1 +"):
        refused = await owner.patch(f"{project}/roles/{made.json()['id']}", json={"scope": scope})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/scope"
        assert "position" in refused.json()["errors"][0]


async def test_a_scope_narrows_what_its_members_see(
    owner: httpx.AsyncClient, project: str, new_client: NewClient
) -> None:
    await owner.post(f"{project}/lists", json={"name": "Open"})
    for title in ("Secret", "Public"):
        assert (await owner.post(f"{project}/records", json={"title": title})).status_code == 201
    role = {"name": "Mine", "scope": "{title} != 'Secret'", "fields": {"*": "read"}}
    made = (await owner.post(f"{project}/roles", json=role)).json()
    ewa = await new_client("ewa")
    await owner.post(f"{project}/members", json={"user": user_id(ewa), "role": made["id"]})
    seen = (await ewa.get(f"{project}/records")).json()["items"]
    assert [r["title"] for r in seen] == ["Public"]
    await owner.patch(f"{project}/roles/{made['id']}", json={"scope": None})
    assert len((await ewa.get(f"{project}/records")).json()["items"]) == 2


@pytest.mark.parametrize("name", ["Viewer", "junior"])
async def test_names_of_roles_are_taken_once(owner: httpx.AsyncClient, project: str, name: str) -> None:
    await owner.post(f"{project}/roles", json={"name": "Junior"})
    assert (await owner.post(f"{project}/roles", json={"name": name})).status_code == 409


async def test_built_in_roles_stay_as_they_are(owner: httpx.AsyncClient, project: str) -> None:
    assert (await owner.patch(f"{project}/roles/viewer", json={"name": "x"})).status_code == 404
    assert (await owner.delete(f"{project}/roles/viewer")).status_code == 404


async def test_a_token_is_limited_to_its_projects(owner: httpx.AsyncClient, project: str) -> None:
    other = (await owner.post("/projects", json={"name": "Other"})).json()
    data = {"name": "x", "scopes": ["read", "write"], "projects": [project.split("/")[-1]]}
    made = await owner.post(f"/users/{user_id(owner)}/tokens", json=data)
    limited = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await owner.get(project, headers=limited)).status_code == 200
    assert (await owner.get(f"/projects/{other['id']}", headers=limited)).status_code == 404
    wider = {"name": "y", "scopes": ["read"]}
    refused = await owner.post(f"/users/{user_id(owner)}/tokens", json=wider, headers=limited)
    assert refused.status_code == 422
    stranger = data | {"projects": ["12345"]}
    refused = await owner.post(f"/users/{user_id(owner)}/tokens", json=stranger)
    assert refused.json()["errors"][0]["pointer"] == "/projects/0"
