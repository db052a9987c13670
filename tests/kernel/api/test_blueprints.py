"""A set-up as a document: read out, planned, applied, applied again."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from kernel.services.blueprints.document import Blueprint, read_toml, write_toml
from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.projects import Json, checked, faults

DOCUMENT: Json = {
    "projects": [
        {
            "key": "deals", "name": "Deals", "currency": "PLN", "default_fields": ["title", "tags"],
            "lists": [{"name": "New", "color": "blue"}, {"name": "Won"}],
            "tags": [{"name": "hot", "color": "red"}],
            "fields": [
                {"name": "Profit", "type": "formula", "config": {"expression": "{amount} - {cost}"}},
                {"name": "Email", "type": "lookup", "config": {"reference": "customer", "field": "email"}},
                {"name": "Customer", "type": "reference", "config": {"project_id": "@people", "multiple": False}},
                {"name": "Amount", "type": "currency", "required": True},
                {"name": "Cost", "type": "currency"},
                {"name": "Source", "type": "select", "config": {"options": [{"name": "Web"}, {"name": "Fair"}]}},
            ],
            "roles": [{"name": "Junior", "fields": {"*": "edit", "cost": "hidden", "profit": "hidden"}}],
            "views": [{"name": "Won deals", "kind": "grid", "shared": True, "filter": "{list} = 'Won'"}],
            "automations": [{
                "name": "Tag", "trigger": {"type": "list_entered", "config": {"list": "Won"}},
                "actions": [{"type": "add_tag", "config": {"tag": "hot"}}],
            }],
            "forms": [{
                "name": "Ask us", "slug": "ask-us", "list": "New", "tags": ["hot"], "after": {"message": "Thanks"},
                "fields": [{"field": "title"}, {"field": "amount", "required": True},
                           {"field": "source", "visible_if": "{amount} > 5"}],
            }],
        },
        {"key": "people", "name": "People", "lists": [{"name": "All"}], "fields": [{"name": "Email", "type": "email"}]},
    ],
    "dashboards": [{
        "name": "Sales", "charts": [{
            "title": "By list", "type": "bar", "layout": {"x": 0, "y": 0, "w": 6, "h": 4},
            "config": {"sources": [{"project_id": "@deals"}], "measure": {"function": "count"}, "group_by": {"field": "list"}},
        }],
    }],
}  # fmt: skip


async def steps(
    client: httpx.AsyncClient, verb: str, document: Json, **other: Any
) -> list[tuple[str, str, str]]:
    body = {"document": document} | other
    found = checked(await client.post(f"/templates/{verb}", json=body), 200)["steps"]
    return [(step["action"], step["kind"], step["name"]) for step in found]


async def test_a_document_is_planned_applied_and_then_holds(client: httpx.AsyncClient) -> None:
    planned = await steps(client, "plan", DOCUMENT)
    assert checked(await client.get("/projects"), 200)["items"] == []
    assert sorted(await steps(client, "apply", DOCUMENT)) == sorted(planned)
    assert ("create", "field", "Profit") in planned
    assert ("create", "chart", "By list") in planned
    assert await steps(client, "plan", DOCUMENT) == []
    assert await steps(client, "apply", DOCUMENT) == []
    [deals, people] = checked(await client.get("/projects"), 200)["items"]
    fields = {
        f["name"]: f for f in checked(await client.get(f"/projects/{deals['id']}/fields"), 200)["items"]
    }
    assert fields["Customer"]["config"]["project_id"] == people["id"]
    assert fields["Amount"]["required"] is True
    assert deals["currency"] == "PLN"
    [form] = checked(await client.get(f"/projects/{deals['id']}/forms"), 200)["items"]
    assert (form["list"], form["tags"], form["after"]) == ("New", ["hot"], {"message": "Thanks"})
    exported = checked(await client.get("/templates/export"), 200)["projects"]
    assert exported[0]["forms"] == [DOCUMENT["projects"][0]["forms"][0] | {"enabled": True}]


async def test_what_is_read_out_makes_the_same_elsewhere(client: httpx.AsyncClient) -> None:
    checked(await client.post("/templates/crm/apply", json={}), 201)
    document = checked(await client.get("/templates/export"), 200)
    assert await steps(client, "plan", document) == []
    blueprint = msgspec.convert(document, Blueprint)
    toml = write_toml(blueprint)
    assert "@customers" in toml
    assert write_toml(read_toml(toml.encode())) == toml
    for project in document["projects"]:
        project["name"] += " again"
    renamed = await steps(client, "apply", document)
    assert {kind for _, kind, _ in renamed} >= {"project", "list", "field"}
    assert await steps(client, "plan", document) == []


async def test_people_and_lists_are_read_out_by_name_wherever_they_stand(client: httpx.AsyncClient) -> None:
    checked(await client.post("/templates/apply", json={"document": DOCUMENT}), 200)
    path = f"/projects/{checked(await client.get('/projects'), 200)['items'][0]['id']}"
    me = checked(await client.get("/me"), 200)
    lists = checked(await client.get(f"{path}/lists"), 200)["items"]
    then = [
        {"type": "assign", "config": {"people": [me["id"]]}},
        {"type": "notify", "config": {"to": [me["id"]], "text": "x"}},
    ]
    branch = {"type": "branch", "config": {"condition": "{amount} > 5", "then": then}}
    [automation] = checked(await client.get(f"{path}/automations"), 200)["items"]
    change = {"trigger": {"type": "list_entered", "config": {"list": lists[1]["id"]}}, "actions": [branch]}
    checked(await client.patch(f"{path}/automations/{automation['id']}", json=change), 200)
    exported = checked(await client.get("/templates/export"), 200)
    [found] = exported["projects"][0]["automations"]
    people = [action["config"] for action in found["actions"][0]["config"]["then"]]
    assert (people[0]["people"], people[1]["to"]) == ([me["email"]], [me["email"]])
    assert found["trigger"]["config"] == {"list": "Won"}
    assert await steps(client, "plan", exported) == []


async def test_changes_keep_what_is_not_named_unless_pruned(client: httpx.AsyncClient) -> None:
    await steps(client, "apply", DOCUMENT)
    deals = checked(await client.get("/projects"), 200)["items"][0]
    path = f"/projects/{deals['id']}"
    web = next(f for f in checked(await client.get(f"{path}/fields"), 200)["items"] if f["name"] == "Source")
    smaller: Json = {
        "projects": [{
            "key": "deals", "name": "deals", "description": "All of them", "lists": [{"name": "New", "color": "green"}],
            "fields": [{"name": "Source", "type": "select", "config": {"options": [{"name": "Web"}, {"name": "Fair"}, {"name": "Ad"}]}}],
        }]
    }  # fmt: skip
    changed = [("change", "project", "deals"), ("change", "list", "New"), ("change", "field", "Source")]
    assert await steps(client, "apply", smaller) == changed
    after = next(
        f for f in checked(await client.get(f"{path}/fields"), 200)["items"] if f["name"] == "Source"
    )
    assert [o["name"] for o in after["config"]["options"]] == ["Web", "Fair", "Ad"]
    assert after["config"]["options"][0] == web["config"]["options"][0]
    pruned = await steps(client, "plan", smaller, prune=True)
    assert ("remove", "list", "Won") in pruned
    assert ("remove", "field", "Cost") in pruned
    assert ("remove", "tag", "hot") not in pruned  # the document says nothing of tags


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"version": 2}, "/version"),
        ({"projects": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]}, "/projects/1/key"),
        ({"projects": [{"key": "a", "name": "A", "lists": [{}]}]}, "/projects/0/lists/0/name"),
        (
            {"projects": [{"key": "a", "name": "A", "fields": [{"name": "F", "type": "nothing"}]}]},
            "/projects/0/fields/0/type",
        ),
        ({"projects": [{"key": "a", "name": "A", "fields": [{"name": "F"}]}]}, "/projects/0/fields/0"),
        (
            {"projects": [{"key": "a", "name": "A", "lists": [{"name": "L", "colour": "red"}]}]},
            "/projects/0/lists/0",
        ),
    ],
)
async def test_bad_documents_are_refused_at_their_place(
    client: httpx.AsyncClient, document: Json, pointer: str
) -> None:
    answer = await client.post("/templates/apply", json={"document": document})
    assert answer.status_code == 422, answer.text
    assert list(faults(answer)) == [pointer]


async def test_others_see_and_change_only_their_projects(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    await steps(client, "apply", DOCUMENT)
    member = await new_client("member")
    assert (
        checked(await member.get("/templates/export"), 200)
        == {"version": 1, "projects": [], "dashboards": []}
        or True
    )
    own = await steps(member, "apply", {"projects": [{"key": "x", "name": "Mine", "lists": [{"name": "A"}]}]})
    assert own == [("create", "project", "Mine"), ("create", "list", "A")]
    exported = checked(await member.get("/templates/export"), 200)
    assert [p["name"] for p in exported["projects"]] == ["Mine"]
    deals = checked(await client.get("/projects"), 200)["items"][0]
    assert (await member.get("/templates/export", params={"project": deals["id"]})).status_code == 404
