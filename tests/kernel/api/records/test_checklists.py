"""Checklists on records, with items."""

from __future__ import annotations

from typing import Any

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.projects import Json, ProjectClient, checked

WITHOUT = ["title", "description", "assignees", "start_date", "due_date", "tags", "referenced_by"]


def path_of(project: ProjectClient, record: Json) -> str:
    return f"{project.path}/records/{record['id']}/checklists"


async def all_of(project: ProjectClient, record: Json, **query: Any) -> list[Json]:
    answer = await project.client.get(path_of(project, record), params=query)
    found: list[Json] = checked(answer, 200)["items"]
    return found


async def post(project: ProjectClient, path: str, **body: Any) -> Json:
    return checked(await project.client.post(path, json=body), 201)


async def test_a_checklist_from_first_to_last(plain: ProjectClient) -> None:
    record = await plain.add("Acme")
    path = path_of(plain, record)
    one = await post(plain, path, name=" Before  signing ")
    assert one == {"id": one["id"], "name": "Before signing", "position": 0, "items": [], "done": 0}
    two = await post(plain, path, name="After", position=0)
    assert [c["name"] for c in await all_of(plain, record)] == ["After", "Before signing"]
    moved = checked(
        await plain.client.patch(f"{path}/{two['id']}", json={"position": 1, "name": "Later"}), 200
    )
    assert (moved["name"], moved["position"]) == ("Later", 1)
    checked(await plain.client.delete(f"{path}/{one['id']}"), 204)
    assert [c["name"] for c in await all_of(plain, record)] == ["Later"]
    assert [c["name"] for c in await all_of(plain, record, deleted=True)] == ["Before signing"]
    checked(await plain.client.post(f"{path}/{two['id']}/restore"), 404)
    checked(await plain.client.post(f"{path}/{one['id']}/restore"), 200)
    assert len(await all_of(plain, record)) == 2
    kinds = [change["kind"] for change in await plain.history(record)][1:]
    assert kinds == ["checklist.created", "checklist.created", "checklist.updated", "checklist.deleted",
                     "checklist.restored"]  # fmt: skip


async def test_items(plain: ProjectClient) -> None:
    await plain.change(time_zone="Europe/Warsaw")
    record = await plain.add("Acme")
    checklist = await post(plain, path_of(plain, record), name="Steps")
    path = f"{path_of(plain, record)}/{checklist['id']}/items"
    first = await post(plain, path, title="Call", assignee="ADMIN@example.com", due_at="2026-12-31")
    assert (first["assignee"]["name"], first["due_at"]) == ("Admin", "2026-12-30T23:00:00.000Z")
    assert (first["done"], first["done_at"], first["done_by"]) == (False, None, None)
    await post(plain, path, title="Write", position=0, done=True)
    shown = (await all_of(plain, record))[0]
    assert ([i["title"] for i in shown["items"]], shown["done"]) == (["Write", "Call"], 1)
    own = f"{path}/{first['id']}"
    done = checked(await plain.client.patch(own, json={"done": True, "assignee": None, "position": 0}), 200)
    assert (done["done"], done["done_by"]["name"], done["assignee"], done["position"]) == (
        True, "Admin", None, 0,
    )  # fmt: skip
    again = checked(await plain.client.patch(own, json={"done": True}), 200)
    assert again == done
    undone = checked(await plain.client.patch(own, json={"done": False, "due_at": None}), 200)
    assert (undone["done_at"], undone["done_by"], undone["due_at"]) == (None, None, None)
    checked(await plain.client.delete(own), 204)
    checked(await plain.client.get(own), 404)
    assert [i["title"] for i in checked(await plain.client.get(path), 200)["items"]] == ["Write"]
    assert checked(await plain.client.post(f"{own}/restore"), 200) == undone
    history = await plain.history(record)
    assert [c["kind"] for c in history][-2:] == ["checklist_item.deleted", "checklist_item.restored"]
    assert history[4]["changes"][0]["from"]["done"] is False


async def test_faults_of_items(plain: ProjectClient) -> None:
    record, other = await plain.add("a"), await plain.add("b")
    checklist = await post(plain, path_of(plain, record), name="Steps")
    path = f"{path_of(plain, record)}/{checklist['id']}/items"
    body = {"title": " ", "assignee": "nobody", "due_at": "soon"}
    problem = checked(await plain.client.post(path, json=body), 422)
    assert [f["pointer"] for f in problem["errors"]] == ["/title", "/assignee", "/due_at"]
    elsewhere = f"{path_of(plain, other)}/{checklist['id']}/items"
    checked(await plain.client.post(elsewhere, json={"title": "x"}), 404)
    checked(await plain.client.get(elsewhere), 404)
    checked(await plain.client.get(f"{path}/17"), 404)
    checked(await plain.client.post(path_of(plain, record), json={"name": ""}), 422)


async def test_switched_off_and_on_again(plain: ProjectClient) -> None:
    record = await plain.add("a")
    checklist = await post(plain, path_of(plain, record), name="Steps")
    await post(plain, f"{path_of(plain, record)}/{checklist['id']}/items", title="Call")
    before = await all_of(plain, record)
    await plain.change(default_fields=WITHOUT)
    checked(await plain.client.get(path_of(plain, record)), 404)
    checked(await plain.client.post(path_of(plain, record), json={"name": "x"}), 404)
    assert "Steps" not in str(await plain.history(record))
    await plain.change(default_fields=[*WITHOUT, "checklists"])
    assert await all_of(plain, record) == before
    await plain.delete(record)
    checked(await plain.client.get(path_of(plain, record)), 404)
    await plain.restore(record)
    assert await all_of(plain, record) == before


async def member(project: ProjectClient, client: httpx.AsyncClient, **role: Any) -> ProjectClient:
    made = await post(project, f"{project.path}/roles", **role)
    await post(project, f"{project.path}/members", user=user_id(client), role=made["id"])
    return project.seen_by(client)


async def test_roles(plain: ProjectClient, new_client: NewClient) -> None:
    record = await plain.add("a")
    await post(plain, path_of(plain, record), name="Steps")
    rules = {"fields": {"checklists": "read"}, "can": {"edit": True}}
    reader = await member(plain, await new_client("ewa"), name="Reader", **rules)
    assert len(await all_of(reader, record)) == 1
    checked(await reader.client.post(path_of(reader, record), json={"name": "x"}), 403)
    blind = await member(plain, await new_client("jan"), name="Blind", fields={"checklists": "hidden"})
    checked(await blind.client.get(path_of(blind, record)), 404)
    assert "Steps" not in str(await blind.history(record))
