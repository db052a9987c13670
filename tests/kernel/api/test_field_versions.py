"""Two who change a field at once, over HTTP: neither takes away what the other has added."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.test_fields import add, new_project

START = ("a", "b")


def body(*names: str, **members: Any) -> dict[str, Any]:
    return {"config": {"options": list(names)}} | members


def names(field: dict[str, Any]) -> list[str]:
    return [option["name"] for option in field["config"]["options"]]


async def made(client: httpx.AsyncClient) -> str:
    """The path of a field with the options to start from."""
    project = await new_project(client)
    field = await add(client, project, "Stage", "select", **body(*START))
    return f"{project}/fields/{field['id']}"


async def test_a_field_has_a_version(client: httpx.AsyncClient) -> None:
    path = await made(client)
    read = await client.get(path)
    assert (read.headers["etag"], read.json()["version"]) == ('"1"', 1)
    changed = await client.patch(path, json={"name": "Step"}, headers={"If-Match": '"1"'})
    assert (changed.headers["etag"], changed.json()["version"]) == ('"2"', 2)
    same = await client.patch(path, json={"name": "Step", "position": 0}, headers={"If-Match": '"2", "9"'})
    assert same.json()["version"] == 2
    for method, address in (("PATCH", path), ("POST", f"{path}/convert")):
        sent = body("a", "c")
        late = await client.request(method, address, json=sent, headers={"If-Match": '"1"'})
        assert (late.status_code, late.json()["type"]) == (412, "/problems/version-mismatch")
        wrong = await client.request(method, address, json=sent, headers={"If-Match": "1"})
        assert wrong.json()["errors"][0]["pointer"] == "If-Match"
    assert (await client.get(path)).json() == same.json()


async def test_of_many_who_add_an_option_none_is_lost(client: httpx.AsyncClient) -> None:
    path = await made(client)
    read = (await client.get(path)).json()["config"]["options"]

    async def send(name: str) -> httpx.Response:
        """As a program does that looks again when it is told to."""
        tag, options = '"1"', read
        while True:
            sent = {"config": {"options": [*options, {"name": name}]}}
            answer = await client.patch(path, json=sent, headers={"If-Match": tag})
            if answer.status_code != 412:
                return answer
            again = await client.get(path)
            tag, options = again.headers["etag"], again.json()["config"]["options"]

    answers = await asyncio.gather(*(send(f"new {number}") for number in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    field = (await client.get(path)).json()
    assert sorted(names(field)) == [*START, *(f"new {number}" for number in range(4))]
    assert (field["config"]["options"][:2], field["version"]) == (read, 5)


async def test_without_a_version_nothing_new_goes_silently(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    path = await made(client)
    other = await new_client("ewa")
    member = {"user": user_id(other), "role": "admin"}
    project = path.split("/fields/")[0]
    assert (await client.post(f"{project}/members", json=member)).status_code == 201
    assert (await other.patch(path, json=body(*START, "c"))).status_code == 200
    for wanted in (body(*START, "d"), body(*START)):
        for method, address in (("PATCH", path), ("POST", f"{path}/convert")):
            refused = await client.request(method, address, json=wanted)
            assert refused.status_code == 409, refused.text
            fault = refused.json()["errors"][0]
            assert (fault["pointer"], "'c'" in fault["detail"]) == ("/config/options", True)
    assert names((await client.get(path)).json()) == [*START, "c"]
    own = await other.patch(path, json=body(*START, "d"))  # two programs of one person
    assert own.status_code == 409
    told = await client.patch(path, json=body(*START, "d", replacements={"C": None}))
    assert names(told.json()) == [*START, "d"]
    read = {"If-Match": told.headers["etag"]}
    assert names((await other.patch(path, json=body("a", "e"), headers=read)).json()) == ["a", "e"]
    assert names((await other.patch(path, json=body("a"))).json()) == [
        "a"
    ]  # nothing but taking back one's own
    old = await client.patch(path, json=body("x"))  # options that were there from the beginning
    assert names(old.json()) == ["x"]
