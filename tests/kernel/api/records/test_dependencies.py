"""Dependencies between records, also of several projects."""

from __future__ import annotations

import asyncio

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked

WITHOUT = ["title", "description", "assignees", "start_date", "due_date", "tags", "checklists"]


def path_of(project: ProjectClient, record: Json) -> str:
    return f"{project.path}/records/{record['id']}/dependencies"


async def try_add(
    project: ProjectClient, record: Json, relation: str, other: Json, there: ProjectClient | None = None
) -> httpx.Response:
    body = {"relation": relation, "record_id": other["id"]} | ({"project_id": there.id} if there else {})
    return await project.client.post(path_of(project, record), json=body)


async def shown(project: ProjectClient, record: Json) -> list[tuple[str, str]]:
    found = checked(await project.client.get(path_of(project, record)), 200)["items"]
    return [(d["relation"], d["title"]) for d in found]


async def test_both_ends_show_a_dependency(crm: Crm) -> None:
    deal, delivery = await crm.deals.add("Deal"), await crm.deliveries.add("Delivery")
    made = checked(await try_add(crm.deals, deal, "blocks", delivery, crm.deliveries), 201)
    assert made == {"relation": "blocks", "project_id": crm.deliveries.id, "record_id": delivery["id"],
                    "title": "Delivery", "completed": False}  # fmt: skip
    assert await shown(crm.deals, deal) == [("blocks", "Delivery")]
    assert await shown(crm.deliveries, delivery) == [("blocked_by", "Deal")]
    checked(await try_add(crm.deals, deal, "blocks", delivery, crm.deliveries), 409)
    for project, record in ((crm.deals, deal), (crm.deliveries, delivery)):
        assert (await project.history(record))[-1]["kind"] == "dependency.created"
    change = (await crm.deals.history(deal))[-1]["changes"][0]
    assert change["to"] == {"relation": "blocks", "record": {"id": delivery["id"], "title": "Delivery"}}
    checked(await crm.deals.client.delete(f"{path_of(crm.deliveries, delivery)}/{deal['id']}"), 204)
    assert await shown(crm.deals, deal) == []
    checked(await crm.deals.client.delete(f"{path_of(crm.deliveries, delivery)}/{deal['id']}"), 404)


async def test_a_circle_is_refused_with_its_chain(plain: ProjectClient) -> None:
    a, b, c = [await plain.add(title) for title in "abc"]
    checked(await try_add(plain, a, "blocks", b), 201)
    checked(await try_add(plain, c, "blocked_by", b), 201)
    problem = checked(await try_add(plain, c, "blocks", a), 422)
    assert "'c' → 'a' → 'b' → 'c'" in problem["detail"]
    assert "'b' → 'a' → 'b'" in checked(await try_add(plain, a, "blocked_by", b), 422)["detail"]
    assert "'a' → 'a'" in checked(await try_add(plain, a, "blocks", a), 422)["detail"]
    assert await shown(plain, a) == [("blocks", "b")]
    await plain.delete(b)
    assert await shown(plain, a) == []
    assert "a hidden record" in checked(await try_add(plain, c, "blocks", a), 422)["detail"]
    await plain.restore(b)
    assert await shown(plain, b) == [("blocked_by", "a"), ("blocks", "c")]


async def test_two_at_once_make_no_circle(plain: ProjectClient) -> None:
    a, b = await plain.add("a"), await plain.add("b")
    answers = await asyncio.gather(try_add(plain, a, "blocks", b), try_add(plain, b, "blocks", a))
    assert sorted(answer.status_code for answer in answers) == [201, 422]


async def test_switched_off_and_on_again(crm: Crm) -> None:
    deal, delivery = await crm.deals.add("Deal"), await crm.deliveries.add("Delivery")
    checked(await try_add(crm.deals, deal, "blocks", delivery, crm.deliveries), 201)
    await crm.deliveries.change(default_fields=WITHOUT)
    checked(await crm.deliveries.client.get(path_of(crm.deliveries, delivery)), 404)
    assert await shown(crm.deals, deal) == []
    checked(await try_add(crm.deals, await crm.deals.add("x"), "blocks", delivery, crm.deliveries), 422)
    await crm.deliveries.change(default_fields=[*WITHOUT, "dependencies"])
    assert await shown(crm.deliveries, delivery) == [("blocked_by", "Deal")]


async def test_records_that_a_reader_does_not_see_are_left_out(crm: Crm, new_client: NewClient) -> None:
    deal, delivery = await crm.deals.add("Deal"), await crm.deliveries.add("Secret")
    checked(await try_add(crm.deals, deal, "blocks", delivery, crm.deliveries), 201)
    client = await new_client("ewa")
    body = {"user": user_id(client), "role": "member"}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=body), 201)
    ewa = crm.deals.seen_by(client)
    assert await shown(ewa, deal) == []
    assert (await ewa.history(deal))[-1]["changes"][0]["to"]["record"] == {"hidden": True}
    checked(await client.delete(f"{path_of(ewa, deal)}/{delivery['id']}"), 404)
    problem = checked(await try_add(ewa, deal, "blocked_by", delivery, crm.deliveries), 422)
    unknown = checked(await try_add(ewa, deal, "blocked_by", {"id": "17"}, crm.deliveries), 422)
    assert problem == unknown
