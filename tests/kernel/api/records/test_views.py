"""Saved views: checked when saved, readable whatever becomes of what they name, and never telling."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join

HIDDEN = {"*": "edit", "cost": "hidden", "profit": "hidden"}


async def save(project: ProjectClient, status: int = 201, **view: Any) -> Json:
    return checked(await project.client.post(f"{project.path}/views", json={"name": "V"} | view), status)


async def listed(project: ProjectClient) -> list[Json]:
    found: list[Json] = checked(await project.client.get(f"{project.path}/views"), 200)["items"]
    return found


async def change(project: ProjectClient, view: Json, status: int = 200, **members: Any) -> Json:
    return checked(await project.client.patch(f"{project.path}/views/{view['id']}", json=members), status)


@pytest.fixture
async def junior(crm: Crm, new_client: NewClient) -> ProjectClient:
    """Opportunities as somebody sees them from whom the costs are hidden."""
    return await join(crm.deals, await new_client("junior"), fields=HIDDEN)


@pytest.fixture
async def deals(crm: Crm) -> ProjectClient:
    await crm.deals.add("small", {"list": "Negotiations"}, amount="5", cost="4")
    await crm.deals.add("large", {"list": "Negotiations"}, amount="500", cost="1")
    await crm.deals.add("won", {"list": "Closed Won"}, amount="50", cost="9")
    return crm.deals


async def test_records_are_read_through_a_view(deals: ProjectClient) -> None:
    view = await save(
        deals,
        filter="{list} = 'Negotiations'",
        sort="-amount",
        fields=["amount", {"field": "list", "width": 120}],
    )
    assert view["fields"] == [{"field": "amount", "width": None}, {"field": "list", "width": 120}]
    page = await deals.page(view=view["id"], count=True)
    assert [r["title"] for r in page["items"]] == ["large", "small"]
    assert page["total"] == 2
    assert set(page["items"][0]["fields"]) == {"amount"}
    assert await deals.titles(view=view["id"], filter="{amount} < 100") == ["small"]
    assert await deals.titles(view=view["id"], sort="title", limit=1) == ["large"]
    assert set((await deals.page(view=view["id"], fields="cost"))["items"][0]["fields"]) == {"cost"}
    first = await deals.page(view=view["id"], limit=1)
    tree = {"field": "list", "op": "eq", "value": "Negotiations"}
    await change(deals, view, filter={"not": tree})
    assert list(faults(await deals.get(view=view["id"], limit=1, cursor=first["next"]))) == ["/cursor"]
    body = checked(await deals.query(view=view["id"], filter="{amount} > 1"), 200)
    assert [r["title"] for r in body["items"]] == ["won"]
    assert list(faults(await deals.get(view="1"))) == ["/view"]


async def test_faults_are_told_together(deals: ProjectClient) -> None:
    answer = await deals.client.post(
        f"{deals.path}/views",
        json={"name": " ", "filter": "{amont} > 1", "sort": "nothing", "group": "x",
              "fields": ["amount", {"field": "y"}, "amount"], "card_fields": ["z"]},
    )  # fmt: skip
    found = faults(answer)
    assert sorted(found) == [
        "/card_fields/0", "/fields/1/field", "/fields/2/field", "/filter", "/group", "/name", "/sort",
    ]  # fmt: skip
    assert "Did you mean 'amount'?" in found["/filter"]
    board = await deals.client.post(
        f"{deals.path}/views", json={"name": "b", "kind": "board", "group": "amount"}
    )
    assert list(faults(board)) == ["/group"]
    calendar = {"name": "c", "kind": "calendar", "date_field": "title"}
    assert list(faults(await deals.client.post(f"{deals.path}/views", json=calendar))) == ["/date_field"]
    assert (await save(deals, kind="board"))["group"] == "list"
    assert (await save(deals, kind="calendar"))["date_field"] == "due_at"
    await deals.change(default_fields=["title"])
    await save(deals, 422, kind="calendar")


async def test_a_shared_view_does_not_tell_what_is_hidden(
    deals: ProjectClient, junior: ProjectClient
) -> None:
    view = await save(
        deals, shared=True, filter="{cost} > 2", sort="-cost", group="profit", fields=["cost", "amount"]
    )
    await save(deals, name="mine alone")
    [seen] = await listed(junior)
    assert (seen["filter"], seen["sort"], seen["group"]) == (None, None, None)
    assert seen["fields"] == [{"field": "amount", "width": None}]
    assert {f["pointer"] for f in seen["broken"]} == {"/filter", "/sort", "/group", "/fields"}
    assert "cost" not in str(seen).lower()
    assert list(faults(await junior.get(view=view["id"]))) == ["/view"]
    assert "cost" not in (await junior.get(view=view["id"])).text.lower()
    await change(deals, view, filter="{amount} > 10")
    assert await junior.titles(view=view["id"]) == ["large", "won"]
    checked(await deals.client.delete(f"{deals.path}/fields/profit"), 204)
    checked(await deals.client.delete(f"{deals.path}/fields/cost"), 204)
    await change(deals, view, name="W")
    [seen] = await listed(junior)
    assert "cost" not in str(seen).lower()
    for part in ('"filter": "{cost} > 1"', '"sort": "cost"', '"group": "cost"', '"fields": ["cost"]'):
        body = f'{{"name": "x", {part}}}'
        hidden = await junior.client.post(f"{junior.path}/views", content=body)
        unknown = await junior.client.post(f"{junior.path}/views", content=body.replace("cost", "xxxx"))
        assert hidden.status_code == unknown.status_code == 422
        assert hidden.text == unknown.text.replace("xxxx", "cost")


async def test_what_is_gone_is_said_to_be_broken(deals: ProjectClient) -> None:
    view = await save(deals, filter="{cost} > 2", sort="-cost", fields=["cost", "amount"])
    checked(await deals.client.delete(f"{deals.path}/fields/cost"), 204)
    seen = await change(deals, view, name="renamed")
    assert (seen["name"], seen["filter"]) == ("renamed", "{cost} > 2")
    assert {f["pointer"] for f in seen["broken"]} == {"/filter", "/sort", "/fields/0"}
    assert all("trash" in f["detail"] for f in seen["broken"])
    assert list(faults(await deals.get(view=view["id"]))) == ["/view"]
    await change(deals, view, filter=None)
    assert [r["title"] for r in (await deals.page(view=view["id"]))["items"]] == ["small", "large", "won"]
    checked(await deals.client.post(f"{deals.path}/fields/{await _trashed(deals)}/restore"), 200)
    assert (await listed(deals))[0]["broken"] == []
    assert await deals.titles(view=view["id"]) == ["won", "small", "large"]


async def _trashed(project: ProjectClient) -> str:
    found = checked(await project.client.get(f"{project.path}/fields?deleted=true"), 200)["items"]
    return str(found[0]["id"])


async def test_whose_views_are_whose(
    deals: ProjectClient, junior: ProjectClient, new_client: NewClient
) -> None:
    shared = [await save(deals, name=n, shared=True) for n in "ab"]
    own = await save(junior, name="own", default=True)
    assert [(v["name"], v["default"], v["editable"]) for v in await listed(junior)] == [
        ("a", False, False), ("b", False, False), ("own", True, True),
    ]  # fmt: skip
    assert [v["name"] for v in await listed(deals)] == ["a", "b"]
    for answer in (
        await junior.client.patch(f"{junior.path}/views/{shared[0]['id']}", json={"name": "x"}),
        await junior.client.patch(f"{junior.path}/views/{own['id']}", json={"shared": True}),
        await junior.client.delete(f"{junior.path}/views/{shared[0]['id']}"),
        await junior.client.post(f"{junior.path}/views", json={"name": "x", "shared": True}),
    ):
        assert answer.status_code == 403, answer.text
    await change(junior, shared[1], default=True)
    assert [v["default"] for v in await listed(junior)] == [False, True, False]
    assert [v["default"] for v in await listed(deals)] == [False, False]
    assert (await change(deals, shared[1], before=shared[0]["id"]))["position"] == 0
    assert [v["name"] for v in await listed(deals)] == ["b", "a"]
    checked(await deals.client.delete(f"{deals.path}/views/{shared[1]['id']}"), 204)
    assert [(v["name"], v["default"]) for v in await listed(junior)] == [("a", False), ("own", False)]
    others: httpx.AsyncClient = await new_client("other")
    assert (await others.get(f"{deals.path}/views")).status_code == 404
    assert (await deals.client.get(f"{deals.path}/views/{own['id']}")).status_code == 404
    assert list(faults(await deals.get(view=own["id"]))) == ["/view"]
