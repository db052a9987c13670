"""Fields whose values the kernel gives out: each number once, on every way in."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from kernel.access.actor import SYSTEM
from kernel.runtime import Kernel, create_kernel
from kernel.services.record_batch import BatchInput
from kernel.settings import Settings
from tests.kernel.api.records.projects import ProjectClient, checked, faults

PROCESSES = 4
EACH = 25


async def numbers(project: ProjectClient) -> list[str]:
    return [r["fields"]["ticket"] for r in (await project.page(sort="ticket", limit=1000))["items"]]


async def test_numbers_on_every_way_in(plain: ProjectClient) -> None:
    old = await plain.add("old")
    gone = await plain.add("gone")
    await plain.delete(gone)
    await plain.add_field("Ticket", "unique_id", {"prefix": "T-", "digits": 3})
    assert (await plain.fields(old))["ticket"] == "T-001"
    assert (await plain.restore(gone))["fields"]["ticket"] == "T-002"
    third = await plain.add("third")
    checked(await plain.batch(create=[{"title": "a"}, {"title": "b"}]), 200)
    copied = checked(await plain.client.post(f"{plain.path}/records/{third['id']}/copy", json={}), 201)
    assert copied["fields"]["ticket"] == "T-006"
    assert await numbers(plain) == [f"T-00{n}" for n in range(1, 7)]
    assert await plain.titles(filter="{ticket} = 't-003'") == ["third"]


async def test_a_number_is_never_given_again(plain: ProjectClient) -> None:
    await plain.add_field("Ticket", "unique_id")
    first, second = await plain.add("a"), await plain.add("b")
    await plain.delete(second)
    refused = await plain.batch(create=[{"title": "x"}, {"title": ""}], atomic=True)
    assert refused.status_code == 422
    third = await plain.add("c")
    assert int(third["fields"]["ticket"]) >= 3
    assert (await plain.restore(second))["fields"]["ticket"] == "2"
    assert (await plain.fields(first))["ticket"] == "1"


async def test_sorted_by_number(plain: ProjectClient) -> None:
    await plain.add_field("Ticket", "unique_id", {"prefix": "T-"})
    checked(await plain.batch(create=[{"title": str(n)} for n in range(1, 13)]), 200)
    assert await plain.titles(sort="ticket") == [str(n) for n in range(1, 13)]
    found = await plain.every(5, sort="-ticket")
    assert [r["title"] for r in found] == [str(n) for n in range(12, 0, -1)]


async def test_nobody_writes_it(plain: ProjectClient) -> None:
    await plain.add_field("Ticket", "unique_id")
    record = await plain.add("a")
    for value in (7, "7", None):
        assert "/fields/ticket" in faults(await plain.try_add(fields={"ticket": value}))
        assert "/fields/ticket" in faults(await plain.try_update(record, fields={"ticket": value}))
    assert (await plain.fields(record))["ticket"] == "1"
    for flag in ("required", "unique", "indexed"):
        body = {"name": "x", "type": "unique_id", flag: True}
        assert f"/{flag}" in faults(await plain.client.post(f"{plain.path}/fields", json=body))


async def test_the_field_in_the_trash_goes_on_counting(plain: ProjectClient, kernel: Kernel) -> None:
    field = await plain.add_field("Ticket", "unique_id")
    await plain.add("a")
    await plain.client.delete(f"{plain.path}/fields/{field['id']}")
    await plain.add("b")
    checked(await plain.client.post(f"{plain.path}/fields/{field['id']}/restore"), 200)
    await kernel.plugins.switch(SYSTEM, "fields.unique_id", False)
    await plain.add("c")
    await kernel.plugins.switch(SYSTEM, "fields.unique_id", True)
    assert await numbers(plain) == ["1", "2", "3"]


async def test_its_look_and_its_type_may_change(plain: ProjectClient) -> None:
    field = await plain.add_field("Ticket", "unique_id", {"prefix": "A-"})
    await plain.add("a")
    path = f"{plain.path}/fields/{field['id']}"
    checked(await plain.client.patch(path, json={"config": {"prefix": "B-", "digits": 2}}), 200)
    assert await numbers(plain) == ["B-01"]
    checked(await plain.client.patch(path, json={"type": "text", "config": {}}), 200)
    await plain.add("b", ticket="free text")
    body = {"type": "unique_id", "config": {}, "accept_loss": True}
    checked(await plain.client.patch(path, json=body), 200)
    assert await numbers(plain) == ["2", "3"]


async def test_several_processes_at_once(plain: ProjectClient, settings: Settings) -> None:
    await plain.add_field("Ticket", "unique_id")
    others = [create_kernel(settings) for _ in range(PROCESSES)]
    actor = replace(SYSTEM, via="api")

    async def fill(kernel: Kernel) -> None:
        for number in range(EACH):
            if number % 5:
                await kernel.records.create(actor, int(plain.id), {"title": "x"})
            else:
                batch = BatchInput(create=[{"title": "y"}, {"title": "z"}])
                await kernel.record_batch.write(actor, int(plain.id), batch)

    for kernel in others:
        await kernel.start()
    try:
        await asyncio.gather(*(fill(kernel) for kernel in others))
    finally:
        for kernel in others:
            await kernel.stop()
    found = await numbers(plain)
    assert len(found) == len(set(found)) == PROCESSES * EACH * 6 // 5
