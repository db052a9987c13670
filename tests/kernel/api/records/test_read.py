"""Reading records one by one and in pages, and what a project shows at all."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults, new_project


async def test_records_that_are_not_there(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    other = await new_project(client, "Other")
    foreign = await other.add("a")
    for name in (foreign["id"], "0", "17", "-1", "x", "9" * 30, "%00", "1.5", "１"):
        for answer in (
            await plain.try_record(name),
            await plain.try_update(name, title="b"),
            await plain.try_record(name, "/history"),
            await plain.try_record(name, "/referenced-by"),
            await client.delete(f"{plain.path}/records/{name}"),
            await client.post(f"{plain.path}/records/{name}/restore"),
            await client.post(f"{plain.path}/records/{name}/copy"),
            await client.post(f"{plain.path}/records/{name}/move", json={"position": "last"}),
        ):
            assert answer.status_code == 404, (name, answer.request.url, answer.text)
    assert (await other.record(foreign))["version"] == 1


async def test_projects_that_may_not_be_seen(plain: ProjectClient, new_client: NewClient) -> None:
    record = await plain.add("a")
    stranger = plain.seen_by(await new_client("stranger"))
    for answer in (
        await stranger.get(),
        await stranger.query(),
        await stranger.try_aggregate(),
        await stranger.batch(delete=[record["id"]]),
        await stranger.try_add(),
        await stranger.try_record(record),
        await stranger.try_record(record, "/history"),
        await stranger.try_update(record, title="b"),
    ):
        assert answer.status_code == 404, answer.text
    for project in ("0", "17", "x", "9" * 30):
        assert (await ProjectClient(plain.client, project).get()).status_code == 404
    assert await plain.record(record) == record


async def test_a_page_holds_records_as_they_are_read_alone(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    made = await crm.deals.add("Site", {"tags": ["SEO", "website"]}, amount="5", customer=acme["id"])
    page = await crm.deals.page(count=True)
    assert page == {"items": [made], "next": None, "total": 1}
    answer = await crm.deals.query(count=True)
    assert checked(answer, 200) == page


async def test_choosing_fields(crm: Crm) -> None:
    made = await crm.deals.add("Site", {"tags": ["SEO"]}, amount="5", confidence=3)
    always = {name: made[name] for name in ("id", "project_id", "list_id", "title", "version")}
    chosen = (await crm.deals.page(fields="amount, tags,due_date"))["items"]
    assert chosen == [
        always | {"tags": made["tags"], "due_at": None, "fields": {"amount": made["fields"]["amount"]}}
    ]
    field = (await crm.deals.client.get(f"{crm.deals.path}/fields/amount")).json()["id"]
    answer = await crm.deals.query(fields=[field])
    assert answer.json()["items"] == [always | {"fields": {"amount": made["fields"]["amount"]}}]
    assert (await crm.deals.page(fields=""))["items"] == [always | {"fields": {}}]
    for refused in (
        await crm.deals.get(fields="amount,confidnce"),
        await crm.deals.query(fields=["confidnce"]),
    ):
        assert list(faults(refused)) == ["/fields"]
        assert "'confidence'" in faults(refused)["/fields"]


async def test_wrong_parameters(plain: ProjectClient) -> None:
    for query in ({"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"count": "maybe"}, {"q": "x" * 501}):
        answer = await plain.get(**query)
        assert answer.status_code in (400, 422), (query, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")
    for body in ({"limit": 0}, {"limit": "5"}, {"fields": "a"}, {"filter": 5}, {"filter": []}, {"sort": []}):
        assert list(faults(await plain.query(**body))) == [f"/{next(iter(body))}"], body
    assert "'filter'" in faults(await plain.query(fliter="1"))["/fliter"]


async def test_default_fields_that_are_off(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    given = {"description": "d", "due_at": "2026-01-01", "start_at": "2026-01-01", "tags": ["SEO"],
             "assignees": ["admin@example.com"]}  # fmt: skip
    made = await plain.add("a", given)
    await plain.change(default_fields=[])
    gone = ("description", "due_at", "start_at", "tags", "assignees")
    bare = {name: value for name, value in made.items() if name not in gone}
    assert await plain.record(made) == bare
    assert (await plain.page())["items"] == [bare]
    for name in gone:
        assert list(faults(await plain.try_add(**{name: given[name]}))) == [f"/{name}"]
        assert list(faults(await plain.try_update(made, **{name: given[name]}))) == [f"/{name}"]
        for asked in (
            await plain.get(filter=f"{{{name}}} = BLANK()"),
            await plain.get(sort=name),
            await plain.query(filter={"field": name, "op": "is_empty"}),
            await plain.get(fields=name),
            await plain.try_aggregate(group_by=[name]),
            await plain.try_aggregate(measures={"n": {"function": "count", "field": name}}),
        ):
            assert asked.status_code == 422, (name, asked.text)
            assert f"There is no field '{name}'" in asked.text, (name, asked.text)
    assert (await plain.get(tag="SEO")).status_code == 422
    await plain.change(default_fields=["description", "tags", "assignees", "start_date", "due_date"])
    assert await plain.record(made) == made
    other = await new_project(client, "Other")
    assert set(await other.add("b")) == set(made)


async def test_the_title_stays_whatever_is_off(plain: ProjectClient) -> None:
    changed = await plain.change(default_fields=["description"])
    assert changed["default_fields"] == ["title", "description"]
    assert (await plain.add("a", {"description": "d"}))["description"] == "d"
