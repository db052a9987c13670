"""The same rules hold on every way in, and the history says which way it was."""

from __future__ import annotations

import httpx
import pytest
from litestar import Litestar

from kernel.access.actor import SYSTEM
from kernel.runtime import Kernel
from kernel.services.users import UserInput
from tests.kernel.api.clients import BASE_URL, PASSWORD
from tests.kernel.api.imports.importing import imported
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults

BAD: dict[str, tuple[Json, str]] = {
    "size": ({"size": 11}, "above the maximum"),
    "stars": ({"stars": 0}, "below the minimum"),
    "email": ({"email": "TAKEN@b.example"}, "not unique"),
    "code": ({"code": None}, "empty though required"),
}
"""A value that a field refuses, by field."""


@pytest.fixture
async def strict(plain: ProjectClient) -> ProjectClient:
    """A project with fields that mind what they get, and a record that has a value taken."""
    await plain.add_field("Size", "number", {"maximum": "10"}, default=3)
    await plain.add_field("Stars", "rating", {})
    await plain.add_field("Email", "email", unique=True)
    await plain.add_field("Code", "text", required=True)
    await plain.add("taken", email="taken@b.example", code="x")
    return plain


@pytest.mark.parametrize("field", BAD)
async def test_no_way_in_takes_what_a_field_refuses(strict: ProjectClient, field: str) -> None:
    bad = {"code": "c"} | BAD[field][0]
    good = await strict.add("good", code="g", stars=3)
    client, path = strict.client, f"{strict.path}/records"
    before = await strict.record(good)
    given = BAD[field][0]
    status = 409 if field == "email" else 422
    ways = {
        "create": client.post(path, json={"title": "new", "fields": bad}),
        "change": client.patch(f"{path}/{good['id']}", json={"fields": given}),
        "copy": client.post(f"{path}/{good['id']}/copy", json={"fields": given}),
    }
    for way, asked in ways.items():
        assert list(faults(await asked, status)) == [f"/fields/{field}"], way
    batches: dict[str, Json] = {
        "create": {"create": [{"title": "new", "fields": bad}]},
        "update": {"update": [{"id": good["id"], "fields": given}]},
    }
    for way, body in batches.items():
        answer = await strict.batch(**body, atomic=True)
        assert answer.status_code in (409, 422), (way, answer.text)
        assert f"/fields/{field}" in answer.text
    cell = "" if given[field] is None else str(given[field])
    columns = ["title", "code", field] if field != "code" else ["title", "code"]
    row = ["new", "c", cell] if field != "code" else ["new", cell]
    text = f"{','.join(columns)}\n{','.join(row)}\n"
    mapping = {column: {"field": column} for column in columns}
    done = await imported(client, strict.path, text, mapping=mapping)
    assert (done["created"], done["failed"]) == (0, 1), done
    assert await strict.record(good) == before
    assert sorted(await strict.titles()) == ["good", "taken"]


async def test_defaults_come_in_by_every_way(strict: ProjectClient) -> None:
    await strict.add("one", code="1")
    checked(await strict.batch(create=[{"title": "two", "fields": {"code": "2"}}]), 200)
    mapping = {"title": {"field": "title"}, "code": {"field": "code"}}
    done = await imported(strict.client, strict.path, "title,code\nthree,3\n", mapping=mapping)
    assert done["created"] == 1
    assert len(await strict.titles(filter="{size} = 3")) == 4


async def test_the_history_says_which_way_it_came(
    strict: ProjectClient, kernel: Kernel, app: Litestar
) -> None:
    await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", PASSWORD, admin=True))
    one = await strict.add("one", code="1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as page:
        signing_in = {"email": "ewa@example.com", "password": PASSWORD}
        session = checked(await page.post("/session", json=signing_in), 201)
        headers = {"X-CSRF-Token": session["csrf_token"]}
        path = f"{strict.path}/records/{one['id']}"
        checked(await page.patch(path, json={"title": "changed"}, headers=headers), 200)
    mapping = {"title": {"field": "title"}, "code": {"field": "code"}}
    text = "title,code\nrenamed,1\n"
    done = await imported(strict.client, strict.path, text, mapping=mapping, key="code")
    assert done["updated"] == 1
    history = await strict.history(one)
    assert [(change["via"], change["by"]["name"]) for change in history] == [
        ("api", "Admin"), ("page", "Ewa"), ("import", "Admin"),
    ]  # fmt: skip
