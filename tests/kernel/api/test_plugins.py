"""Plugins over HTTP: listed, switched in every process, and their catalogues."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from kernel.storage.database import Statement
from tests.kernel.api.clients import BASE_URL, NewClient


async def test_plugins_are_listed(client: httpx.AsyncClient) -> None:
    found = {p["name"]: p for p in (await client.get("/plugins?limit=1000")).json()["items"]}
    rating = found["fields.rating"]
    assert rating["kind"] == "field_type"
    assert rating["keys"] == ["rating"]
    assert rating["enabled"] is True
    assert rating["in_use"] == 0
    assert rating["provider"].startswith("smalt ")
    assert (await client.get("/plugins/fields.rating")).json() == rating
    assert (await client.get("/plugins/fields.nothing")).status_code == 404


async def test_switching_needs_an_administrator(new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    assert (await ewa.patch("/plugins/fields.rating", json={"enabled": False})).status_code == 403


async def test_switching_off_holds_in_every_process(client: httpx.AsyncClient, settings: Settings) -> None:
    second = create_kernel(settings)
    await second.start()
    transport = httpx.ASGITransport(create_app(second))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=client.headers) as other:
        assert (await other.get("/field-types/rating")).status_code == 200
        off = await client.patch("/plugins/fields.rating", json={"enabled": False})
        assert off.json()["enabled"] is False
        assert (await other.get("/field-types/rating")).status_code == 404
        assert (await other.get("/plugins/fields.rating")).json()["enabled"] is False
        await other.patch("/plugins/fields.rating", json={"enabled": True})
        assert (await client.get("/field-types/rating")).status_code == 200
    await second.stop()


async def test_charts_and_automations_count_as_use(client: httpx.AsyncClient) -> None:
    made = await client.post("/templates/crm/apply", json={})
    board, deals = made.json()["dashboards"][0]["id"], made.json()["projects"][1]["id"]
    tag = {"type": "add_tag", "config": {"tag": "late"}}
    config = {"condition": "{title} = 'x'", "then": [tag, tag], "else": []}
    rule = {
        "name": "Mark",
        "trigger": {"type": "tag_removed"},
        "actions": [{"type": "branch", "config": config}],
    }

    async def in_use(*names: str) -> list[int]:
        return [(await client.get(f"/plugins/{name}")).json()["in_use"] for name in names]

    names = "charts.gauge", "automations.triggers.tag_removed", "automations.actions.add_tag"
    before = await in_use(*names)
    chart = {"title": "All", "type": "gauge", "config": {"sources": [{"project_id": deals}]}}
    assert (await client.post(f"/dashboards/{board}/charts", json=chart)).status_code == 201
    assert (await client.post(f"/projects/{deals}/automations", json=rule)).status_code == 201
    assert await in_use(*names) == [count + 1 for count in before]


async def test_fields_count_as_use_and_survive(client: httpx.AsyncClient) -> None:
    project = (await client.post("/projects", json={"name": "Deals"})).json()["id"]
    field = {"name": "Confidence", "type": "rating", "config": {"maximum": 5}}
    made = await client.post(f"/projects/{project}/fields", json=field)
    assert made.status_code == 201, made.text
    assert (await client.get("/plugins/fields.rating")).json()["in_use"] == 1
    off = await client.patch("/plugins/fields.rating", json={"enabled": False})
    assert (off.json()["in_use"], off.json()["enabled"]) == (1, False)
    refused = await client.post(f"/projects/{project}/fields", json=field | {"name": "Other"})
    assert refused.status_code == 422
    await client.patch("/plugins/fields.rating", json={"enabled": True})
    back = (await client.get(f"/projects/{project}/fields")).json()["items"][0]
    assert back["config"]["maximum"] == 5


async def test_a_plugin_that_keeps_failing_is_switched_off_with_a_notice(
    client: httpx.AsyncClient, kernel: Kernel
) -> None:
    guard = kernel.registries.guard
    ledger = guard.ledger("fields.rating")
    for _ in range(kernel.settings.plugin_fault_limit):
        guard.fault(ledger, "it broke")
    for _ in range(1500):
        notices = (await kernel.database.read(Statement("SELECT text FROM smalt_notice")))[0]
        if notices:
            break
        await asyncio.sleep(0.02)
    assert "fields.rating" in notices[0][0]
    assert "it broke" in notices[0][0]
    assert (await client.get("/plugins/fields.rating")).json()["enabled"] is False
    again = await client.patch("/plugins/fields.rating", json={"enabled": True})
    assert again.json()["enabled"] is True


async def test_catalogues_tell_what_a_form_needs(client: httpx.AsyncClient) -> None:
    found = {t["key"]: t for t in (await client.get("/field-types?limit=1000")).json()["items"]}
    rating = found["rating"]
    assert rating["label"] == "Star rating"
    assert rating["plugin"] == "fields.rating"
    assert rating["widget"]
    assert "eq" in rating["operators"]
    maximum = rating["config_schema"]["properties"]["maximum"]
    assert maximum["default"] == 5
    for name in ("importers", "chart-types", "triggers", "actions"):
        assert (await client.get(f"/{name}")).status_code == 200


async def test_it_works_without_any_plugin(settings: Settings, client: httpx.AsyncClient) -> None:
    bare = create_kernel(settings, [])
    await bare.start()
    transport = httpx.ASGITransport(create_app(bare))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=client.headers) as alone:
        assert (await alone.get("/field-types")).json()["items"] == []
        assert (await alone.post("/projects", json={"name": "Plain"})).status_code == 201
        assert (await alone.get("http://smalt.test/schema/openapi.json")).status_code == 200
    await bare.stop()


@pytest.mark.parametrize("data", [{}, {"enabled": "no"}, {"enabled": None}, {"on": True}])
async def test_bad_switches_are_refused(client: httpx.AsyncClient, data: dict[str, object]) -> None:
    assert (await client.patch("/plugins/fields.rating", json=data)).status_code == 422
