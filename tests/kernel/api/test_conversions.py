"""Conversions of fields over HTTP: nothing is lost without consent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kernel.runtime import Kernel
from kernel.storage.database import Statement


@pytest.fixture
async def project(client: httpx.AsyncClient) -> str:
    """The path of a new project with one list."""
    return await new_project(client, "Deals")


async def new_project(client: httpx.AsyncClient, name: str) -> str:
    made = (await client.post("/projects", json={"name": name})).json()
    await client.post(f"/projects/{made['id']}/lists", json={"name": "Open"})
    return f"/projects/{made['id']}"


async def add(
    client: httpx.AsyncClient, project: str, name: str, type_: str, **config: Any
) -> dict[str, Any]:
    answer = await client.post(f"{project}/fields", json={"name": name, "type": type_, "config": config})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def fill(client: httpx.AsyncClient, project: str, *values: Any, key: str = "a") -> list[str]:
    """A record for each value; their paths."""
    body = {"create": [{"title": f"r{n}", "fields": {key: value}} for n, value in enumerate(values)]}
    answer = await client.post(f"{project}/records/batch", json=body)
    assert answer.status_code in (200, 201), answer.text
    records = await client.get(f"{project}/records", params={"sort": "created_at"})
    by_title = {r["title"]: r["id"] for r in records.json()["items"]}
    return [f"{project}/records/{by_title[f'r{n}']}" for n in range(len(values))]


async def held(client: httpx.AsyncClient, paths: list[str], key: str = "a") -> list[Any]:
    return [(await client.get(path)).json()["fields"][key] for path in paths]


async def convert(client: httpx.AsyncClient, project: str, key: str = "a", **body: Any) -> httpx.Response:
    return await client.post(f"{project}/fields/{key}/convert", json=body)


def counts(answer: httpx.Response) -> tuple[int, int, int, int]:
    body = answer.json()
    return body["total"], body["converted"], body["reduced"], body["lost"]


@pytest.mark.parametrize(
    ("old", "values", "new", "expected", "losses"),
    [
        (("text", {}), ["12.5", " 7 ", "x"], ("number", {"decimals": 2}), ["12.50", "7.00", None], (0, 1)),
        (("number", {"decimals": 2}), ["12.5", "7", None], ("text", {}), ["12.5", "7", None], (0, 0)),
        (("number", {"decimals": 2}), ["1.25", "7"], ("number", {"decimals": 1}), ["1.3", "7.0"], (1, 0)),
        (("number", {"decimals": 1}), ["1.2", None], ("number", {"decimals": 4}), ["1.2000", None], (0, 0)),
        (("number", {"decimals": 0}), [3, 99], ("rating", {}), [3, None], (0, 1)),
        (("text", {}), ["ewa@acme.example", "no"], ("email", {}), ["ewa@acme.example", None], (0, 1)),
        (("email", {}), ["ewa@acme.example"], ("text", {}), ["ewa@acme.example"], (0, 0)),
        (("text", {}), ["2026-11-23", "soon"], ("date", {}), ["2026-11-23", None], (0, 1)),
        (("date", {}), ["2026-11-23"], ("text", {}), ["2026-11-23"], (0, 0)),
        (("checkbox", {}), [True, False], ("text", {}), ["true", "false"], (0, 0)),
        (("text", {}), ["yes", "perhaps"], ("checkbox", {}), [True, None], (0, 1)),
        (("long_text", {}), ["short"], ("text", {}), ["short"], (0, 0)),
        (
            ("number", {"decimals": 2}), ["12.5"],
            ("currency", {"currency": "USD"}), [{"amount": "12.50", "currency": "USD"}], (0, 0),
        ),
        (
            ("currency", {}), [{"amount": "12", "currency": "USD"}],
            ("text", {}), ["12 USD"], (0, 0),
        ),
        (("currency", {}), [{"amount": "12", "currency": "USD"}], ("number", {"decimals": 0}), [12], (1, 0)),
    ],
)  # fmt: skip
async def test_values_are_converted(
    client: httpx.AsyncClient, project: str, old: Any, values: Any, new: Any, expected: Any, losses: Any
) -> None:
    before = await add(client, project, "A", old[0], **old[1])
    paths = await fill(client, project, *values)
    original = await held(client, paths)
    wish = {"type": new[0], "config": new[1]}
    preview = await convert(client, project, **wish, preview=True)
    assert preview.status_code == 200, preview.text
    assert counts(preview)[2:] == losses
    assert preview.json()["done"] is False
    if losses != (0, 0):
        assert (await convert(client, project, **wish)).status_code == 409
    assert (await client.get(f"{project}/fields/a")).json() == before
    assert await held(client, paths) == original
    done = await convert(client, project, **wish, accept_loss=losses != (0, 0))
    assert done.status_code == 200, done.text
    assert counts(done) == counts(preview)
    assert done.json()["field"]["type"] == new[0]
    assert await held(client, paths) == expected


async def test_samples_say_what_happens(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "text")
    paths = await fill(client, project, "12", "twelve")
    samples = (await convert(client, project, type="number", preview=True)).json()["samples"]
    assert [(s["outcome"], s["before"]) for s in samples] == [("lost", "twelve"), ("converted", "12")]
    assert samples[0]["record_id"] == paths[1].rpartition("/")[2]
    assert samples[0]["reason"]


async def test_text_becomes_options(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "text")
    paths = await fill(client, project, "Retail", "Health", "retail", None)
    preview = await convert(client, project, type="select", preview=True)
    assert [o["name"] for o in preview.json()["config"]["options"]] == ["Retail", "Health"]
    done = await convert(client, project, type="select")
    assert counts(done) == (3, 3, 0, 0)
    found = await held(client, paths)
    assert [value and value["name"] for value in found] == ["Retail", "Health", "Retail", None]
    options = (await client.get(f"{project}/fields/a")).json()["config"]["options"]
    assert [o["name"] for o in options] == ["Retail", "Health"]
    await convert(
        client, project, type="multi_select", config={"options": [{"name": "Retail"}, {"name": "Health"}]}
    )
    assert [[o["name"] for o in value] for value in await held(client, paths)] == [
        ["Retail"], ["Health"], ["Retail"], [],
    ]  # fmt: skip
    assert counts(await convert(client, project, type="text")) == (3, 3, 0, 0)
    assert await held(client, paths) == ["Retail", "Health", "Retail", None]


async def test_several_options_to_one(client: httpx.AsyncClient, project: str) -> None:
    options = [{"name": "a"}, {"name": "b"}]
    await add(client, project, "A", "multi_select", options=options)
    paths = await fill(client, project, ["a", "b"], ["b"])
    refused = await convert(client, project, type="select", config={"options": options})
    assert refused.status_code == 409
    done = await convert(client, project, type="select", config={"options": options}, accept_loss=True)
    assert counts(done) == (2, 1, 1, 0)
    assert [value["name"] for value in await held(client, paths)] == ["a", "b"]


async def test_single_and_multiple_references(client: httpx.AsyncClient, project: str) -> None:
    customers = await new_project(client, "Customers")
    for name in ("Acme", "Bielik"):
        await client.post(f"{customers}/records", json={"title": name})
    ids = [r["id"] for r in (await client.get(f"{customers}/records")).json()["items"]]
    target = {"project_id": customers[10:]}
    await add(client, project, "A", "reference", **target)
    paths = await fill(client, project, ids[0], None, ids[1])
    config = target | {"multiple": True}
    answer = await client.patch(f"{project}/fields/a", json={"config": config})
    assert answer.status_code == 200, answer.text
    assert [[r["id"] for r in value] for value in await held(client, paths)] == [[ids[0]], [], [ids[1]]]
    await client.patch(paths[0], json={"fields": {"a": ids}})
    assert (await client.patch(f"{project}/fields/a", json={"config": target})).status_code == 409
    answer = await client.patch(f"{project}/fields/a", json={"config": target, "accept_loss": True})
    assert answer.status_code == 200, answer.text
    found = await held(client, paths)
    assert [[r["id"] for r in value] for value in found] == [[ids[0]], [], [ids[1]]]
    body = {"title": "x", "fields": {"a": ids}}
    assert (await client.post(f"{project}/records", json=body)).status_code == 422


async def test_texts_become_references_by_title(client: httpx.AsyncClient, project: str) -> None:
    customers = await new_project(client, "Customers")
    for name in ("Acme", "Twins", "Twins"):
        await client.post(f"{customers}/records", json={"title": name})
    await add(client, project, "A", "text")
    paths = await fill(client, project, "ACME", "Twins", "Nobody")
    wish = {"type": "reference", "config": {"project_id": customers[10:]}}
    done = await convert(client, project, **wish, accept_loss=True)
    assert counts(done) == (3, 1, 0, 2)
    assert [[r["title"] for r in value] for value in await held(client, paths)] == [["Acme"], [], []]
    assert counts(await convert(client, project, type="text")) == (1, 1, 0, 0)
    assert await held(client, paths) == ["Acme", None, None]


async def test_people_and_texts(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "text")
    paths = await fill(client, project, "admin@example.com", "Admin", "nobody")
    done = await convert(client, project, type="user", accept_loss=True)
    assert counts(done) == (3, 2, 0, 1)
    found = await held(client, paths)
    assert found[0] == found[1]
    assert found[2] in (None, [])
    await convert(client, project, type="text")
    assert await held(client, paths) == ["Admin", "Admin", None]


@pytest.mark.parametrize("type_", ["select", "multi_select"])
async def test_an_option_in_use_is_not_removed_without_consent(
    client: httpx.AsyncClient, project: str, type_: str
) -> None:
    made = await add(client, project, "A", type_, options=[{"name": n} for n in ("a", "b", "c", "d")])
    many = type_ == "multi_select"
    paths = await fill(client, project, *([v] if many else v for v in ("a", "b", "c")))
    options = made["config"]["options"]
    unused = await client.patch(f"{project}/fields/a", json={"config": {"options": options[:3]}})
    assert unused.status_code == 200, unused.text
    fewer = {"config": {"options": [options[0]]}}
    assert (await client.patch(f"{project}/fields/a", json=fewer)).status_code == 409
    bad = fewer | {"replacements": {"b": "gone"}}
    assert (await client.patch(f"{project}/fields/a", json=bad)).status_code == 422
    replaced = fewer | {"replacements": {"b": "a"}, "accept_loss": True}
    answer = await client.patch(f"{project}/fields/a", json=replaced)
    assert answer.status_code == 200, answer.text
    found = await held(client, paths)
    names = [[o["name"] for o in value] if many else value and [value["name"]] for value in found]
    assert names == [["a"], ["a"], [] if many else None]


async def test_options_are_renamed_and_ordered_freely(client: httpx.AsyncClient, project: str) -> None:
    made = await add(client, project, "A", "select", options=[{"name": "a"}, {"name": "b"}])
    paths = await fill(client, project, "a")
    first, second = made["config"]["options"]
    config = {"options": [second, first | {"name": "A!"}]}
    assert (await client.patch(f"{project}/fields/a", json={"config": config})).status_code == 200
    assert (await held(client, paths))[0]["name"] == "A!"


async def test_losses_are_in_the_history(client: httpx.AsyncClient, kernel: Kernel, project: str) -> None:
    made = await add(client, project, "A", "text")
    paths = await fill(client, project, "5", "five")
    await convert(client, project, type="number", accept_loss=True)
    sql = "SELECT record_id, version, changes FROM smalt_history WHERE kind = 'record.converted'"
    [rows] = await kernel.database.read(Statement(sql))
    assert [(str(r[0]), r[1]) for r in rows] == [(paths[1].rpartition("/")[2], 2)]
    assert f'"{made["id"]}":["five",null]' in rows[0][2].replace(" ", "")
    assert (await client.get(paths[1])).json()["version"] == 2
    assert (await client.get(paths[0])).json()["version"] == 1


async def test_computed_and_stored(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "number", decimals=0)
    paths = await fill(client, project, 5, None)
    wish = {"type": "formula", "config": {"expression": "1 + 1"}}
    assert (await convert(client, project, **wish)).status_code == 409
    done = await convert(client, project, **wish, accept_loss=True)
    assert counts(done) == (1, 0, 0, 1)
    assert await held(client, paths) == [2, 2]
    assert counts(await convert(client, project, type="text")) == (0, 0, 0, 0)
    assert await held(client, paths) == [None, None]


async def test_a_formula_becomes_another(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "B", "number", decimals=0)
    await add(client, project, "A", "formula", expression="{b} + 1")
    paths = await fill(client, project, 5, key="b")
    answer = await client.patch(f"{project}/fields/a", json={"config": {"expression": "{b} * 2"}})
    assert answer.json()["config"]["expression"] == "{b} * 2"
    assert await held(client, paths) == [10]


async def test_flags_follow_the_columns(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "number", decimals=2)
    await client.patch(f"{project}/fields/a", json={"unique": True, "indexed": True})
    paths = await fill(client, project, "1.04", "1.01")
    refused = await convert(client, project, config={"decimals": 1}, accept_loss=True)
    assert refused.status_code == 409
    assert "'1.0' (2 times)" in refused.json()["detail"]
    assert await held(client, paths) == ["1.04", "1.01"]
    assert (await convert(client, project, type="text")).status_code == 200
    body = {"title": "x", "fields": {"a": "1.04"}}
    assert (await client.post(f"{project}/records", json=body)).status_code == 409
    wish = {"type": "multi_select", "accept_loss": True}
    assert (await client.patch(f"{project}/fields/a", json=wish)).status_code == 422
    answer = await client.patch(f"{project}/fields/a", json=wish | {"unique": False})
    assert answer.status_code == 200, answer.text


async def test_more_than_one_batch(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "text")
    values = [str(n) if n % 10 else "x" for n in range(2500)]
    body = {"create": [{"title": f"r{n}", "fields": {"a": v}} for n, v in enumerate(values)]}
    assert (await client.post(f"{project}/records/batch", json=body)).status_code in (200, 201)
    preview = await convert(client, project, type="number", preview=True)
    assert counts(preview) == (2500, 2250, 0, 250)
    assert len(preview.json()["samples"]) == 20
    await convert(client, project, type="number", config={"decimals": 0}, accept_loss=True)
    found = (await client.get(f"{project}/records", params={"filter": "{a} = 2499", "count": True})).json()
    assert found["total"] == 1
    found = (await client.get(f"{project}/records", params={"filter": "{a} = BLANK()", "count": True})).json()
    assert found["total"] == 250


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "nmber"}, "/type"),
        ({"type": "number", "config": {"decimals": "x"}}, "/config/decimals"),
        ({"type": "number", "previw": True}, "/previw"),
        ({"type": 5}, "/type"),
        ({"config": "x"}, "/config"),
        ({"type": "number", "preview": "yes"}, "/preview"),
        ({"type": "number", "accept_loss": 1}, "/accept_loss"),
        ({"type": "text", "replacements": {"a": "b"}}, "/replacements"),
        ({"type": "formula", "config": {"expression": "{a}"}}, "/config"),
    ],
)
async def test_bad_bodies(client: httpx.AsyncClient, project: str, body: Any, pointer: str) -> None:
    await add(client, project, "A", "text")
    answer = await convert(client, project, **body)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_what_is_not_there(client: httpx.AsyncClient, project: str) -> None:
    assert (await convert(client, project, "gone", type="text")).status_code == 404
    assert (await convert(client, "/projects/17", type="text")).status_code == 404
