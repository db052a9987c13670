"""Pages: complete, without doubles, and only with cursors that were given out."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from kernel.api.paging import MOST, Paging, read_cursor, write_cursor
from kernel.errors import InvalidInputError
from tests.kernel.api.clients import NewClient, user_id


def test_a_cursor_stands_for_its_key() -> None:
    for key in ([1], ["ü", 7], [None, 2**62]):
        assert read_cursor(write_cursor(key, "/x"), "/x") == key


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "=" * 9, "A" * 300])
def test_an_invented_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        read_cursor(cursor, "/x")


def test_a_cursor_of_another_collection_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        read_cursor(write_cursor([1], "/x"), "/y")


def test_slices_are_stable_when_items_come_and_go() -> None:
    items = list(range(0, 100, 10))
    first = Paging(3, None, True, "/x").slice(items, lambda i: (i,))
    assert (first.items, first.total) == ([0, 10, 20], 10)
    changed = [i for i in items if i != 20] + [105]
    second = Paging(3, first.next, False, "/x").slice([5, *changed], lambda i: (i,))
    assert second.items == [30, 40, 50]


async def test_all_users_come_once(client: httpx.AsyncClient, new_client: NewClient) -> None:
    for number in range(4):
        await new_client(f"user{number}")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"&cursor={cursor}" if cursor else ""
        page = (await client.get(f"/users?limit=2&count=true{query}")).json()
        assert page["total"] == 5
        seen += [u["name"] for u in page["items"]]
        cursor = page["next"]
    assert seen == ["Admin", "User0", "User1", "User2", "User3"]


async def test_a_bad_cursor_gets_422(client: httpx.AsyncClient) -> None:
    answer = await client.get("/users?cursor=nonsense")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?cursor"


async def test_what_is_not_counted_by_the_database_is_counted_by_reading_on() -> None:
    asked: list[int] = []

    async def rows(page: Paging) -> list[int]:
        after = page.after()
        start = 0 if after is None else int(after[0] or 0) + 1
        asked.append(start)
        return list(range(start, min(start + page.limit + 1, 2500)))

    page = await Paging(2, None, True, "/x").read(rows, lambda i: (i,))
    assert (page.items, page.total, asked) == ([0, 1], 2500, [0, 0, MOST, 2 * MOST])
    uncounted = await Paging(2, page.next, False, "/x").read(rows, lambda i: (i,))
    assert (uncounted.items, uncounted.total) == ([2, 3], msgspec.UNSET)


async def test_every_collection_can_be_counted(client: httpx.AsyncClient) -> None:
    project = (await client.post("/projects", json={"name": "Deals"})).json()["id"]
    await client.post(f"/projects/{project}/lists", json={"name": "Open"})
    record = (await client.post(f"/projects/{project}/records", json={"title": "a"})).json()["id"]
    known = {"{project_id}": project, "{record_id}": record, "{user_id}": user_id(client)}
    document = (await client.get("http://smalt.test/schema/openapi.json")).json()
    seen = set()
    for path, methods in document["paths"].items():
        given = methods.get("get", {}).get("parameters", ())
        names = {parameter["name"] for parameter in given if "name" in parameter}
        place = path.removeprefix("/api/v1")
        for name, value in known.items():
            place = place.replace(name, value)
        if "count" not in names or "{" in place:
            continue
        query = {"count": "true", "limit": "1", **({"q": "a"} if path.endswith("/search") else {})}
        answer = (await client.get(place, params=query)).json()
        assert answer["total"] >= len(answer["items"]), path
        seen.add(path.rsplit("/", 1)[-1])
    assert {"users", "records", "history", "trash", "search", "dashboards", "notifications"} <= seen
