"""Looking as a role or a member: what they see, nothing more than one sees oneself, and nothing changes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults, join

RULES = {"*": "edit", "cost": "hidden", "profit": "hidden", "due_date": "read"}
READS = (
    "/records?count=true", "/records?q=site", "/fields", "/history", "/views", "/roles", "/members", "/lists",
    "/records?sort=cost", "/records?filter={profit} > 1", "/automations", "/forms", "/imports", "/exports",
)  # fmt: skip


def looking(client: httpx.AsyncClient, as_: str) -> httpx.AsyncClient:
    """The same person, who looks as somebody else."""
    headers = {**client.headers, "Smalt-See-As": as_}
    return httpx.AsyncClient(transport=client._transport, base_url=client.base_url, headers=headers)


@pytest.fixture
async def junior(crm: Crm, new_client: NewClient) -> ProjectClient:
    """A junior with a scope, who also sees customers, and a deal that they see and one that they do not."""
    client = await new_client("junior")
    member = {"user": "junior@example.com", "role": "viewer"}
    checked(await crm.customers.client.post(f"{crm.customers.path}/members", json=member), 201)
    customer = await crm.customers.add("Acme")
    await crm.deals.add("Site", amount="5", cost="3", customer=customer["id"])
    await crm.deals.add("Site B", amount="50", cost="3")
    return await join(crm.deals, client, fields=RULES, scope="{amount} < 10")


async def test_a_member_is_seen_through_their_eyes(crm: Crm, junior: ProjectClient) -> None:
    path = f"projects/{crm.deals.id}/members/{user_id(junior.client)}"
    preview = looking(crm.deals.client, path)
    for project in (crm.customers, crm.deals, crm.deliveries):
        for suffix in READS:
            one = await junior.client.get(project.path + suffix)
            other = await preview.get(project.path + suffix)
            assert (one.status_code, one.text) == (other.status_code, other.text), suffix
    body = {"measures": {"all": {"function": "sum", "field": "amount"}}}
    for suffix in ("/records/aggregate", "/records/query"):
        asked = body if suffix.endswith("aggregate") else {"count": True}
        one = await junior.client.post(junior.path + suffix, json=asked)
        assert one.status_code == 200
        assert (await preview.post(junior.path + suffix, json=asked)).text == one.text
    for shared in ("/projects", "/search?q=site", "/notifications", "/trash"):
        assert (await preview.get(shared)).text == (await junior.client.get(shared)).text
    me = checked(await preview.get("/me"), 200)
    assert (me["see_as"], me["admin"], me["scopes"]) == (path, False, ["read"])
    assert set(me["projects"]) == {crm.customers.id, crm.deals.id}
    assert {u["name"] for u in (await preview.get("/users")).json()["items"]} == {"Admin", "Junior"}


async def test_a_role_says_nothing_of_other_projects(crm: Crm, junior: ProjectClient) -> None:
    path = f"projects/{crm.deals.id}/roles/viewer"
    seen = checked(await crm.deals.client.get("/projects", params={"see_as": path}), 200)["items"]
    assert [p["id"] for p in seen] == [crm.deals.id]
    preview = crm.deals.seen_by(looking(crm.deals.client, path))
    assert sorted(await preview.titles()) == ["Site", "Site B"]
    assert "customer_category" not in (await preview.page())["items"][0]["fields"]
    assert (await preview.client.get(crm.customers.path)).status_code == 404
    roles = checked(await junior.client.get(f"{junior.path}/roles"), 200)["items"]
    preview = crm.deals.seen_by(looking(crm.deals.client, f"projects/{crm.deals.id}/roles/{roles[-1]['id']}"))
    assert await preview.titles() == ["Site"]
    assert faults(await preview.get(sort="profit"))
    assert (await preview.client.get("/webhooks")).status_code == 403


async def test_nothing_changes_in_a_preview(crm: Crm, junior: ProjectClient) -> None:
    [deal] = (await junior.page())["items"]
    preview = looking(crm.deals.client, f"projects/{crm.deals.id}/roles/admin")
    one = f"{crm.deals.path}/records/{deal['id']}"
    attempts: list[tuple[str, str, Any]] = [
        ("PATCH", one, {"title": "x"}), ("DELETE", one, None), ("POST", f"{one}/comments", {"body": "x"}),
        ("POST", "/projects", {"name": "x"}), ("POST", f"{crm.deals.path}/records/batch", {"delete": []}),
        ("PATCH", "/me", {"name": "x"}), ("POST", "/archives", {"projects": [crm.deals.id]}),
        ("POST", f"/users/{user_id(crm.deals.client)}/tokens", {"name": "x", "scopes": ["read"]}),
    ]  # fmt: skip
    for method, path, body in attempts:
        problem = checked(await preview.request(method, path, json=body), 403)
        assert problem["type"] == "/problems/preview-is-read-only", path
    assert (await crm.deals.record(deal))["version"] == deal["version"]


async def test_nobody_sees_more_than_their_own(
    crm: Crm, junior: ProjectClient, new_client: NewClient
) -> None:
    """Who may change roles, yet not see everything, looks as an owner, and as somebody of other projects."""
    client = await new_client("half")
    rules = {"*": "edit", "confidence": "hidden"}
    half = await join(crm.deals, client, fields=rules, scope="{amount} > 1", can={"configure": True})
    owner = half.seen_by(looking(client, f"projects/{crm.deals.id}/roles/owner"))
    assert (await owner.page(count="true"))["items"] == (await half.page())["items"]
    assert "confidence" not in (await owner.page())["items"][0]["fields"]
    member = looking(client, f"projects/{crm.deals.id}/members/{user_id(junior.client)}")
    assert await half.seen_by(member).titles() == ["Site"]
    assert not {"cost", "confidence"} & (await half.seen_by(member).page())["items"][0]["fields"].keys()
    assert [p["id"] for p in (await member.get("/projects")).json()["items"]] == [crm.deals.id]
    await crm.deals.add("Cheap", amount="1", cost="1")
    assert "Cheap" in await junior.titles()
    assert "Cheap" not in await half.seen_by(member).titles()


async def test_who_may_not_change_roles_looks_as_nobody(crm: Crm, junior: ProjectClient) -> None:
    client, admin = junior.client, crm.deals.client
    assert (await looking(client, f"projects/{junior.id}/roles/viewer").get("/me")).status_code == 403
    assert (await looking(client, f"projects/{crm.deliveries.id}/roles/viewer").get("/me")).status_code == 404
    for path in (f"projects/{junior.id}/roles/17", f"projects/{junior.id}/members/17"):
        assert (await looking(admin, path).get("/me")).status_code == 404
    for path in ("roles/viewer", f"projects/{junior.id}", "projects/x/roles/viewer", ""):
        assert list(faults(await looking(admin, path).get("/me"))) == ["Smalt-See-As"]


async def test_exports_and_dashboards_are_made_with_these_rights(crm: Crm, junior: ProjectClient) -> None:
    admin = crm.deals.client
    board = checked(await admin.post("/dashboards", json={"name": "Board"}), 201)
    config = {"sources": [{"project_id": junior.id}], "measure": {"function": "sum", "field": "amount"}}
    chart = {"title": "Sum", "type": "stat", "config": config}
    made = checked(await admin.post(f"/dashboards/{board['id']}/charts", json=chart), 201)
    member = looking(admin, f"projects/{junior.id}/members/{user_id(junior.client)}")
    assert (await member.get("/dashboards")).json()["items"] == []
    assert (await member.get(f"/charts/{made['id']}/data")).status_code == 404
    sharing = {"user": "junior@example.com", "role": "edit"}
    checked(await admin.post(f"/dashboards/{board['id']}/members", json=sharing), 201)
    assert [d["role"] for d in (await member.get("/dashboards")).json()["items"]] == ["edit"]
    role = looking(admin, f"projects/{junior.id}/roles/{(await junior_role(junior))}")
    assert [d["role"] for d in (await role.get("/dashboards")).json()["items"]] == ["view"]
    for client, total in ((admin, "55.00"), (member, "5.00"), (role, "5.00")):
        assert checked(await client.get(f"/charts/{made['id']}/data"), 200)["total"] == total

    whole = checked(await admin.post(f"{junior.path}/exports", json={"format": "csv"}), 202)
    assert (await role.get(f"{junior.path}/exports/{whole['id']}")).status_code == 404
    part = checked(await role.post(f"{junior.path}/exports", json={"format": "csv"}), 202)
    path = f"{junior.path}/exports/{part['id']}"
    for _ in range(600):
        if checked(await role.get(path), 200)["finished_at"]:
            break
        await asyncio.sleep(0.05)
    assert [e["id"] for e in (await role.get(f"{junior.path}/exports")).json()["items"]] == [part["id"]]
    text = (await role.get(f"{path}/download")).text
    assert "Site" in text
    assert "Site B" not in text
    assert "Cost" not in text


async def junior_role(junior: ProjectClient) -> str:
    roles = checked(await junior.client.get(f"{junior.path}/roles"), 200)["items"]
    return str(roles[-1]["id"])


async def test_the_query_says_it_too_however_it_is_written(crm: Crm, junior: ProjectClient) -> None:
    path, client = f"projects/{crm.deals.id}/members/{user_id(junior.client)}", crm.deals.client
    seen = await junior.client.get(f"{crm.deals.path}/records")
    for name in ("see_as", "%73ee_as", "see%5Fas"):
        for query in (f"{name}={path}", f"limit=100&{name}={path}"):
            assert (await client.get(f"{crm.deals.path}/records?{query}")).text == seen.text
        assert (await client.get(f"{crm.deals.path}/records?{name}=")).status_code == 422
        twice = f"{name}={path}&{name}={path}"
        assert list(faults(await client.get(f"{crm.deals.path}/records?{twice}"))) == ["?see_as"]
    refused = await client.post(f"{crm.deals.path}/records?see%5Fas={path}", json={"title": "x"})
    assert refused.json()["type"] == "/problems/preview-is-read-only"
