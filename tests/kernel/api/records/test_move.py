"""Moving records between lists and within one."""

from __future__ import annotations

import httpx

from kernel.runtime import Kernel
from kernel.storage.database import Statement
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults


async def order(project: ProjectClient, list_: str = "Open") -> str:
    return "".join(await project.titles(list=list_, sort="position", limit=1000))


async def some(project: ProjectClient, titles: str = "abcde") -> dict[str, Json]:
    return {title: await project.add(title) for title in titles}


async def test_a_move_keeps_values_and_is_logged(crm: Crm, client: httpx.AsyncClient) -> None:
    lists = checked(await client.get(f"{crm.deals.path}/lists"), 200)["items"]
    made = await crm.deals.add("Site", {"tags": ["SEO"]}, amount="5")
    moved = await crm.deals.move(made, list="Closed Won")
    assert moved["list_id"] == lists[2]["id"]
    assert moved["list_entered_at"] > made["list_entered_at"]
    assert (moved["fields"], moved["tags"], moved["version"]) == (made["fields"], made["tags"], 2)
    change = (await crm.deals.history(made))[-1]
    assert change["kind"] == "record.moved"
    assert change["changes"] == [{"field": "list", "from": lists[0], "to": lists[2]}] or [
        (c["field"], c["from"]["name"], c["to"]["name"]) for c in change["changes"]
    ] == [("list", "Qualification", "Closed Won")]


async def test_time_in_lists_is_kept(plain: ProjectClient, kernel: Kernel) -> None:
    made = await plain.add("a")
    await plain.move(made, list="Doing")
    await plain.move(made, position="first")
    await plain.update(made, {"list": "Done"})
    (rows,) = await kernel.database.read(
        Statement("SELECT list_id, entered_at, left_at FROM smalt_list_stay ORDER BY id")
    )
    assert len({row[0] for row in rows}) == 3
    assert [row[2] for row in rows] == [rows[1][1], rows[2][1], None]


async def test_places_in_a_list(plain: ProjectClient) -> None:
    made = await some(plain)
    assert await order(plain) == "abcde"
    await plain.move(made["e"], before=made["b"]["id"])
    assert await order(plain) == "aebcd"
    await plain.move(made["a"], after=made["c"]["id"])
    assert await order(plain) == "ebcad"
    await plain.move(made["d"], position="first")
    await plain.move(made["b"], position="last")
    assert await order(plain) == "decab"
    await plain.move(made["d"], before=made["e"]["id"])
    await plain.move(made["b"], after=made["a"]["id"])
    await plain.move(made["e"], after=made["e"]["id"])
    assert await order(plain) == "decab"
    await plain.add("f")
    assert await order(plain) == "decabf"


async def test_a_place_in_another_list(plain: ProjectClient) -> None:
    made = await some(plain)
    for title in "ab":
        await plain.move(made[title], list="Done")
    await plain.move(made["e"], list="Done", before=made["b"]["id"])
    await plain.move(made["d"], list_id=(await plain.record(made["a"]))["list_id"], position="first")
    assert (await order(plain), await order(plain, "Done")) == ("c", "daeb")
    assert await plain.titles(sort="list,position") == ["c", "d", "a", "e", "b"]


async def test_reordering_is_no_move(plain: ProjectClient) -> None:
    made = await some(plain, "ab")
    moved = await plain.move(made["b"], before=made["a"]["id"])
    assert moved["list_entered_at"] == made["b"]["list_entered_at"]
    assert [c["kind"] for c in await plain.history(made["b"])] == ["record.created", "record.reordered"]
    assert (await plain.history(made["b"]))[-1]["changes"] == []


async def test_gaps_that_close_are_opened_again(plain: ProjectClient) -> None:
    made = await some(plain, "abc")
    deleted = await plain.add("z")
    await plain.delete(deleted)
    for number in range(60):
        title = "cb"[number % 2]
        await plain.move(made[title], after=made["a"]["id"])
        assert await order(plain) == ("acb" if title == "c" else "abc"), number
    for number in range(60):
        title = "ab"[number % 2]
        await plain.move(made[title], before=made["c"]["id"])
        assert (await order(plain))[1:] == title + "c", number


async def test_where_there_is_no_gap_the_neighbour_steps_aside(plain: ProjectClient, kernel: Kernel) -> None:
    """Nobody else's record is written, so people who order a list together do not lock one another out."""
    made = await some(plain, "abcd")
    table = f"p_{plain.id}"
    for moved, wanted, expected in (
        ("d", {"before": made["b"]["id"]}, "adbc"),
        ("c", {"after": made["a"]["id"]}, "acbd"),
    ):
        async with kernel.database.transaction() as tx:
            for title, position in (("a", 1000), ("b", 1000), ("c", 9000), ("d", 20000)):
                where = f"id = {made[title]['id']}"
                await tx.execute(f"UPDATE {table} SET position = {position} WHERE {where}")
        await plain.move(made[moved], **wanted)
        assert await order(plain) == expected
        others = [title for title in "abcd" if title not in (moved, *_named(made, wanted))]
        for title in others:
            place = {"a": "1000", "b": "1000", "c": "9000", "d": "20000"}[title]
            assert (await plain.record(made[title]))["position"] == place


def _named(made: dict[str, Json], wanted: Json) -> list[str]:
    return [title for title, record in made.items() if record["id"] in wanted.values()]


async def test_places_that_make_no_sense(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    made = await some(plain, "ab")
    far = await plain.add("far", {"list": "Done"})
    path = f"{plain.path}/records/{made['a']['id']}/move"
    for body, pointer in (
        ({"before": far["id"]}, "/before"),
        ({"after": "17"}, "/after"),
        ({"after": "x"}, "/after"),
        ({"after": "²"}, "/after"),
        ({"before": "9" * 30}, "/before"),
        ({"list": "Nowhere"}, "/list"),
        ({"list_id": "17"}, "/list_id"),
        ({"position": "middle"}, "/position"),
        ({"before": made["b"]["id"], "after": made["b"]["id"]}, "/after"),
        ({"before": made["b"]["id"], "position": "last"}, "/position"),
        ({"list": "Done", "list_id": far["list_id"]}, "/list_id"),
        ({"befor": "1"}, "/befor"),
        ({}, ""),
    ):
        assert list(faults(await client.post(path, json=body))) == [pointer], body
    assert await order(plain) == "ab"


async def test_thirty_lists(plain: ProjectClient) -> None:
    for number in range(27):
        await plain.add_list(f"List {number}")
    made = await plain.add("a")
    await plain.move(made, list="list 26")
    assert await plain.titles(list="List 26") == ["a"]
    assert await plain.titles(filter="{list} = 'LIST 26'") == ["a"]
