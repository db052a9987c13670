"""Two servers on one database behave as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx
import pytest

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.acceptance.stored import Stored, check_agreement


@pytest.fixture
def both(installation: Installation) -> Iterator[tuple[Api, Api]]:
    """Clients of two servers that were started at the same time."""
    installation.make_administrator()
    with ThreadPoolExecutor(2) as pool:
        entered = [installation.running(), installation.running()]
        apis = list(pool.map(lambda context: context.__enter__(), entered))
        try:
            yield apis[0], apis[1]
        finally:
            for context in entered:
                context.__exit__(None, None, None)
    check_agreement(Stored(installation.database_url))


def test_two_servers_are_as_one(both: tuple[Api, Api]) -> None:
    fields_are_known_at_once(*both)
    nothing_is_lost(*both)
    a_conversion_loses_nothing(*both)
    plugins_are_off_everywhere(*both)
    access_ends_everywhere(*both)


def fields_are_known_at_once(one: Api, two: Api) -> None:
    path = one.project("Shared", ("Open", "Done"))
    for number, (here, there) in enumerate(islice(cycle([(one, two), (two, one)]), 20)):
        key = here.field(path, f"Number {number}", "number", decimals=0)["key"]
        record = there.record(path, f"Record {number}", **{key: number})
        assert here.fields(path, record)[key] == number
        assert here.titles(path, filter=f"{{{key}}} = {number}") == [f"Record {number}"]
        here.delete(f"{path}/fields/{key}")
        assert key not in there.fields(path, record)
        there.refused(422, "PATCH", f"{path}/records/{record}", {"fields": {key: 1}})
        here.post(f"{path}/lists", {"name": f"List {number}"})
        there.patch(f"{path}/records/{record}", {"list": f"List {number}"})


def nothing_is_lost(one: Api, two: Api) -> None:
    """Many who add to the same counters, each minding versions, on both servers."""
    path = one.project("Counters")
    one.field(path, "Count", "number", decimals=0)
    counters = [one.record(path, f"Counter {n}", count=0) for n in range(3)]

    def add(job: tuple[Api, int]) -> int:
        api, number = job
        record = f"{path}/records/{counters[number % 3]}"
        api.record(path, f"Witness {number}")
        for attempt in range(200):
            seen = api.get(record)
            body = {"fields": {"count": seen["fields"]["count"] + 1}}
            etag = {"If-Match": f'"{seen["version"]}"'}
            answer = api.answer("PATCH", record, body, headers=etag)
            if answer.status_code == 200:
                return attempt
            assert answer.status_code == 412, answer.text
        raise AssertionError("never got through")

    jobs = list(zip(cycle((one, two)), range(120), strict=False))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, jobs))
    expected = Counter(number % 3 for number in range(120))
    for number, record in enumerate(counters):
        found = two.get(f"{path}/records/{record}")
        assert (found["fields"]["count"], found["version"]) == (expected[number], expected[number] + 1)
    witnesses = one.titles(path, filter="LEFT({title}, 7) = 'Witness'")
    assert sorted(witnesses) == sorted(f"Witness {number}" for number in range(120))


def a_conversion_loses_nothing(one: Api, two: Api) -> None:
    """One server converts a field to and fro while the other writes it."""
    path = one.project("Converted")
    one.field(path, "Code", "text")

    def write(number: int) -> None:
        assert two.record(path, f"{number}", code=str(number))

    with ThreadPoolExecutor(4) as pool:
        writing = pool.map(write, range(80))
        for type_ in ("number", "text", "number", "text"):
            one.post(f"{path}/fields/code/convert", {"type": type_, "config": {}})
        list(writing)
    found = {record["title"]: record["fields"]["code"] for record in one.query(path)}
    assert found == {str(number): str(number) for number in range(80)}


def plugins_are_off_everywhere(one: Api, two: Api) -> None:
    path = one.project("Ratings")
    one.field(path, "Stars", "rating")
    record = two.record(path, "Good", stars=4)
    for here, there in ((one, two), (two, one)):
        here.patch("/plugins/fields.rating", {"enabled": False})
        assert there.get("/plugins/fields.rating")["enabled"] is False
        assert "rating" not in {type_["key"] for type_ in there.get("/field-types")["items"]}
        there.refused(422, "PATCH", f"{path}/records/{record}", {"fields": {"stars": 5}})
        there.refused(422, "POST", f"{path}/fields", {"name": "More", "type": "rating"})
        assert there.fields(path, record)["stars"] is None
        there.patch("/plugins/fields.rating", {"enabled": True})
        assert here.fields(path, record)["stars"] == 4
        assert here.titles(path, filter="{stars} = 4") == ["Good"]


def access_ends_everywhere(one: Api, two: Api) -> None:
    user = one.post("/users", {"email": "jan@example.com", "name": "Jan"})["id"]
    made = one.post(f"/users/{user}/tokens", {"name": "test", "scopes": ["read"]})
    headers = {"Authorization": f"Bearer {made['token']}"}
    path = str(two.http.base_url) + "me"
    assert httpx.get(path, headers=headers, timeout=60).json()["name"] == "Jan"
    one.delete(f"/users/{user}/tokens/{made['id']}")
    assert httpx.get(path, headers=headers, timeout=60).status_code == 401
