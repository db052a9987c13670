"""Searching: over projects and text of all kinds, never stale, never telling what is hidden."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest

from kernel.runtime import Kernel
from kernel.storage.database import Statement
from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join


async def search(client: httpx.AsyncClient, q: str, **query: Any) -> list[Json]:
    found: list[Json] = checked(await client.get("/search", params={"q": q} | query), 200)["items"]
    return found


async def hits(client: httpx.AsyncClient, q: str, **query: Any) -> list[str]:
    return [item["title"] for item in await search(client, q, **query)]


@pytest.fixture(params=["indexed", "touched"])
async def settle(request: pytest.FixtureRequest, kernel: Kernel) -> Any:
    """Answers must be the same before records are in the index and after; two states, one test."""

    async def run() -> None:
        if request.param == "indexed":
            await kernel.search_indexing.catch_up()
            [[count]] = await kernel.database.read(Statement("SELECT count(*) FROM smalt_unsearched"))
            assert count == (0,)

    return run


async def test_over_projects_and_kinds_of_text(crm: Crm, settle: Any, client: httpx.AsyncClient) -> None:
    await crm.deals.add_field("Number", "unique_id", {"prefix": "DEAL-", "digits": 4})
    await crm.customers.add_field("Notes", "long_text")
    acme = await crm.customers.add("Acme", email="ewa@acme.example", notes="Fabryka w Łodzi\nod 1998 roku")
    await crm.customers.add("Acme Logistics")
    await crm.customers.add("The Acme of Lublin")
    deal = await crm.deals.add("Website", {"description": "For **Acme**", "list": "Negotiations"})
    path = f"{crm.deals.path}/records/{deal['id']}/comments"
    checked(await client.post(path, json={"body": "They asked for an acmeish logo, urgently."}), 201)
    await settle()
    assert await hits(client, "acme") == ["Acme", "Acme Logistics", "The Acme of Lublin", "Website"]
    assert await hits(client, "ACM") == ["Acme Logistics", "Acme", "The Acme of Lublin", "Website"]
    assert await hits(client, "acme l") == ["Acme Logistics", "The Acme of Lublin"]
    assert await hits(client, "lodzi r") == []
    assert await hits(client, "lodzi 199") == await hits(client, "ŁODZI") == ["Acme"]
    assert await hits(client, "deal-0001") == await hits(client, "DEAL 0001") == ["Website"]
    assert await hits(client, "acme.example") == ["Acme"]
    assert await hits(client, "nothing") == await hits(client, "!!! ") == await hits(client, "cme") == []
    assert await hits(client, "acme", project=crm.deals.id) == ["Website"]
    [found] = await search(client, "urgent")
    assert (found["project_id"], found["record_id"], found["list"]["name"]) == (
        crm.deals.id, deal["id"], "Negotiations",
    )  # fmt: skip
    assert found["matched"] == [{"field": "comments", "snippet": "They asked for an acmeish logo, urgently."}]
    [found] = await search(client, "fabryka acme")
    assert [m["field"] for m in found["matched"]] == ["title", "email", "notes"]
    assert found["record_id"] == acme["id"]
    assert await crm.customers.titles(q="acme", filter="{email} != BLANK()", sort="-title") == ["Acme"]
    assert (await crm.customers.page(q="acme", count=True))["total"] == 3


async def test_pages(plain: ProjectClient, settle: Any, client: httpx.AsyncClient) -> None:
    for number in range(7):
        await plain.add(f"{'Needle' if number % 2 else 'A needle'} {number}")
    await settle()
    everything = await hits(client, "needle")
    assert everything == [f"Needle {n}" for n in (5, 3, 1)] + [f"A needle {n}" for n in (6, 4, 2, 0)]
    page = checked(await client.get("/search", params={"q": "needle", "limit": 3}), 200)
    found = [item["title"] for item in page["items"]]
    await plain.add("Needle 9")
    while page["next"]:
        query = {"q": "needle", "limit": 3, "cursor": page["next"]}
        page = checked(await client.get("/search", params=query), 200)
        found += [item["title"] for item in page["items"]]
    assert found == everything
    assert list(faults(await client.get("/search", params={"q": "x", "cursor": "abc"}))) == ["?cursor"]
    assert (await client.get("/search", params={"q": "x", "project": "17"})).status_code == 404
    assert (await client.get("/search")).status_code == 422


async def test_what_is_hidden_is_not_found(
    crm: Crm, settle: Any, new_client: NewClient, client: httpx.AsyncClient
) -> None:
    await crm.customers.add_field("Secret", "text")
    seen = await crm.customers.add("Seen", secret="zebra", category="Retail")
    await crm.customers.add("Unseen", {"description": "zebra"}, category="Medical")
    path = f"{crm.customers.path}/records/{seen['id']}/comments"
    checked(await client.post(path, json={"body": "zebra"}), 201)
    rules = {"*": "edit", "secret": "hidden", "comments": "hidden"}
    reader = await join(
        crm.customers, await new_client("reader"), fields=rules, scope="{category} = 'Retail'"
    )
    await settle()
    assert await hits(client, "zebra") == ["Unseen", "Seen"]
    assert await hits(reader.client, "zebra") == await reader.titles(q="zebra") == []
    assert await hits(reader.client, "seen") == ["Seen"]
    assert await hits(await new_client("stranger"), "zebra") == []
    blind = {"*": "hidden", "description": "read"}
    other = await join(crm.customers, await new_client("blind"), fields=blind)
    [found] = await search(other.client, "zebra")
    assert (found["title"], found["list"], found["matched"]) == (
        "", None, [{"field": "description", "snippet": "zebra"}],
    )  # fmt: skip
    assert await hits(other.client, "unseen") == []


async def test_every_change_is_found_at_once(
    plain: ProjectClient, kernel: Kernel, client: httpx.AsyncClient
) -> None:
    """Against a model, with the index made at random moments between."""
    await plain.add_field("Note", "text")
    random_ = random.Random(7)
    model: dict[str, str] = {}
    trash: dict[str, str] = {}

    async def check() -> None:
        for word in ("apple", "banana", "cherry"):
            expected = sorted(i for i, text in model.items() if word in text.split())
            assert sorted(f["record_id"] for f in await search(client, word)) == expected
            assert sorted(r["id"] for r in (await plain.page(q=word[:3]))["items"]) == expected

    for step in range(24):
        note = " ".join(random_.sample(["apple", "banana", "cherry"], random_.randint(0, 2))) or "none"
        choice = random_.choice(["add", "add", "change", "delete", "restore"])
        if choice == "add" or not model:
            model[(await plain.add(f"r{step}", note=note))["id"]] = note
        elif choice == "change":
            id_ = random_.choice(list(model))
            await plain.update(id_, note=note)
            model[id_] = note
        elif choice == "delete":
            id_ = random_.choice(list(model))
            await plain.delete(id_)
            trash[id_] = model.pop(id_)
        elif trash:
            id_ = random_.choice(list(trash))
            await plain.restore(id_)
            model[id_] = trash.pop(id_)
        if step % 5 == 4:
            await kernel.search_indexing.catch_up()
        await check()
    changed = checked(
        await client.patch(f"{plain.path}/fields/note", json={"type": "long_text", "config": {}}), 200
    )
    assert changed["type"] == "long_text"
    await check()
    checked(await client.delete(f"{plain.path}/fields/note"), 204)
    assert await hits(client, "apple") == []
    await kernel.search_indexing.catch_up()
    checked(await client.post(f"{plain.path}/fields/{changed['id']}/restore"), 200)
    await check()
    await kernel.search_indexing.catch_up()
    await check()


async def test_the_past(plain: ProjectClient, kernel: Kernel) -> None:
    was = await plain.add("Before the change")
    await plain.add("Another")
    await kernel.search_indexing.catch_up()
    changed = await plain.update(was, {"title": "Afterwards"})
    then = was["updated_at"]
    assert then < changed["updated_at"]
    for as_of, word in ((then, "before"), (changed["updated_at"], "after")):
        for q in ("before", "after"):
            found = [r["id"] for r in (await plain.page(q=q, as_of=as_of))["items"]]
            assert found == ([was["id"]] if q == word else []), (q, as_of)


async def test_processes_that_see_new_fields_at_once(plain: ProjectClient, kernel: Kernel) -> None:
    await kernel.search_indexing.stop()
    await plain.add("Acme")
    await asyncio.gather(*(kernel.search_indexing.catch_up() for _ in range(8)))
    assert await hits(plain.client, "acme") == ["Acme"]
    [[count]] = await kernel.database.read(Statement("SELECT count(*) FROM smalt_unsearched"))
    assert count == (0,)
