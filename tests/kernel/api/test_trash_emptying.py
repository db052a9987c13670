"""The trash over all projects, and its emptying when the time has come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from kernel.storage.database import Statement
from tests.kernel.api.clients import BASE_URL, NewClient, user_id
from tests.kernel.api.dashboards.boards import new_board, source
from tests.kernel.api.records.projects import Json, ProjectClient, checked, new_project

DAY = 86_400
Later = tuple[httpx.AsyncClient, Kernel]


@asynccontextmanager
async def later(settings: Settings, client: httpx.AsyncClient, days: float) -> AsyncIterator[Later]:
    """Another server on the same database, whose clock is ahead, after it has emptied the trash."""
    kernel = create_kernel(msgspec.structs.replace(settings, clock_offset=days * DAY))
    await kernel.start()
    await kernel.trash_emptying.empty()
    transport = httpx.ASGITransport(create_app(kernel))
    headers = dict(client.headers)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as found:
            yield found, kernel
    finally:
        await kernel.stop()


async def trash(client: httpx.AsyncClient, **query: str | int) -> list[Json]:
    found: list[Json] = checked(await client.get("/trash", params=query), 200)["items"]
    return found


async def counts(kernel: Kernel, *sources: str) -> list[int]:
    answers = await kernel.database.read(*(Statement(f"SELECT count(*) FROM {s}") for s in sources))
    return [rows[0][0] for rows in answers]


async def test_the_trash_lists_what_one_may_restore(client: httpx.AsyncClient, new_client: NewClient) -> None:
    project = await new_project(client, "Plain", "Open", "Done")
    other = await new_project(client, "Other")
    field = await project.add_field("Size", "number")
    tag = await project.add_tag("old")
    record = await project.add("Acme")
    await project.delete(record)
    checked(await client.delete(f"{project.path}/tags/{tag['id']}"), 204)
    checked(await client.delete(f"{project.path}/fields/{field['id']}"), 204)
    checked(await client.delete(other.path), 204)
    found = await trash(client)
    assert sorted((t["kind"], t["name"]) for t in found) == [
        ("field", "Size"), ("project", "Other"), ("record", "Acme"), ("tag", "old"),
    ]  # fmt: skip
    assert [t["deleted_at"] for t in found] == sorted((t["deleted_at"] for t in found), reverse=True)
    assert len(await trash(client, project=project.id)) == 3
    page, paged = checked(await client.get("/trash", params={"limit": 1}), 200), []
    while True:
        paged += page["items"]
        if not page["next"]:
            break
        page = checked(await client.get("/trash", params={"limit": 1, "cursor": page["next"]}), 200)
    assert paged == found
    ewa = await new_client("ewa")
    assert await trash(ewa) == []
    checked(await ewa.get("/trash", params={"project": project.id}), 404)
    body = {"user": user_id(ewa), "role": "member"}
    checked(await client.post(f"{project.path}/members", json=body), 201)
    assert [t["kind"] for t in await trash(ewa)] == ["record"]
    for entry in found:
        checked(await client.post(entry["restore"]), 200)
    assert await trash(client) == []


async def collaborate(project: ProjectClient, record: Json, other: Json) -> None:
    path = f"{project.path}/records/{record['id']}"
    checked(await project.client.post(f"{path}/comments", json={"body": "x"}), 201)
    checklist = checked(await project.client.post(f"{path}/checklists", json={"name": "x"}), 201)
    checked(await project.client.post(f"{path}/checklists/{checklist['id']}/items", json={"title": "x"}), 201)
    body = {"relation": "blocks", "record_id": other["id"]}
    checked(await project.client.post(f"{path}/dependencies", json=body), 201)


async def test_records_go_for_good_with_all_that_they_had(
    settings: Settings, client: httpx.AsyncClient, kernel: Kernel
) -> None:
    customers, deals = await new_project(client, "Customers"), await new_project(client, "Deals")
    await deals.refer("Customer", customers)
    await deals.refer("Partners", customers, multiple=True)
    acme, kept = await customers.add("Acme"), await customers.add("Kept")
    deal = await deals.add("Deal", customer=acme["id"], partners=[acme["id"], kept["id"]])
    await collaborate(customers, acme, kept)
    await collaborate(customers, kept, await customers.add("Third"))
    await customers.delete(acme)
    async with later(settings, client, 29) as (there, _):
        assert [t["name"] for t in await trash(there)] == ["Acme"]
    async with later(settings, client, 31) as (there, after):
        assert await trash(there) == []
        checked(await there.post(f"{customers.path}/records/{acme['id']}/restore"), 404)
        assert await counts(
            after, "smalt_comment", "smalt_checklist", "smalt_checklist_item", "smalt_dependency",
            f"smalt_link WHERE target_id = {acme['id']}", f"smalt_list_stay WHERE record_id = {acme['id']}",
            f"smalt_history WHERE record_id = {acme['id']} AND kind = 'record.created'",
            f"smalt_history WHERE record_id = {acme['id']} AND kind = 'record.purged'",
        ) == [1, 1, 1, 1, 0, 0, 1, 1]  # fmt: skip
        fields = await deals.seen_by(there).fields(deal)
        assert fields["customer"] == []
        assert [p["title"] for p in fields["partners"]] == ["Kept"]
        assert (await deals.seen_by(there).record(deal))["version"] == deal["version"]


async def test_set_up_goes_for_good(settings: Settings, client: httpx.AsyncClient, kernel: Kernel) -> None:
    customers, deals = await new_project(client, "Customers"), await new_project(client, "Deals", "A", "B")
    await customers.add_field("Email", "email")
    await deals.refer("Customer", customers)
    await deals.look_up("Mail", "customer", "email")
    size = await deals.add_field("Size", "number")
    services = await deals.add_field("Partners", "reference", {"project_id": deals.id, "multiple": True})
    tag = await deals.add_tag("old")
    acme = await customers.add("Acme", email="a@b.example")
    first = await deals.add("a", {"tags": ["old"]}, customer=acme["id"], size=5)
    second = await deals.add("b", {"list": "B"}, partners=[first["id"]])
    lists = {i["name"]: i["id"] for i in checked(await client.get(f"{deals.path}/lists"), 200)["items"]}
    for path in (
        f"fields/{size['id']}",
        f"fields/{services['id']}",
        f"tags/{tag['id']}",
        f"lists/{lists['B']}",
    ):
        checked(await client.delete(f"{deals.path}/{path}"), 204)
    checked(await client.delete(customers.path), 204)
    kept, gone = await new_board(client, name="Kept"), await new_board(client, name="Gone")
    charts = [await board.add(sources=[source(deals)]) for board in (kept, kept, gone)]
    checked(await client.delete(charts[0]), 204)
    checked(await client.delete(gone.path), 204)
    async with later(settings, client, 31) as (there, after):
        assert await trash(there) == []
        assert len(checked(await there.get(kept.path), 200)["charts"]) == 1
        assert await counts(after, "smalt_dashboard", "smalt_chart") == [1, 1]
        checked(await there.post(f"{gone.path}/restore"), 404)
        checked(await there.post(f"{customers.path}/restore"), 404)
        seen = deals.seen_by(there)
        record = await seen.record(first)
        assert (record["tags"], sorted(record["fields"])) == ([], ["customer", "mail"])
        assert "mail" in str(record["warnings"])
        checked(await seen.try_record(second, "?deleted=true"), 404)
        assert await counts(after, "smalt_link", f"smalt_list WHERE id = {lists['B']}") == [0, 0]
        kinds = [c["kind"] for c in checked(await there.get(f"{deals.path}/history"), 200)["items"]]
        assert {"field.purged", "list.purged", "tag.purged"} <= set(kinds)
        assert (await seen.add("c"))["fields"] == {"customer": [], "mail": []}
        await after.trash_emptying.empty()


async def test_what_is_in_a_trashed_project_waits_for_it(
    settings: Settings, client: httpx.AsyncClient, kernel: Kernel
) -> None:
    project = await new_project(client, "Plain")
    record = await project.add("a")
    await project.delete(record)
    async with later(settings, client, 20) as (there, _):
        checked(await there.delete(project.path), 204)
    async with later(settings, client, 40) as (there, _):
        checked(await there.post(f"{project.path}/restore"), 200)
        assert await project.seen_by(there).restore(record)
