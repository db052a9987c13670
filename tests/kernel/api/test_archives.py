"""Archives over HTTP: asked for, fetched, brought back; by whom."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient
from tests.kernel.api.dashboards.boards import new_board
from tests.kernel.api.records.projects import Json, checked

DEADLINE = 30


async def ended(client: httpx.AsyncClient, archive: Json) -> Json:
    async with asyncio.timeout(DEADLINE):
        while archive["status"] in ("queued", "running"):
            await asyncio.sleep(0.05)
            archive = checked(await client.get(f"/archives/{archive['id']}"), 200)
    return archive


async def bring(client: httpx.AsyncClient, content: bytes) -> Json:
    sent: Any = {"file": ("projects.zip", content)}
    return await ended(client, checked(await client.post("/archives/import", files=sent), 202))


async def new_project(client: httpx.AsyncClient) -> str:
    """A project that refers to another one, with one record."""
    other = checked(await client.post("/projects", json={"name": "People"}), 201)["id"]
    there = checked(await client.post(f"/projects/{other}/records", json={"title": "Ewa"}), 201)["id"]
    made = str(checked(await client.post("/projects", json={"name": "Deals"}), 201)["id"])
    field = {"name": "Who", "type": "reference", "config": {"project_id": other, "multiple": False}}
    checked(await client.post(f"/projects/{made}/fields", json=field), 201)
    record = {"title": "Roof", "fields": {"who": there}}
    checked(await client.post(f"/projects/{made}/records", json=record), 201)
    return made


async def test_a_project_is_fetched_and_comes_again(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    asked = checked(await client.post("/archives", json={"projects": [project]}), 202)
    archive = await ended(client, asked)
    assert (archive["status"], archive["kind"]) == ("done", "export")
    answer = await client.get(f"/archives/{asked['id']}/download")
    content = answer.content
    assert answer.headers["content-type"] == "application/zip"
    brought = await bring(client, content)
    assert brought["status"] == "done", brought
    (made,) = brought["report"]["projects"]
    assert (made["name"], brought["report"]["emptied"]) == ("Deals 2", 1)
    (record,) = checked(await client.get(f"/projects/{made['id']}/records"), 200)["items"]
    assert (record["title"], record["fields"]["who"]) == ("Roof", [])
    checked(await client.post(f"/archives/{asked['id']}/cancel"), 200)
    assert (await client.get(f"/archives/{asked['id']}/download")).status_code == 409


async def test_what_acts_comes_switched_off_and_unknown_people_stay_away(
    client: httpx.AsyncClient, new_client: NewClient, kernel: Kernel
) -> None:
    project, member = await new_project(client), await new_client("member")
    path = f"/projects/{project}"
    won = checked(await client.post(f"{path}/lists", json={"name": "Won"}), 201)["id"]
    checked(await client.post(f"{path}/tags", json={"name": "hot", "color": "red"}), 201)
    automation = {
        "name": "Tag", "trigger": {"type": "list_entered", "config": {"list": won}},
        "actions": [{"type": "add_tag", "config": {"tag": "hot"}}],
    }  # fmt: skip
    checked(await client.post(f"{path}/automations", json=automation), 201)
    form = {"name": "Ask us", "slug": "ask-us", "fields": [{"field": "title"}]}
    checked(await client.post(f"{path}/forms", json=form), 201)
    person = {"user": member.headers["x-user-id"], "role": "member"}
    checked(await client.post(f"{path}/members", json=person), 201)
    archive = await ended(client, checked(await client.post("/archives", json={"projects": [project]}), 202))
    content = (await client.get(f"/archives/{archive['id']}/download")).content
    async with kernel.database.transaction() as tx:
        await tx.execute("UPDATE smalt_user SET email = 'other' WHERE email = 'member@example.com'")
    report = (await bring(client, content))["report"]
    assert report["missing_people"] == 1
    path = f"/projects/{report['projects'][0]['id']}"
    (made,) = checked(await client.get(f"{path}/automations"), 200)["items"]
    lists = checked(await client.get(f"{path}/lists"), 200)["items"]
    (new,) = [entry["id"] for entry in lists if entry["name"] == "Won"]
    assert (made["enabled"], new != won) == (False, True)
    assert won not in str(made)
    (form,) = checked(await client.get(f"{path}/forms"), 200)["items"]
    assert (form["slug"], form["enabled"]) == ("ask-us-2", False)
    members = checked(await client.get(f"{path}/members"), 200)["items"]
    assert [entry["role"] for entry in members] == ["owner"]
    patch = {"enabled": True}
    assert checked(await client.patch(f"{path}/automations/{made['id']}", json=patch), 200)["enabled"]


async def test_a_broken_file_makes_nothing_and_says_so(client: httpx.AsyncClient) -> None:
    brought = await bring(client, b"no zip")
    assert (brought["status"], brought["report"]) == ("failed", None)
    assert "no archive" in brought["error"]
    assert checked(await client.get("/projects"), 200)["items"] == []


async def test_who_sees_less_gets_no_archive(client: httpx.AsyncClient, new_client: NewClient) -> None:
    project = await new_project(client)
    limited, stranger = await new_client("limited"), await new_client("stranger")
    rules = {"fields": {"*": "edit", "who": "hidden"}, "can": {"configure": True}}
    role = checked(await client.post(f"/projects/{project}/roles", json={"name": "Half"} | rules), 201)
    member = {"user": limited.headers["x-user-id"], "role": role["id"]}
    checked(await client.post(f"/projects/{project}/members", json=member), 201)
    body = {"projects": [project]}
    assert (await limited.post("/archives", json=body)).status_code == 403
    assert (await stranger.post("/archives", json=body)).status_code == 404
    assert (await stranger.post("/archives/import", files={"file": b"x"})).status_code == 403
    mine = checked(await client.post("/archives", json=body), 202)
    assert (await stranger.get(f"/archives/{mine['id']}")).status_code == 404
    refused = checked(await client.post("/archives", json={"projects": ["x", "y"]}), 422)
    assert [fault["pointer"] for fault in refused["errors"]] == ["/projects/0", "/projects/1"]


async def test_dashboards_go_along_as_far_as_they_show_nothing_else(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    project, friend = await new_project(client), await new_client("friend")
    (other,) = [p for p in checked(await client.get("/projects"), 200)["items"] if p["id"] != project]
    owner = {"user": "friend@example.com", "role": "owner"}
    checked(await client.post(f"/projects/{project}/members", json=owner), 201)
    inside, outside = {"project_id": project}, {"project_id": other["id"]}
    filters = {"project": ["deals"]}
    boards = {
        name: await new_board(who, name=name, filters=filters)
        for name, who in (("Own", client), ("Wider", client), ("Elsewhere", client), ("Secret", friend))
    }
    for name, sources in (("Own", [inside]), ("Wider", [inside, outside]), ("Elsewhere", [outside])):
        await boards[name].add("stat", name, sources=sources, group_by=None)
    await boards["Secret"].add("stat", "Mine", sources=[inside])
    gone = await boards["Own"].add("stat", "Gone", sources=[outside])
    checked(await client.delete(gone), 204)
    await boards["Own"].share(friend)
    body = {"projects": [project]}
    theirs = await ended(friend, checked(await friend.post("/archives", json=body), 202))
    assert {d["name"] for d in theirs["report"]["dashboards"]} == {"Own", "Secret"}
    checked(await client.delete(boards["Secret"].path), 204)
    archive = await ended(client, checked(await client.post("/archives", json=body), 202))
    assert [d["name"] for d in archive["report"]["dashboards"]] == ["Own"]
    assert archive["report"]["left_out"] == ["Wider"]
    report = (await bring(client, (await client.get(f"/archives/{archive['id']}/download")).content))[
        "report"
    ]
    [new], [made] = report["dashboards"], report["projects"]
    board = checked(await client.get(f"/dashboards/{new['id']}"), 200)
    [chart] = board["charts"]
    assert (new["name"], board["role"], board["filters"]) == ("Own", "owner", {"project": [made["id"]]})
    assert (chart["title"], chart["config"]["sources"]) == ("Own", [{"project_id": made["id"]}])
    data = checked(await client.get(f"/dashboards/{new['id']}/charts/{chart['id']}/data"), 200)
    assert data["total"] == 1, "the record of the new project"
    assert (await friend.get(f"/dashboards/{new['id']}")).status_code == 404, "it is shared with nobody new"
