"""Events over HTTP: what comes, to whom, and what does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.services.events.hub import PER_USER
from kernel.services.events.messages import EventData, message
from kernel.services.events.streams import MOST_WAITING, EventStream
from kernel.services.events.windows import PER_SECOND
from kernel.settings import Settings
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.events.conftest import Listen
from tests.kernel.api.events.listening import Listener
from tests.kernel.api.imports.importing import run, upload
from tests.kernel.api.records.projects import Json, ProjectClient, checked, join, new_project
from tests.server_process import new_token, started


@pytest.fixture
async def deals(client: httpx.AsyncClient) -> ProjectClient:
    project = await new_project(client, "Deals", "Open", "Won")
    await project.add_field("Amount", "currency")
    await project.add_field("Cost", "currency")
    await project.add_field("Region", "text")
    return project


@pytest.fixture
async def record(deals: ProjectClient) -> Json:
    return await deals.add("Website", amount="1", cost="2", region="north")


async def marked(project: ProjectClient, record: Json, listener: Listener) -> None:
    """Assert that nothing was told before a change that is made now."""
    await project.update(record, {"title": "marked"})
    heard = await listener.next()
    assert (heard.event, heard.data["changed"]) == ("record.updated", ["title"])


async def test_what_happens_is_told_as_documented(
    client: httpx.AsyncClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    listener = await listen(client)
    headers = listener.response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "no-transform" in headers["cache-control"]
    await deals.update(record, {"title": "Shop"}, amount="5")
    heard = await listener.next()
    assert heard.event == "record.updated"
    assert heard.data == {
        "project_id": deals.id, "record_id": record["id"], "version": 2,
        "changed": ["title", "amount"], "by": user_id(client),
    }  # fmt: skip
    await deals.move(record, list="Won")
    await client.post(f"{deals.path}/records/{record['id']}/comments", json={"body": "Good."})
    await deals.delete(record)
    await deals.add_list("Lost")
    kinds = [await listener.next() for _ in range(4)]
    assert [(h.event, h.data["changed"]) for h in kinds] == [
        ("record.moved", ["list"]), ("comment.created", ["comments"]), ("record.deleted", []), ("list.created", []),
    ]  # fmt: skip
    assert kinds[-1].data["record_id"] is None


async def test_a_reader_comes_back_and_gets_what_it_missed(
    client: httpx.AsyncClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    first = await listen(client)
    await deals.update(record, amount="2")
    seen = await first.next()
    await first.__aexit__()
    await deals.update(record, amount="3")
    await deals.update(record, amount="4")
    for again in (
        await listen(client, headers={"Last-Event-ID": seen.id or ""}),
        await listen(client, last_event_id=seen.id),
    ):
        await deals.update(record, {"title": again.id})
        assert [(await again.next()).data["version"] for _ in range(2)] == [3, 4]
        assert (await again.next()).data["changed"] == ["title"]
    for unknown in ("9999999999", "nonsense"):
        assert (await (await listen(client, headers={"Last-Event-ID": unknown})).next()).event == "resync"


async def test_projects_can_be_chosen(
    client: httpx.AsyncClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    other = await new_project(client, "Other")
    third = await new_project(client, "Third")
    chosen = await listen(client, project=f"{other.id},{third.id}")
    repeated = await listen(client, project=[deals.id, third.id])
    await deals.update(record, amount="2")
    await other.add("One")
    await third.add("Two")
    assert [(await chosen.next()).data["project_id"] for _ in range(2)] == [other.id, third.id]
    assert [(await repeated.next()).data["project_id"] for _ in range(2)] == [deals.id, third.id]


async def test_strangers_hear_nothing(
    new_client: NewClient,
    client: httpx.AsyncClient,
    deals: ProjectClient,
    record: Json,
    listen: Listen,
    address: str,
) -> None:
    stranger = await new_client("stranger")
    own = await new_project(stranger, "Own")
    listener = await listen(stranger)
    assert (await listen(stranger, project=deals.id)).response.status_code == 404
    assert (await listen(stranger, project="nonsense")).response.status_code == 404
    async with httpx.AsyncClient(timeout=60) as nobody:
        assert (await nobody.get(f"{address}/events")).status_code == 401
    await deals.update(record, amount="7")
    await own.add("One")
    assert (await listener.next()).data["project_id"] == own.id


async def test_hidden_fields_are_not_told_of(
    new_client: NewClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    rules = {"*": "read", "cost": "hidden", "comments": "hidden", "updated_by": "hidden", "version": "hidden"}
    clerk = await join(deals, await new_client("clerk"), fields=rules)
    listener = await listen(clerk.client)
    await deals.update(record, cost="9")
    await deals.client.post(f"{deals.path}/records/{record['id']}/comments", json={"body": "Secret."})
    fields = checked(await deals.client.get(f"{deals.path}/fields"), 200)["items"]
    cost = next(f["id"] for f in fields if f["key"] == "cost")
    checked(await deals.client.patch(f"{deals.path}/fields/{cost}", json={"name": "Price"}), 200)
    await deals.update(record, amount="9", cost="8")
    heard = await listener.next()
    assert (heard.event, heard.data["changed"]) == ("record.updated", ["amount"])
    assert (heard.data["by"], heard.data["version"]) == (None, None)
    made = await deals.add("Another", cost="1")
    heard = await listener.next()
    assert (heard.event, heard.data["record_id"]) == ("record.created", made["id"])
    assert "cost" not in heard.data["changed"]


async def test_a_scope_holds(
    new_client: NewClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    rules = {"*": "read", "region": "hidden"}
    north = await join(deals, await new_client("north"), fields=rules, scope="{region} = 'north'")
    south = await deals.add("South", region="south", amount="1")
    listener = await listen(north.client)
    await deals.update(south, amount="2")
    await deals.update(south, {"title": "Still south"})
    await marked(deals, record, listener)
    await deals.update(record, region="south")
    heard = await listener.next()
    assert (heard.event, heard.data["record_id"], heard.data["by"]) == ("record.removed", record["id"], None)
    await deals.update(record, amount="3")
    await deals.update(south, region="north", amount="4")
    heard = await listener.next()
    assert (heard.data["record_id"], heard.data["changed"]) == (south["id"], ["amount"])
    await deals.delete(south)
    assert (await listener.next()).event == "record.deleted"


async def test_a_crowd_is_told_in_few_words_within_the_scope(
    new_client: NewClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    north = await join(deals, await new_client("north"), scope="{region} = 'north'")
    everything, some = await listen(deals.client), await listen(north.client)
    many = [{"title": f"{n}", "fields": {"region": "south"}} for n in range(PER_SECOND * 3)]
    checked(await deals.batch(create=many), 200)
    heard = await everything.next()
    assert (heard.event, heard.data["project_id"], heard.data["record_id"]) == (
        "project.changed",
        deals.id,
        None,
    )
    await asyncio.sleep(1.1)  # the next second
    await deals.update(record, amount="2")
    assert (await everything.next()).event == "record.updated"
    assert (await some.next()).event == "record.updated", "the crowd was out of scope"
    again = await listen(north.client, last_event_id=str(int(some.id) - 50))
    assert (await again.next()).data["record_id"] == record["id"]


async def test_rights_that_change_change_open_streams(
    new_client: NewClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    clerk = await join(deals, await new_client("clerk"))
    listener = await listen(clerk.client)
    members = f"{deals.path}/members/{user_id(clerk.client)}"
    checked(await deals.client.patch(members, json={"role": "viewer"}), 200)
    assert (await listener.next_of("resync")).data == {}
    checked(await deals.client.delete(members), 204)
    await deals.update(record, amount="2")
    assert (await listener.next_of("resync", "record.updated")).event == "resync"
    tokens = f"/users/{user_id(clerk.client)}/tokens"
    token = checked(await deals.client.get(tokens), 200)["items"][0]["id"]
    checked(await deals.client.delete(f"{tokens}/{token}"), 204)
    await listener.ended()


async def test_jobs_tell_their_starter_how_far_they_are(
    new_client: NewClient, client: httpx.AsyncClient, deals: ProjectClient, listen: Listen
) -> None:
    other = await join(deals, await new_client("other"))
    starter, bystander = await listen(client), await listen(other.client)
    made = await upload(client, deals.path, "title,amount\n" + "".join(f"row {n},1\n" for n in range(50)))
    await run(client, deals.path, made["id"])
    while True:
        heard = await starter.next_of("import.progress")
        assert heard.data["id"] == made["id"]
        assert heard.data["project_id"] == deals.id
        if heard.data["status"] == "done":
            break
    await deals.add("marker")
    seen = [await bystander.next() for _ in range(51)]
    assert {heard.event for heard in seen} == {"record.created"}


async def test_nobody_opens_streams_without_end(client: httpx.AsyncClient, listen: Listen) -> None:
    opened = [await listen(client) for _ in range(PER_USER)]
    refused = await listen(client)
    assert (refused.response.status_code, refused.response.headers["retry-after"]) == (429, "5")
    await opened[0].__aexit__()
    for _ in range(600):
        if (await listen(client)).response.status_code == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a stream that was closed still counts")


async def test_what_another_process_writes_is_told_here(
    settings: Settings,
    kernel: Kernel,
    client: httpx.AsyncClient,
    deals: ProjectClient,
    record: Json,
    listen: Listen,
) -> None:
    listener = await listen(client)
    other = create_kernel(settings)
    await other.start()
    app: Litestar = create_app(other)
    base = str(client.base_url)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=base, headers=client.headers
    ) as elsewhere:
        await deals.seen_by(elsewhere).update(record, amount="3")
        assert (await listener.next()).data["changed"] == ["amount"]
    await other.stop()


async def test_a_slow_reader_is_told_to_read_anew(kernel: Kernel, client: httpx.AsyncClient) -> None:
    identity = await kernel.authenticator.bearer(client.headers["authorization"].split()[1])
    stream = EventStream(identity, None, 5)
    one = message("record.updated", EventData("1", "2"), 6, 2)
    stream.put([one] * MOST_WAITING, 6)
    assert len(await stream.next(0) or ()) == MOST_WAITING
    stream.put([one] * (MOST_WAITING + 1), 7)
    stream.put([one], 8)
    assert [(m.name, m.seq) for m in await stream.next(0) or ()] == [("resync", 7), ("record.updated", 6)]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_server_that_ends_ends_its_streams(engine: str, tmp_path: Path) -> None:
    settings = {"SMALT_DATA_DIR": str(tmp_path), "SMALT_SHUTDOWN_SECONDS": "600"}
    headers = {"Authorization": f"Bearer {new_token(settings)}"}
    with (
        started(tmp_path / "log", settings=settings) as server,
        httpx.Client(timeout=60) as client,
        client.stream("GET", f"{server.address}/api/v1/events", headers=headers) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        server.process.terminate()
        assert all(line == "" or line.startswith(("id:", ":")) for line in lines)
        assert server.process.wait(60) in (0, -15)
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_a_preview_is_told_what_a_role_is(
    client: httpx.AsyncClient, deals: ProjectClient, record: Json, listen: Listen
) -> None:
    """Administrators who look as a role hear what it may, and no more once it is gone."""
    role = {"name": "Junior", "fields": {"*": "read", "cost": "hidden"}, "scope": "{region} = 'north'"}
    made = checked(await client.post(f"{deals.path}/roles", json=role), 201)
    listener = await listen(client, see_as=f"projects/{deals.id}/roles/{made['id']}")
    await deals.add("South", region="south", amount="1")
    await deals.update(record, cost="7")
    await deals.update(record, cost="8", amount="9")
    heard = await listener.next()
    assert (heard.event, heard.data["record_id"]) == ("record.updated", record["id"])
    assert heard.data["changed"] == ["amount"]
    checked(await client.delete(f"{deals.path}/roles/{made['id']}"), 204)
    await listener.ended()
