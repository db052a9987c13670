"""Many writers at once, and what a record has when it comes back from the trash."""

from __future__ import annotations

import asyncio
import multiprocessing
from typing import Any

import httpx

from kernel.access.actor import SYSTEM
from kernel.runtime import create_kernel
from kernel.settings import Settings
from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, join

WRITERS, ROUNDS = 20, 3
PROCESSES, EACH = 8, 15


async def test_of_twenty_writers_one_wins_and_the_others_see_why(plain: ProjectClient) -> None:
    await plain.add_field("Size", "number")
    record = await plain.add("r", size=0)
    path = f"{plain.path}/records/{record['id']}"
    for number in range(ROUNDS):
        before = await plain.record(record)
        tag = {"If-Match": f'"{before["version"]}"'}
        answers = await asyncio.gather(
            *(
                plain.client.patch(path, json={"fields": {"size": 100 * number + n + 1}}, headers=tag)
                for n in range(WRITERS)
            )
        )
        winner = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert len(winner) == 1
        now = answers[winner[0]].json()
        assert (now["version"], now) == (before["version"] + 1, await plain.record(record))
        for n, answer in enumerate(answers):
            if n != winner[0]:
                assert checked(answer, 412)["conflict"] == [
                    {
                        "field": "size",
                        "base": before["fields"]["size"],
                        "yours": str(100 * number + n + 1),
                        "theirs": now["fields"]["size"],
                    }
                ]


async def test_a_conflict_shows_both_sides_as_far_as_one_may_see_them(
    crm: Crm, new_client: NewClient
) -> None:
    junior = await join(crm.deals, await new_client("junior"), fields={"*": "edit", "cost": "hidden"})
    acme = await crm.customers.add("Acme")
    deal = await crm.deals.add("Site", amount="5", cost="1")
    await crm.deals.update(deal, {"title": "Shop", "tags": ["SEO"]}, cost="2", customer=acme["id"])
    await crm.deals.move(deal, list="Negotiations")
    path = f"{crm.deals.path}/records/{deal['id']}"
    late = {"title": "Site!", "tags": ["website"], "fields": {"amount": 6}}
    for client, customer in (
        (crm.deals.client, [{"id": acme["id"], "title": "Acme"}]),
        (junior.client, None),
    ):
        answer = await client.patch(path, json=late, headers={"If-Match": '"1"'})
        conflict = {entry.pop("field"): entry for entry in checked(answer, 412)["conflict"]}
        money = {"amount": "5.00", "currency": "EUR"}, {"amount": "6.00", "currency": "EUR"}
        assert conflict["amount"] == {"base": money[0], "yours": money[1], "theirs": money[0]}
        assert conflict["title"] == {"base": "Site", "yours": "Site!", "theirs": "Shop"}
        assert [conflict["list"][side]["name"] for side in ("base", "yours", "theirs")] == [
            "Qualification", "Qualification", "Negotiations",
        ]  # fmt: skip
        tags = {side: [tag["name"] for tag in conflict["tags"][side]] for side in conflict["tags"]}
        assert tags == {"base": [], "yours": ["website"], "theirs": ["SEO"]}
        assert ("cost" in conflict) == (customer is not None)
        assert conflict["customer"]["theirs"] == (customer or [{"hidden": True}])
    unknown = await crm.deals.client.patch(path, json=late, headers={"If-Match": '"99"'})
    assert "conflict" not in checked(unknown, 412)


def _write_records(settings: Settings, project_id: int, name: str) -> list[int]:
    """What one process does: adds records, all at once, and gives their ids."""

    async def write() -> list[int]:
        kernel = create_kernel(settings)
        await kernel.start()
        made = [
            kernel.records.create(SYSTEM, project_id, {"title": f"{name} {n}"}) for n in range(EACH)
        ]  # fmt: skip
        found = [record_id for record_id, _ in await asyncio.gather(*made)]
        await kernel.stop()
        return found

    return asyncio.run(write())


async def test_eight_processes_give_no_number_twice(plain: ProjectClient, settings: Settings) -> None:
    await plain.add_field("Ticket", "unique_id", {"prefix": "T-"})
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kernel.runtime"])
    pool = await asyncio.to_thread(context.Pool, PROCESSES)
    try:
        work = [(settings, int(plain.id), f"process {n}") for n in range(PROCESSES)]
        ids = await asyncio.to_thread(pool.starmap, _write_records, work, 1)
    finally:
        await asyncio.to_thread(pool.terminate)
        await asyncio.to_thread(pool.join)
    records = await plain.every(1000)
    assert {record["id"] for record in records} == {str(i) for made in ids for i in made}
    numbers = sorted(int(record["fields"]["ticket"].removeprefix("T-")) for record in records)
    assert numbers == list(range(1, PROCESSES * EACH + 1))


async def _all_of(crm: Crm, customer: Json) -> dict[str, Any]:
    """Everything that hangs on a customer, but for what tells of the last change."""
    path = f"{crm.customers.path}/records/{customer['id']}"
    found: dict[str, Any] = {}
    for part in ("comments", "checklists", "dependencies", "followers", "reminders", "repeat"):
        found[part] = checked(await crm.customers.client.get(f"{path}/{part}"), 200)
    found["deals"] = checked(await crm.customers.client.get(f"{path}/referenced-by"), 200)["items"]
    found["seen"] = [(r["id"], r["version"], r["fields"]) for r in await crm.deals.every(500)]
    record = await crm.customers.record(customer)
    found["record"] = {n: v for n, v in record.items() if n not in ("version", "updated_at")}
    return found


async def test_a_customer_comes_back_with_all_that_was_there(crm: Crm, client: httpx.AsyncClient) -> None:
    await crm.customers.add_tag("key account")
    given = {"tags": ["key account"], "assignees": ["admin@example.com"], "due_at": "2099-12-01T09:00:00Z"}
    acme = await crm.customers.add("Acme", given, email="ewa@acme.example", size=5, category="Retail")
    other = await crm.customers.add("Other")
    deals = [{"title": f"Deal {n}", "fields": {"customer": acme["id"], "amount": n}} for n in range(500)]
    assert (await crm.deals.batch(create=deals)).status_code == 200
    path = f"{crm.customers.path}/records/{acme['id']}"
    for part, body in (
        ("comments", {"body": "**One**"}), ("comments", {"body": "Two"}), ("followers", {}),
        ("checklists", {"name": "Steps"}), ("reminders", {"before": "due_at", "seconds": 60}),
        ("dependencies", {"record_id": other["id"], "relation": "blocks"}),
    ):  # fmt: skip
        checked(await client.post(f"{path}/{part}", json=body), 201)
    (steps,) = checked(await client.get(f"{path}/checklists"), 200)["items"]
    checked(await client.post(f"{path}/checklists/{steps['id']}/items", json={"title": "Call"}), 201)
    checked(await client.put(f"{path}/repeat", json={"frequency": "yearly"}), 200)
    before = await _all_of(crm, acme)
    assert before["deals"][0]["total"] == 500
    assert before["seen"][0][2]["customer_email"] == ["ewa@acme.example"]
    await crm.customers.delete(acme)
    gone = await crm.deals.every(500)
    assert all(r["fields"]["customer"] == [] and r["fields"]["customer_email"] == [] for r in gone)
    await crm.customers.restore(acme)
    assert await _all_of(crm, acme) == before
