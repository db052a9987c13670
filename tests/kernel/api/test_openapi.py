"""The OpenAPI document and the pages around it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from kernel.api import openapi
from kernel.api.app import create_app
from kernel.api.document import complete
from kernel.fields import Column, FieldType
from kernel.runtime import Kernel

ROOT = "http://smalt.test"
METHODS = ("get", "post", "patch", "put", "delete")


class MoonField(FieldType[Any, str]):
    """A type from elsewhere."""

    key = "moon"
    label = "Phase of the moon"
    description = "As on the day."
    column = Column.TEXT


class Bound(msgspec.Struct):
    at: int
    open: bool


class Interval(msgspec.Struct):
    start: Bound
    end: Bound


class IntervalField(FieldType[Any, Interval]):
    key = "interval"
    label = "Interval"
    value_type = Interval


@pytest.fixture
async def document(anonymous: httpx.AsyncClient) -> dict[str, Any]:
    answer = await anonymous.get(f"{ROOT}/schema/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method} {path}", item[method]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    bare = [name for name, operation in operations(document) if not operation.get("summary")]
    assert not bare
    untagged = [name for name, operation in operations(document) if not operation.get("tags")]
    assert not untagged


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_operation_tells_its_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "/api/v1" not in name:
            continue
        assert "422" in operation["responses"], name
        assert "400" not in operation["responses"], name
        if operation["security"] != [{}]:
            assert {"401", "403", "404"} <= operation["responses"].keys(), name
    problem = document["components"]["responses"]["InvalidInput"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_body_and_answer_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        holders = [operation.get("requestBody", {})]
        holders += [r for status, r in operation["responses"].items() if status < "300"]
        for holder in holders:
            for media, content in holder.get("content", {}).items():
                assert "example" in content or "examples" in content, (name, media)


def test_all_references_lead_somewhere(document: dict[str, Any]) -> None:
    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for reference in set(walk(document)):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in found, reference
            found = found[step]


def test_ways_to_sign_in_are_told(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"token", "session", "csrf"}
    assert document["paths"]["/api/v1/me"]["get"]["security"]
    assert document["paths"]["/api/v1/session"]["post"]["security"] == [{}]


def test_enabled_field_types_are_in_the_document(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["FieldValue_rating"]["title"] == "Star rating"
    assert "rating" in schemas["FieldTypeKey"]["enum"]
    for name, key in (("ChartType", "bar"), ("Importer", "csv"), ("Trigger", "due"), ("Action", "wait")):
        assert key in schemas[f"{name}Key"]["enum"]


async def test_a_switched_off_type_leaves_the_document(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    await client.patch("/plugins/fields.rating", json={"enabled": False})
    await client.get("/field-types")
    document = (await anonymous.get(f"{ROOT}/schema/openapi.json")).json()
    assert "FieldValue_rating" not in document["components"]["schemas"]


async def test_the_document_is_made_beside_the_event_loop(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noted(*arguments: Any) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return complete(*arguments)

    monkeypatch.setattr(openapi, "complete", noted)
    for _ in range(2):
        answer = await anonymous.get(f"{ROOT}/schema/openapi.json")
        assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_an_outside_type_is_described() -> None:
    document = complete({"paths": {}}, {"moon": MoonField(), "interval": IntervalField()})
    schemas = document["components"]["schemas"]
    assert schemas["FieldValue_moon"]["type"] == "string"
    assert schemas["FieldValue_moon"]["title"] == "Phase of the moon"
    start = schemas["FieldValue_interval"]["properties"]["start"]
    assert start == {"$ref": "#/components/schemas/FieldValue_interval_Bound"}
    assert set(schemas["FieldValue_interval_Bound"]["properties"]) == {"at", "open"}
    assert {"$ref": "#/components/schemas/FieldValue_moon"} in schemas["FieldValue"]["anyOf"]


@pytest.mark.parametrize("path", ["/", "/schema", "/static/schema.js", "/static/style.css"])
async def test_pages_take_nothing_from_elsewhere(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.get(ROOT + path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "onclick" not in answer.text


@pytest.mark.parametrize("path", ["/schema/nothing", "/static/nothing.js", "/static/..%2fapp.py", "/nothing"])
async def test_other_pages_are_not_there(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.get(ROOT + path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


async def test_health_and_metrics_need_no_sign_in(kernel: Kernel, client: httpx.AsyncClient) -> None:
    transport = httpx.ASGITransport(create_app(kernel))  # which has counted nothing yet
    async with httpx.AsyncClient(transport=transport, base_url=f"{ROOT}/api/v1") as anonymous:
        assert (await anonymous.get(f"{ROOT}/health/live")).json() == {"status": "ok"}
        assert (await anonymous.get(f"{ROOT}/health/ready")).json() == {"status": "ok"}
        await anonymous.get("/me", headers=client.headers)
        await anonymous.get("/me")
        text = (await anonymous.get(f"{ROOT}/metrics")).text
    assert 'smalt_requests_total{method="GET",path="/api/v1/me",status="200"} 1.0' in text
    assert 'smalt_requests_total{method="GET",path="/api/v1/me",status="401"} 1.0' in text
    assert "smalt_request_seconds_bucket" in text


async def test_ready_says_when_the_database_is_gone(anonymous: httpx.AsyncClient, monkeypatch: Any) -> None:
    from kernel.storage.database import Statement

    monkeypatch.setattr(
        "kernel.api.controllers.health.ACCESS_VERSION", Statement("SELECT value FROM smalt_nothing")
    )
    answer = await anonymous.get(f"{ROOT}/health/ready")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/unavailable"
