"""Webhooks from outside: what arrives, signed, for whom, and what becomes of what does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook as Signer

from kernel.clock import OffsetClock
from kernel.runtime import Kernel, create_kernel
from kernel.services.webhooks.delivery_rows import BACKOFF, LEASE_MS, DeliveryRows, Hook
from kernel.services.webhooks.worker import PER_HOST
from kernel.settings import Settings
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join, new_project
from tests.kernel.api.webhooks.receiver import PATIENCE, Receiver, receiving


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Receivers of tests are on this machine; the clock can be moved."""
    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, allow_private_addresses=True, clock_offset=1
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def deals(client: httpx.AsyncClient) -> ProjectClient:
    project = await new_project(client, "Deals", "Open", "Won")
    await project.add_field("Amount", "number")
    await project.add_field("Cost", "number")
    return project


async def hook(client: httpx.AsyncClient, url: str, *events: str, **members: object) -> Json:
    body = {"url": url, "events": list(events)} | members
    return checked(await client.post("/webhooks", json=body), 201)


async def deliveries(client: httpx.AsyncClient, webhook: Json) -> list[Json]:
    found: list[Json] = checked(await client.get(f"/webhooks/{webhook['id']}/deliveries"), 200)["items"]
    return found


async def until(look: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is so."""
    for _ in range(int(PATIENCE / 0.02)):
        if await look():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to be")


def later(kernel: Kernel, seconds: float) -> None:
    """Move the clock, and have the worker look at it."""
    assert isinstance(kernel.clock, OffsetClock)
    kernel.clock.offset += timedelta(seconds=seconds)
    kernel.webhooks.worker.wake()


async def test_events_arrive_signed(
    client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    other = await new_project(client, "Other")
    made = await hook(client, receiver.url, "record.updated", "comment.*", project_id=deals.id)
    assert made["secret"].startswith("whsec_")
    record = await deals.add("Website")
    elsewhere = await other.add("One")
    await other.update(elsewhere, {"title": "Two"})
    await deals.update(record, amount=5)
    received = await receiver.next()
    payload = Signer(made["secret"]).verify(received.body, received.headers)
    assert payload["type"] == "record.updated"
    assert payload["data"] == {
        "project_id": deals.id, "record_id": record["id"], "version": 2, "changed": ["amount"], "by": user_id(client),
    }  # fmt: skip
    checked(await client.post(f"{deals.path}/records/{record['id']}/comments", json={"body": "Good."}), 201)
    assert (await receiver.next()).json["type"] == "comment.created"

    async def arrived() -> bool:
        return [d["status"] for d in await deliveries(client, made)] == ["done", "done"]

    await until(arrived)
    newest = (await deliveries(client, made))[0]
    assert (newest["event"], newest["response_code"], newest["attempts"]) == ("comment.created", 204, 1)
    again = checked(await client.post(f"/webhooks/{made['id']}/deliveries/{newest['id']}/replay"), 202)
    assert again["status"] == "queued"
    assert (await receiver.next()).headers["webhook-id"] == f"msg_{newest['id']}"
    assert checked(await client.post(f"/webhooks/{made['id']}/test"), 202)["event"] == "webhook.ping"
    assert (await receiver.next()).json["data"] == {}


async def test_the_owners_rights_at_delivery_count(
    kernel: Kernel, new_client: NewClient, deals: ProjectClient, receiver: Receiver
) -> None:
    clerk = await join(deals, await new_client("clerk"), fields={"*": "edit", "cost": "hidden"})
    made = await hook(clerk.client, receiver.url, "record.*")
    record = await deals.add("Website", cost=1)
    assert "cost" not in (await receiver.next()).json["data"]["changed"]
    await deals.update(record, cost=2)
    await deals.update(record, cost=3, amount=3)
    assert (await receiver.next()).json["data"]["changed"] == ["amount"]
    receiver.answer = lambda _: "503 Unavailable"
    await deals.update(record, amount=4)
    await receiver.next()

    async def failed_once() -> bool:
        return (await deliveries(clerk.client, made))[0]["response_code"] == 503

    await until(failed_once)
    checked(await deals.client.delete(f"{deals.path}/members/{user_id(clerk.client)}"), 204)
    await deals.update(record, amount=5)
    later(kernel, BACKOFF[0] + 1)

    async def dropped() -> bool:
        return all(d["status"] == "done" for d in await deliveries(clerk.client, made))

    await until(dropped)
    assert receiver.waiting == 0
    own = await new_project(clerk.client, "Own")
    receiver.answer = lambda _: "200 OK"
    await own.add("One")
    assert (await receiver.next()).json["data"]["project_id"] == own.id


async def test_what_fails_is_sent_again_for_a_day_and_then_no_more(
    kernel: Kernel, client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    assert sum(BACKOFF) == 24 * 60 * 60
    made = await hook(client, receiver.url, "record.created", project_id=deals.id)
    receiver.answer = lambda _: "500 Error"
    await deals.add("Website")
    seen = [await receiver.next()]
    for attempt, seconds in enumerate(BACKOFF, 1):

        async def waits(attempt: int = attempt) -> bool:
            return (await deliveries(client, made))[0]["attempts"] == attempt

        await until(waits)
        assert (await deliveries(client, made))[0]["status"] == "queued"
        later(kernel, seconds - 2)
        later(kernel, 3)
        seen.append(await receiver.next())
    assert len({received.headers["webhook-id"] for received in seen}) == 1

    async def off() -> bool:
        return not (await client.get(f"/webhooks/{made['id']}")).json()["enabled"]

    await until(off)
    found = checked(await client.get(f"/webhooks/{made['id']}"), 200)
    assert "status 500" in found["reason"]
    notice = checked(await client.get("/notifications"), 200)["items"][0]
    assert receiver.url in notice["text"]
    [delivery] = await deliveries(client, made)
    assert (delivery["status"], delivery["next_at"]) == ("failed", None)
    assert (await client.post(f"/webhooks/{made['id']}/test")).status_code == 409
    await deals.add("Not told")
    receiver.answer = lambda _: "200 OK"
    checked(await client.patch(f"/webhooks/{made['id']}", json={"enabled": True}), 200)
    told = await deals.add("Told")
    assert (await receiver.next()).json["data"]["record_id"] == told["id"]


async def test_a_day_is_over_also_where_the_server_was_off(
    kernel: Kernel, client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    made = await hook(client, receiver.url, "record.created", project_id=deals.id)
    receiver.answer = lambda _: "500 Error"
    await deals.add("Website")
    await receiver.next()

    async def is_queued_again() -> bool:
        return (await deliveries(client, made))[0]["attempts"] == 1

    await until(is_queued_again)
    later(kernel, 25 * 60 * 60)
    await receiver.next()

    async def off() -> bool:
        return not (await client.get(f"/webhooks/{made['id']}")).json()["enabled"]

    await until(off)
    checked(await client.patch(f"/webhooks/{made['id']}", json={"enabled": True}), 200)
    [delivery] = await deliveries(client, made)
    checked(await client.post(f"/webhooks/{made['id']}/deliveries/{delivery['id']}/replay"), 202)
    await receiver.next()
    await until(is_queued_again)  # what is sent once more has a day again


async def test_one_that_is_gone_is_switched_off_at_once(
    client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    made = await hook(client, receiver.url, "*")
    receiver.answer = lambda _: "410 Gone"
    await deals.add("Website")
    await receiver.next()

    async def off() -> bool:
        return "410" in ((await client.get(f"/webhooks/{made['id']}")).json()["reason"] or "")

    await until(off)


async def test_a_receiver_that_never_answers_holds_up_nobody(
    client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    async with receiving("127.0.0.2") as silent:
        silent.answer = lambda _: None
        for _ in range(2):
            await hook(client, silent.url, "record.created")
        await hook(client, receiver.url, "record.created")
        checked(await deals.batch(create=[{"title": f"{n}"} for n in range(20)]), 200)
        ids = {(await receiver.next()).json["data"]["record_id"] for _ in range(20)}
        assert len(ids) == 20
        assert silent.waiting == PER_HOST


async def test_several_processes_deliver_each_once(
    settings: Settings, kernel: Kernel, client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    other = create_kernel(settings)
    await other.start()
    made = await hook(client, receiver.url, "record.created")
    checked(await deals.batch(create=[{"title": f"{n}"} for n in range(60)]), 200)
    seen = [(await receiver.next()).headers["webhook-id"] for _ in range(60)]
    assert len(set(seen)) == 60

    async def all_done() -> bool:
        page = checked(await client.get(f"/webhooks/{made['id']}/deliveries"), 200)["items"]
        return [d["status"] for d in page] == ["done"] * 60

    await until(all_done)
    await other.stop()
    assert receiver.waiting == 0


async def test_what_a_dead_process_had_claimed_is_delivered_by_another(
    kernel: Kernel, client: httpx.AsyncClient, deals: ProjectClient, receiver: Receiver
) -> None:
    await kernel.webhooks.worker.stop()
    made = await hook(client, receiver.url, "record.created")
    await deals.add("Website")
    await until(lambda: deliveries(client, made))
    rows = DeliveryRows(kernel.database, kernel.rows, kernel.ids, kernel.clock)
    [[claimed]] = (await rows.claim({int(made["id"]): 5})).values()
    assert await rows.due() == []
    await kernel.webhooks.worker.start()
    later(kernel, LEASE_MS / 1000 + 1)
    assert (await receiver.next()).headers["webhook-id"] == f"msg_{claimed.id}"

    async def done() -> bool:
        return (await deliveries(client, made))[0]["status"] == "done"

    await until(done)
    await rows.failed(Hook(int(made["id"]), 0, None, "", ""), claimed, None, "late", again=False)
    assert await done(), "who was late does not have the last word"


async def test_what_is_asked_for_is_checked(
    new_client: NewClient, client: httpx.AsyncClient, deals: ProjectClient
) -> None:
    stranger = await new_client("stranger")
    body = {"url": "ftp://example.com", "events": ["record.created", "Nonsense"], "project_id": deals.id}
    assert set(faults(await stranger.post("/webhooks", json=body))) == {"/url", "/events/1", "/project_id"}
    typo = await stranger.post("/webhooks", json={"url": "https://a.example", "events": ["record.craeted"]})
    assert "Did you mean 'record.created'?" in faults(typo)["/events/0"]
    assert set(faults(await stranger.post("/webhooks", json={"url": "https://a.example", "events": []}))) == {
        "/events"
    }
    made = await hook(client, "https://a.example/x", "record.created")
    for answer in (
        await stranger.get(f"/webhooks/{made['id']}"),
        await stranger.patch(f"/webhooks/{made['id']}", json={"enabled": False}),
        await stranger.delete(f"/webhooks/{made['id']}"),
        await stranger.get(f"/webhooks/{made['id']}/deliveries"),
        await stranger.post(f"/webhooks/{made['id']}/test"),
        await client.post(f"/webhooks/{made['id']}/deliveries/1/replay"),
    ):
        assert answer.status_code == 404
    assert checked(await stranger.get("/webhooks"), 200)["items"] == []
    [listed] = checked(await client.get("/webhooks"), 200)["items"]
    assert "secret" not in listed
    checked(await client.delete(f"/webhooks/{made['id']}"), 204)
    assert checked(await client.get("/webhooks"), 200)["items"] == []
