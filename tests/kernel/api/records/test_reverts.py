"""One change of a record, or a whole batch, taken back."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked


async def try_revert(project: ProjectClient, record: Json, place: int) -> httpx.Response:
    """Revert the change at this place of the history, the oldest being 0."""
    change = (await project.history(record))[place]["id"]
    return await project.client.post(f"{project.path}/records/{record['id']}/history/{change}/revert")


async def test_a_change_is_taken_back(crm: Crm) -> None:
    acme, other = await crm.customers.add("Acme"), await crm.customers.add("Other")
    first = await crm.deals.add(
        "Site", {"tags": ["SEO"], "due_at": "2026-12-01"}, amount="5", customer=acme["id"]
    )
    await crm.deals.update(
        first, {"title": "Better", "tags": ["website", "branding"], "due_at": None, "list": "Closed Won",
                "assignees": ["admin@example.com"]},
        amount={"amount": "7", "currency": "USD"},
        customer=other["id"], confidence=3, close_date="2026-05-05",
    )  # fmt: skip
    await crm.deals.update(first, {"description": "kept"})
    answer = await try_revert(crm.deals, first, 1)
    reverted = checked(answer, 200)
    assert answer.headers["etag"] == '"4"'
    moving = ("version", "updated_at", "list_entered_at", "description")
    assert {n: v for n, v in reverted.items() if n not in moving} == {
        n: v for n, v in first.items() if n not in moving
    }
    assert reverted["description"] == "kept"
    assert (await crm.deals.history(first))[-1]["kind"] == "record.updated"
    again = checked(await try_revert(crm.deals, first, 3), 200)
    assert (again["title"], again["fields"]["confidence"]) == ("Better", 3)


async def test_what_was_changed_since_is_told(crm: Crm) -> None:
    made = await crm.deals.add("Site", amount="5", confidence=1)
    await crm.deals.update(made, {"title": "Other"}, amount="6", confidence=2)
    await crm.deals.update(made, {"title": "Third"}, amount="7")
    before = await crm.deals.record(made)
    problem = checked(await try_revert(crm.deals, made, 1), 409)
    told = {fault["pointer"]: fault["detail"] for fault in problem["errors"]}
    assert told == {
        "/title": 'This has been changed since; it is "Third" now.',
        "/fields/amount": 'This has been changed since; it is {"amount":"7.00","currency":"EUR"} now.',
    }
    assert await crm.deals.record(made) == before


async def test_moves_and_what_cannot_be_reverted(plain: ProjectClient) -> None:
    made = await plain.add("a")
    await plain.move(made, list="Done")
    assert checked(await try_revert(plain, made, 1), 200)["list_id"] == made["list_id"]
    checked(await try_revert(plain, made, 0), 409)
    other = await plain.add("b")
    change = (await plain.history(made))[1]["id"]
    checked(await plain.client.post(f"{plain.path}/records/{other['id']}/history/{change}/revert"), 404)
    checked(await plain.client.post(f"{plain.path}/records/{made['id']}/history/17/revert"), 404)
    lists = checked(await plain.client.get(f"{plain.path}/lists"), 200)["items"]
    await plain.move(made, list="Doing")
    await plain.move(made, list="Done")
    doing = next(i["id"] for i in lists if i["name"] == "Doing")
    checked(await plain.client.delete(f"{plain.path}/lists/{doing}"), 204)
    problem = checked(await try_revert(plain, made, -1), 409)
    assert problem["errors"][0]["detail"] == "What it was before is not possible any more."


async def test_rights(crm: Crm, new_client: NewClient) -> None:
    made = await crm.deals.add("Site", amount="5", cost="1")
    await crm.deals.update(made, {"title": "New"}, cost="2")
    client = await new_client("ewa")
    body = {"name": "Junior", "fields": {"cost": "hidden"}, "can": {"edit": True}}
    role = checked(await crm.deals.client.post(f"{crm.deals.path}/roles", json=body), 201)
    body = {"user": user_id(client), "role": role["id"]}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=body), 201)
    ewa = crm.deals.seen_by(client)
    assert checked(await try_revert(ewa, made, 1), 200)["title"] == "Site"
    assert (await crm.deals.fields(made))["cost"]["amount"] == "2.00"
    viewer = await new_client("jan")
    body = {"user": user_id(viewer), "role": "viewer"}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=body), 201)
    checked(await try_revert(crm.deals.seen_by(viewer), made, 2), 403)


async def undo(client: httpx.AsyncClient, batch_id: str) -> httpx.Response:
    return await client.post(f"/batches/{batch_id}/undo")


async def test_a_batch_is_undone_and_redone(crm: Crm, new_client: NewClient) -> None:
    changed, gone, touched = [await crm.deals.add(t, amount="5") for t in ("changed", "gone", "touched")]
    update = [
        {"id": changed["id"], "title": "x", "fields": {"amount": "6"}},
        {"id": touched["id"], "title": "y"},
    ]
    batch = checked(await crm.deals.batch(create=[{"title": "new"}], update=update, delete=[gone["id"]]), 200)
    await crm.deals.update(touched, {"title": "z"})
    stranger = await new_client("stranger")
    checked(await undo(stranger, batch["batch_id"]), 404)
    checked(await undo(crm.deals.client, "17"), 404)
    done = checked(await undo(crm.deals.client, batch["batch_id"]), 200)
    assert (done["trashed"], done["changed"], done["restored"], done["kept"]) == (
        batch["created"], [changed["id"]], [gone["id"]], [touched["id"]],
    )  # fmt: skip
    assert sorted(await crm.deals.titles()) == ["changed", "gone", "z"]
    assert (await crm.deals.fields(changed))["amount"]["amount"] == "5.00"
    again = checked(await undo(crm.deals.client, done["batch_id"]), 200)
    assert again["kept"] == []
    assert sorted(await crm.deals.titles()) == ["new", "x", "z"]
