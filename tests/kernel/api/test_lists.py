"""Lists over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kernel.runtime import Kernel
from kernel.storage.database import Statement

PIPELINE = (
    "Unqualified", "Qualification", "Writing Proposal", "Proposal Sent", "Negotiations",
    "Contract Out for Signature", "Closed Won", "Closed Lost", "N/A",
)  # fmt: skip


@pytest.fixture
async def lists(client: httpx.AsyncClient) -> str:
    """The path of a new project's lists."""
    made = await client.post("/projects", json={"name": "Deals"})
    return f"/projects/{made.json()['id']}/lists"


async def add(client: httpx.AsyncClient, lists: str, name: str, **members: Any) -> dict[str, Any]:
    answer = await client.post(lists, json={"name": name} | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def names(client: httpx.AsyncClient, lists: str) -> list[str]:
    return [entry["name"] for entry in (await client.get(lists)).json()["items"]]


async def test_the_pipeline_keeps_its_order(client: httpx.AsyncClient, lists: str) -> None:
    made = [await add(client, lists, name) for name in PIPELINE]
    assert [entry["position"] for entry in made] == list(range(9))
    assert await names(client, lists) == list(PIPELINE)
    assert (await client.get(f"{lists}/{made[3]['id']}")).json() == made[3]


async def test_thirty_lists_are_possible_and_paged(client: httpx.AsyncClient, lists: str) -> None:
    for number in range(30):
        await add(client, lists, f"Step {number}")
    first = (await client.get(lists, params={"limit": 20})).json()
    rest = (await client.get(lists, params={"limit": 20, "cursor": first["next"]})).json()
    assert [e["position"] for e in (*first["items"], *rest["items"])] == list(range(30))


@pytest.mark.parametrize(
    ("place", "order"),
    [
        ({"position": 0}, ["D", "A", "B", "C"]),
        ({"position": 2}, ["A", "B", "D", "C"]),
        ({"position": 99}, ["A", "B", "C", "D"]),
        ({"before": "B"}, ["A", "D", "B", "C"]),
        ({"after": "A"}, ["A", "D", "B", "C"]),
        ({}, ["A", "B", "C", "D"]),
    ],
)
async def test_places_of_new_and_moved_lists(
    client: httpx.AsyncClient, lists: str, place: dict[str, Any], order: list[str]
) -> None:
    ids = {name: (await add(client, lists, name))["id"] for name in "ABC"}
    wish = {key: ids.get(value, value) if isinstance(value, str) else value for key, value in place.items()}
    made = await add(client, lists, "D", **wish)
    assert made["position"] == order.index("D")
    assert await names(client, lists) == order
    other = await add(client, lists, "E", position=0)
    moved = await client.patch(f"{lists}/{other['id']}", json={"position": 2})
    assert moved.json()["position"] == 2
    assert await names(client, lists) == [*order[:2], "E", *order[2:]]


async def test_lists_are_renamed_and_colored(client: httpx.AsyncClient, lists: str) -> None:
    made = await add(client, lists, "Won", color="#00FF00")
    assert made["color"] == "#00ff00"
    answer = await client.patch(f"{lists}/{made['id']}", json={"name": "Closed Won"})
    assert answer.json() == made | {"name": "Closed Won"}
    answer = await client.patch(f"{lists}/{made['id']}", json={"color": None})
    assert answer.json() == made | {"name": "Closed Won", "color": None}


async def test_names_differ_within_a_project(client: httpx.AsyncClient, lists: str) -> None:
    await add(client, lists, "Café")
    lost = await add(client, lists, "Lost")
    assert (await client.post(lists, json={"name": "CAFE\u0301 "})).status_code == 409
    assert (await client.patch(f"{lists}/{lost['id']}", json={"name": "café"})).status_code == 409
    assert (await client.patch(f"{lists}/{lost['id']}", json={"name": "LOST"})).status_code == 200


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"name": "  "}, ["/name"]),
        ({"name": 5}, ["/name"]),
        ({"name": "a\u0000b"}, ["/name"]),
        ({"color": "greenish"}, ["/color"]),
        ({"position": -1}, ["/position"]),
        ({"position": "first"}, ["/position"]),
        ({"before": "17"}, ["/before"]),
        ({"position": 0, "after": "17"}, ["/position", "/after"]),
        ({"colour": "blue"}, ["/colour"]),
        ({"name": "", "color": "x"}, ["/name", "/color"]),
    ],
)
async def test_bad_members(
    client: httpx.AsyncClient, lists: str, members: dict[str, Any], pointers: list[str]
) -> None:
    for answer in (
        await client.post(lists, json={"name": "Won"} | members),
        await client.patch(f"{lists}/{(await add(client, lists, 'Lost'))['id']}", json=members),
    ):
        assert answer.status_code == 422, answer.text
        assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


async def test_a_name_is_needed(client: httpx.AsyncClient, lists: str) -> None:
    answer = await client.post(lists, json={})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/name"


async def test_records_go_to_the_trash_with_their_list_and_come_back(
    client: httpx.AsyncClient, lists: str
) -> None:
    records = lists.replace("/lists", "/records")
    won = await add(client, lists, "Won")
    await add(client, lists, "Lost")
    made = []
    for title, list_id in (("a", won["id"]), ("b", won["id"]), ("c", None)):
        place = {} if list_id is None else {"list": list_id}
        made.append((await client.post(records, json={"title": title} | place)).json())
    await client.delete(f"{records}/{made[0]['id']}")
    assert (await client.delete(f"{lists}/{won['id']}")).status_code == 204
    assert await names(client, lists) == ["Lost"]
    assert [e["name"] for e in (await client.get(lists, params={"deleted": True})).json()["items"]] == ["Won"]
    assert (await client.get(f"{lists}/{won['id']}")).status_code == 404
    assert (await client.get(f"{records}/{made[1]['id']}")).status_code == 404
    back = await client.post(f"{lists}/{won['id']}/restore")
    assert (back.status_code, back.json()) == (200, won)
    assert await names(client, lists) == ["Won", "Lost"]
    found = (await client.get(f"{records}/{made[1]['id']}")).json()
    assert (found["list_id"], found["version"]) == (won["id"], 3)
    assert (await client.get(f"{records}/{made[0]['id']}")).status_code == 404


async def test_records_move_to_another_list(client: httpx.AsyncClient, kernel: Kernel, lists: str) -> None:
    records = lists.replace("/lists", "/records")
    won, lost = await add(client, lists, "Won"), await add(client, lists, "Lost")
    record = (await client.post(records, json={"title": "a", "list": won["id"]})).json()
    for bad in (won["id"], "17", "Lost"):
        answer = await client.delete(f"{lists}/{won['id']}", params={"move_to": bad})
        assert answer.status_code == 422
    answer = await client.delete(f"{lists}/{won['id']}", params={"move_to": lost["id"]})
    assert answer.status_code == 204
    found = (await client.get(f"{records}/{record['id']}")).json()
    assert (found["list_id"], found["version"]) == (lost["id"], 2)
    assert found["list_entered_at"] >= record["list_entered_at"]
    sql = "SELECT list_id, left_at IS NULL FROM smalt_list_stay ORDER BY entered_at, id"
    [stays] = await kernel.database.read(Statement(sql))
    assert [(str(list_id), bool(open_)) for list_id, open_ in stays] == [
        (won["id"], False),
        (lost["id"], True),
    ]


async def test_a_restored_name_may_be_taken(client: httpx.AsyncClient, lists: str) -> None:
    won = await add(client, lists, "Won")
    await client.delete(f"{lists}/{won['id']}")
    await add(client, lists, "won")
    assert (await client.post(f"{lists}/{won['id']}/restore")).status_code == 409
    assert (await client.post(f"{lists}/17/restore")).status_code == 404


async def test_lists_come_back_to_their_places(client: httpx.AsyncClient, lists: str) -> None:
    made = [await add(client, lists, name) for name in ("A", "B", "C", "D")]
    for gone in made[1:3]:
        assert (await client.delete(f"{lists}/{gone['id']}")).status_code == 204
    await add(client, lists, "E")
    for back in made[1:3]:
        assert (await client.post(f"{lists}/{back['id']}/restore")).json() == back
    assert await names(client, lists) == ["A", "B", "C", "D", "E"]
