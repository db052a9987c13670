"""Deleting and restoring records."""

from __future__ import annotations

import httpx

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults


async def test_a_deleted_record_is_gone_and_comes_back_with_everything(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    given = {"tags": ["SEO"], "assignees": ["admin@example.com"], "list": "Closed Won", "description": "d"}
    made = await crm.deals.add("Site", given, amount="5", confidence=3, customer=acme["id"])
    await crm.deals.delete(made)
    assert (await crm.deals.page(count=True)) == {"items": [], "next": None, "total": 0}
    assert await crm.deals.aggregate() == [{"group": {}, "measures": {"count": 0}}]
    assert (await crm.deals.try_record(made)).status_code == 404
    assert (await crm.deals.try_update(made, title="b")).status_code == 404
    back = await crm.deals.restore(made)
    assert back["version"] == 3
    moved = ("version", "updated_at")
    assert {n: v for n, v in back.items() if n not in moved} == {
        n: v for n, v in made.items() if n not in moved
    }


async def test_the_trash_can_be_read(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    kept, gone = await plain.add("kept"), await plain.add("gone", {"tags": ["SEO"]})
    await plain.delete(gone)
    (found,) = (await plain.page(deleted=True))["items"]
    assert (found["id"], found["title"], found["tags"]) == (gone["id"], "gone", gone["tags"])
    assert found["deleted_at"] >= gone["created_at"]
    path = f"{plain.path}/records"
    assert checked(await client.get(f"{path}/{gone['id']}", params={"deleted": True}), 200) == found
    assert (await client.get(f"{path}/{kept['id']}", params={"deleted": True})).status_code == 404
    assert await plain.titles(deleted=True, filter="{title} = 'kept'") == []


async def test_only_what_is_in_the_trash_is_restored(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    made = await plain.add("a")
    path = f"{plain.path}/records/{made['id']}"
    assert (await client.post(f"{path}/restore")).status_code == 404
    await plain.delete(made)
    assert (await client.delete(path)).status_code == 404
    await plain.restore(made)
    assert (await client.post(f"{path}/restore")).status_code == 404


async def test_a_record_whose_list_is_gone_returns_to_the_first(
    plain: ProjectClient, client: httpx.AsyncClient
) -> None:
    lists = checked(await client.get(f"{plain.path}/lists"), 200)["items"]
    made = await plain.add("a", {"list": "Doing"})
    await plain.delete(made)
    assert (await client.delete(f"{plain.path}/lists/{lists[1]['id']}")).status_code == 204
    back = await plain.restore(made)
    assert back["list_id"] == lists[0]["id"]
    assert await plain.titles(list="Open") == ["a"]


async def test_unique_values_of_the_trash_are_free(plain: ProjectClient) -> None:
    await plain.add_field("Email", "email", unique=True)
    gone = await plain.add("gone", email="a@b.example")
    await plain.delete(gone)
    taken = await plain.add("taken", email="A@b.example")
    answer = await plain.client.post(f"{plain.path}/records/{gone['id']}/restore")
    assert list(faults(answer, 409)) == ["/fields/email"]
    await plain.update(taken, email=None)
    assert (await plain.restore(gone))["fields"]["email"] == "a@b.example"


async def test_a_field_deleted_meanwhile(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    field = await plain.add_field("Amount", "number")
    made = await plain.add("a", amount=5)
    await plain.delete(made)
    await client.delete(f"{plain.path}/fields/amount")
    assert (await plain.restore(made))["fields"] == {}
    await client.post(f"{plain.path}/fields/{field['id']}/restore")
    assert await plain.fields(made) == made["fields"]
