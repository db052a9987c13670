"""One change to all records of a filter: counted first, done in the background, taken back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join


async def bulk(project: ProjectClient, action: Json, **body: Any) -> Json:
    """A change that has ended."""
    made = checked(
        await project.client.post(f"{project.path}/records/bulk", json={"action": action} | body), 202
    )
    return await ended(project, made["id"])


async def ended(project: ProjectClient, bulk_id: str) -> Json:
    for _ in range(600):
        found = checked(await project.client.get(f"{project.path}/bulk/{bulk_id}"), 200)
        if found["status"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def undone(project: ProjectClient, change: Json) -> Json:
    checked(await project.client.post(f"{project.path}/bulk/{change['id']}/undo"), 202)
    return await ended(project, change["id"])


async def fill(crm: Crm, count: int = 1200) -> None:
    items = [
        {"title": f"Deal {i}", "list": "Negotiations" if i % 2 else "Qualification", "fields": {"amount": str(i)}, "tags": ["SEO"]}
        for i in range(count)
    ]  # fmt: skip
    assert (await crm.deals.batch(create=items)).status_code == 200


async def test_records_are_counted_changed_and_as_before_again(crm: Crm) -> None:
    await fill(crm)
    action = {
        "set": {"fields": {"confidence": 5}},
        "move": "Closed Won",
        "add_tags": ["website"],
        "remove_tags": ["SEO"],
    }
    wanted = {"filter": "{list} = 'Negotiations' AND {amount} >= 100"}
    before = {r["id"]: r for r in await crm.deals.every(1000)}
    preview = await crm.deals.client.post(
        f"{crm.deals.path}/records/bulk/preview", json={"action": action} | wanted
    )
    assert (preview.status_code, preview.json()) == (200, {"count": 550})
    done = await bulk(crm.deals, action, **wanted)
    assert (done["status"], done["changed"], done["failed"]) == ("done", 550, 0), done
    won = await crm.deals.every(1000, list="Closed Won")
    assert len(won) == 550
    assert {(r["fields"]["confidence"], *(t["name"] for t in r["tags"])) for r in won} == {(5, "website")}
    entry = checked(await crm.deals.client.get(f"{crm.deals.path}/records/{won[0]['id']}/history"), 200)[
        "items"
    ]
    assert sum(e["kind"] == "record.updated" or e["kind"] == "record.moved" for e in entry) == 1
    assert (await undone(crm.deals, done))["undone"] is True
    kept = ("list_id", "title", "tags", "fields")
    assert {r["id"]: [r[n] for n in kept] for r in await crm.deals.every(1000)} == {
        i: [r[n] for n in kept] for i, r in before.items()
    }  # fmt: skip


async def test_deletion_and_its_undoing(crm: Crm) -> None:
    await fill(crm, 20)
    done = await bulk(crm.deals, {"delete": True}, filter={"field": "amount", "op": "lt", "value": 5})
    assert done["changed"] == 5
    assert len(await crm.deals.every(100)) == 15
    await undone(crm.deals, done)
    assert len(await crm.deals.every(100)) == 20


async def test_what_one_record_refuses_does_not_stop_the_others(crm: Crm) -> None:
    await crm.customers.add_field("Code", "text", unique=True)
    for name in ("A", "B", "C"):
        await crm.customers.add(name)
    done = await bulk(crm.customers, {"set": {"fields": {"code": "x"}}})
    assert (done["changed"], done["failed"]) == (1, 2)
    assert all("Code" in error["reason"] for error in done["errors"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": {}}, None),
        ({"action": {"delete": True, "move": "Closed Won"}}, None),
        ({"action": {"set": {"fields": {"amuont": 1}}}}, "/action/set/fields/amuont"),
        ({"action": {"move": "Nowhere"}}, "/action/set/list"),
        ({"action": {"add_tags": ["nothing"]}}, "/action/add_tags"),
        ({"action": {"delete": True}, "filter": "{x} = 1"}, "/filter"),
        ({"action": {"explode": True}}, "/action/explode"),
    ],
)
async def test_what_cannot_be_done_is_refused_at_once(crm: Crm, body: Json, pointer: str | None) -> None:
    for suffix in ("/preview", ""):
        answer = await crm.deals.client.post(f"{crm.deals.path}/records/bulk{suffix}", json=body)
        assert answer.status_code == 422, answer.text
        assert pointer is None or list(faults(answer)) == [pointer]


async def test_rights_hold(crm: Crm, new_client: NewClient) -> None:
    await fill(crm, 10)
    rules = {"*": "edit", "cost": "hidden", "confidence": "read"}
    junior = await join(crm.deals, await new_client("junior"), fields=rules, scope="{list} = 'Negotiations'")
    path = f"{junior.path}/records/bulk"
    for action, status in (
        ({"set": {"fields": {"cost": 1}}}, 422),
        ({"set": {"fields": {"confidence": 1}}}, 403),
    ):
        assert (await junior.client.post(path, json={"action": action})).status_code == status
    hidden = await junior.client.post(path, json={"action": {"delete": True}, "filter": "{cost} > 1"})
    assert hidden.status_code == 422
    done = await bulk(junior, {"set": {"title": "Mine"}})
    assert done["changed"] == 5
    assert {r["title"] for r in await crm.deals.every(100, list="Negotiations")} == {"Mine"}
    assert "Mine" not in {r["title"] for r in await crm.deals.every(100, list="Qualification")}
    assert (await crm.deals.client.get(f"{crm.deals.path}/bulk/{done['id']}")).status_code == 404
