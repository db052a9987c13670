"""Two resources of one kind have the same members, whatever was given: null where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx

from tests.kernel.api.clients import user_id
from tests.kernel.api.records.forms import ROOT
from tests.kernel.api.records.projects import Json, checked

SPARE = {
    ("TokenView", "token"), ("InvitationView", "token"),  # secrets are told once, when they are made
    ("Measure", "*"), ("ChartGrouping", "*"),  # one of several shapes, as it was given
    *(("Record", m) for m in ("warnings", "deleted_at", "display", "description_html")),  # at times, or asked for
    ("Fault", "*"), ("Problem", "*"),  # of problems, by RFC 9457
}  # fmt: skip
QUERIES = {"/search": "?q=a"}


async def furnished(client: httpx.AsyncClient) -> dict[str, str]:
    """The CRM, with two of most things: one as short as may be. Gives what stands in paths."""
    applied = checked(await client.post("/templates/crm/apply", json={"sample": 3, "seed": 1}), 201)
    projects = checked(await client.get("/projects"), 200)["items"]
    project = next(p["id"] for p in projects if "checklists" in p["default_fields"])
    path = f"/projects/{project}"
    record = checked(await client.post(f"{path}/records", json={"title": "a"}), 201)["id"]
    board = applied["dashboards"][0]["id"]
    full = {
        "name": "Full", "fields": [{"field": "title"}], "description": "d", "list": None, "tags": [], "limit": 9,
        "hours": {"days": ["monday"]}, "after": {"redirect": "https://example.com"}, "opens_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    source = {"project_id": project}
    automation = {"name": "A", "trigger": {"type": "record_created"}, "actions": [{"type": "complete"}]}
    webhook = {"url": "https://example.com/h", "events": ["record.created"]}
    user = user_id(client)
    bodies: list[tuple[str, Json]] = [
        (f"{path}/forms", {"name": "Bare", "fields": [{"field": "title"}]}), (f"{path}/forms", full),
        (f"/dashboards/{board}/charts", {"title": "Bare", "type": "stat", "config": {"sources": [source]}}),
        (f"/dashboards/{board}/charts", {"title": "Full", "type": "bar", "config": {
            "sources": [source | {"name": "n"}], "group_by": {"field": "list"}, "weights": {"*": 1}}}),
        ("/dashboards", {"name": "Bare"}), (f"{path}/automations", automation), ("/webhooks", webhook),
        (f"{path}/views", {"name": "Bare"}), (f"{path}/roles", {"name": "Bare"}), (f"{path}/tags", {"name": "Bare"}),
        (f"{path}/records/{record}/comments", {"body": "c"}), (f"{path}/records/{record}/checklists", {"name": "c"}),
        (f"/users/{user}/tokens", {"name": "t", "scopes": ["read"]}),
        (f"{path}/invitations", {"email": "x@example.com", "role": "member"}),
    ]  # fmt: skip
    made = [checked(await client.post(to, json=body), 201) for to, body in bodies]
    return {
        "project_id": project, "record_id": record, "dashboard_id": board, "user_id": user,
        "automation_id": made[5]["id"], "webhook_id": made[6]["id"], "checklist_id": made[11]["id"],
    }  # fmt: skip


def lists_of(document: Json) -> Iterator[tuple[str, Json]]:
    """The paths that answer pages, with the schema of an item."""
    for path, item in document["paths"].items():
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        named = document["components"]["schemas"].get(schema.get("$ref", "").split("/")[-1], schema)
        if "items" in named.get("properties", {}) and path.startswith("/api/v1"):
            yield path.removeprefix("/api/v1"), named["properties"]["items"]["items"]


def lacking(document: Json, schema: Json, value: Any, at: str) -> list[str]:
    """What an answer lacks of its schema, or has beyond it."""
    name = schema.get("$ref", "").split("/")[-1]
    schema = document["components"]["schemas"].get(name, schema)
    if either := schema.get("oneOf") or schema.get("anyOf"):
        found = [lacking(document, one, value, at) for one in either if fits(document, one, value)]
        return min(found, key=len, default=[])
    if isinstance(value, list):
        return [f for v in value[:5] for f in lacking(document, schema.get("items", {}), v, at)]
    properties = schema.get("properties")
    if not isinstance(value, dict) or not properties or (name, "*") in SPARE:
        return []
    wrong = [f"{name} {at}/{m}" for m in sorted(properties.keys() ^ value.keys()) if (name, m) not in SPARE]
    inner = (lacking(document, properties[m], v, f"{at}/{m}") for m, v in value.items() if m in properties)
    return [*wrong, *(fault for faults in inner for fault in faults)]


def fits(document: Json, schema: Json, value: Any) -> bool:
    schema = document["components"]["schemas"].get(schema.get("$ref", "").split("/")[-1], schema)
    kinds = {"object": dict, "array": list, "string": str, "null": type(None), "boolean": bool}
    return isinstance(value, kinds.get(str(schema.get("type")), object))


async def test_what_lists_hold_has_every_member(client: httpx.AsyncClient) -> None:
    document = (await client.get(f"{ROOT}/schema/openapi.json")).json()
    ids = await furnished(client)
    wrong: list[str] = []
    filled = 0
    for path, schema in lists_of(document):
        if not set(re.findall(r"{(\w+)}", path)) <= ids.keys():
            continue
        items = checked(await client.get(path.format(**ids) + QUERIES.get(path, "")), 200)["items"]
        wrong += [fault for item in items for fault in lacking(document, schema, item, path)]
        filled += bool(items)
    assert sorted(set(wrong)) == [], sorted(set(wrong))
    assert filled >= 25, "most lists have something in them"
