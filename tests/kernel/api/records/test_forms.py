"""Public forms: set up by those who may, filled in by everybody, once and no further than they ask."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest

from kernel.access.tally import Tally
from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.files.uploading import PNG
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults

ROOT = "http://smalt.test"
LEAD: list[Json] = [
    {"field": "title", "label": "Your name"},
    {"field": "email", "label": "Your email", "required": True, "help": "We write to you there."},
    {"field": "budget"},
    {"field": "plans", "visible_if": "{budget} > 1000", "required": True},
    {"field": "source", "hidden": True, "default": "Website"},
    {"field": "campaign", "hidden": True, "prefill": True, "default": "none"},
]


@pytest.fixture
async def leads(plain: ProjectClient) -> ProjectClient:
    """A project whose fields forms ask for, with some that they do not."""
    await plain.add_field("Email", "email", unique=True)
    await plain.add_field("Budget", "number", {"minimum": "0"})
    await plain.add_field("Plans", "long_text")
    await plain.add_field("Source", "select", {"options": [{"name": "Website"}, {"name": "Fair"}]})
    await plain.add_field("Campaign", "text")
    await plain.add_field("Secret", "text", required=True, default="unknown")
    await plain.add_field("Papers", "file", {"allowed_types": ["image/*"]})
    return plain


async def made(project: ProjectClient, fields: list[Json] | None = None, **members: Any) -> Json:
    body = {"name": "Contact us", "slug": "contact", "list": "Doing", "fields": fields or LEAD} | members
    return checked(await project.client.post(f"{project.path}/forms", json=body), 201)


async def sent(visitor: httpx.AsyncClient, slug: str = "contact", **fields: Any) -> httpx.Response:
    return await visitor.post(f"/forms/{slug}", json={"fields": fields})


async def opened(visitor: httpx.AsyncClient, query: str = "") -> tuple[str, str]:
    """The page of the form, and the key that it was given out with."""
    page = await visitor.get(f"{ROOT}/forms/contact{query}", headers={"accept-language": "pl, en;q=0.5"})
    assert page.status_code == 200, page.text
    found = re.search(r'name="_key" value="([^"]+)"', page.text)
    assert found
    return page.text, found[1]


async def pressed(visitor: httpx.AsyncClient, key: str, **filled: str) -> httpx.Response:
    return await visitor.post(
        f"{ROOT}/forms/contact", data={"_key": key} | filled, headers={"accept-language": "pl"}
    )


async def test_all_that_is_wrong_is_told_at_once(leads: ProjectClient, new_client: NewClient) -> None:
    await made(leads)
    answer = await sent(await new_client("visitor"), email="", budget="-1", color="red")
    assert set(faults(answer)) == {"/fields/title", "/fields/email", "/fields/budget", "/fields/color"}


async def test_a_submission_is_a_record_made_by_the_form(
    leads: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    form = await made(leads, tags=["website"], assignees=["admin@example.com"], after={"message": "Danke"})
    assert form["path"] == "/forms/contact"
    assert (form["list"], form["tags"], form["assignees"]) == ("Doing", ["website"], ["admin@example.com"])
    assert form["fields"][3]["visible_if"] == "{budget} > 1000"
    asked = checked(await anonymous.get("/forms/contact"), 200)
    assert [f["field"] for f in asked["fields"]] == ["title", "email", "budget", "plans", "campaign"]
    assert [f["asks"] for f in asked["fields"]] == ["text", "email", "number", "lines", "text"]
    assert "Website" not in str(asked)
    answer = await sent(anonymous, title="Ola", email="ola@example.com", budget="2000", plans="a shop")
    assert checked(answer, 201) == {"message": "Danke", "redirect": None}
    (record,) = (await leads.page())["items"]
    assert record["title"] == "Ola"
    assert [tag["name"] for tag in record["tags"]] == ["website"]
    assert [p["id"] for p in record["assignees"]] == [user_id(leads.client)]
    assert record["list_id"] == (await leads.page(list="Doing"))["items"][0]["list_id"]
    values = record["fields"]
    assert (values["budget"], values["plans"], values["secret"]) in (
        ("2000", "a shop", "unknown"),
        (2000, "a shop", "unknown"),
    )
    assert (values["source"]["name"], values["campaign"]) == ("Website", "none")
    (change,) = (await leads.try_record(record, "/history")).json()["items"]
    assert (change["via"], change["kind"]) == ("form", "record.created")
    shown = checked(await leads.client.get(f"{leads.path}/forms/{form['id']}"), 200)
    assert shown["submissions"] == 1


async def test_it_sets_nothing_that_the_form_does_not_ask_for(
    leads: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    await made(leads)
    field = next(
        f
        for f in checked(await leads.client.get(f"{leads.path}/fields"), 200)["items"]
        if f["key"] == "secret"
    )
    for name in (
        "secret",
        field["id"],
        "source",
        "list",
        "tags",
        "assignees",
        "created_by",
        "id",
        "papers",
        "x/y~",
    ):
        answer = await sent(anonymous, title="Ola", email=f"{name.strip('/~')}@example.com", **{name: "1"})
        found = faults(answer, 422)
        (pointer,) = found
        assert pointer.startswith("/fields/"), pointer
        assert "does not ask" in found[pointer]
        assert "secret" not in found[pointer].replace("'secret'", "")
    answer = await anonymous.post("/forms/contact", json={"fields": {}, "list": "Done"})
    assert "/list" in faults(answer, 422)
    # what is not to be seen is left out, and not asked for
    checked(await sent(anonymous, title="Ola", email="a@example.com", budget=10, plans="sneaky"), 201)
    checked(await sent(anonymous, title="Ewa", email="b@example.com", budget=5000, campaign="spring"), 422)
    answer = await sent(
        anonymous, title="Ewa", email="b@example.com", budget=5000, plans="x", campaign="spring"
    )
    checked(answer, 201)
    by_title = {r["title"]: r["fields"] for r in (await leads.page())["items"]}
    assert by_title["Ola"]["plans"] is None
    assert (by_title["Ewa"]["plans"], by_title["Ewa"]["campaign"]) == ("x", "spring")


async def test_pressing_twice_makes_one_record(leads: ProjectClient, anonymous: httpx.AsyncClient) -> None:
    await made(leads)
    _, key = await opened(anonymous)
    again = await asyncio.gather(
        *(pressed(anonymous, key, title="Ola", email="o@example.com") for _ in range(5))
    )
    assert {a.status_code for a in again} == {200}
    assert len({a.text for a in again}) == 1
    assert "Odpowiedź została wysłana" in again[0].text
    assert (await pressed(anonymous, key, title="Other", email="other@example.com")).text == again[0].text
    body = {"fields": {"title": "Jan", "email": "j@example.com"}}
    plain = await asyncio.gather(*(anonymous.post("/forms/contact", json=body) for _ in range(4)))
    assert {a.status_code for a in plain} == {201}
    assert sorted(await leads.titles()) == ["Jan", "Ola"]
    assert checked(await leads.client.get(f"{leads.path}/forms"), 200)["items"][0]["submissions"] == 2
    for wrong in ("", "1.x.y", f"9{key}", f"{key}0", "9" * 30):
        answer = await pressed(anonymous, wrong, title="Eve", email="eve@example.com")
        assert answer.status_code == 422
        assert "otwarty zbyt długo" in answer.text
    trapped = await pressed(
        anonymous, (await opened(anonymous))[1], title="Bot", email="b@b.example", _website="x"
    )
    assert trapped.status_code == 200
    assert sorted(await leads.titles()) == ["Jan", "Ola"]


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    leads: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    await made(leads)
    await leads.add("there", email="taken@example.com", secret="x")
    page, key = await opened(anonymous, "?title=%3Cb%3EOla&source=Fair&campaign=spring&secret=1")
    assert '<html lang="pl">' in page
    assert 'value="&lt;b&gt;Ola"' in page
    assert 'name="campaign" value="spring"' in page
    assert "Fair" not in page
    assert (
        "default-src 'none'"
        in (await anonymous.get(f"{ROOT}/forms/contact")).headers["content-security-policy"]
    )
    again = await pressed(anonymous, key, title="<i>Ewa", email="no email", budget="-1")
    assert again.status_code == 422
    assert 'value="&lt;i&gt;Ewa"' in again.text
    assert 'value="no email"' in again.text
    assert again.text.count('aria-invalid="true"') == 2
    assert f'value="{key}"' in again.text
    assert 'aria-describedby="h-email e-email"' in again.text
    taken = await pressed(anonymous, key, title="Ewa", email="taken@example.com")
    assert taken.status_code == 409
    assert 'id="e-email"' in taken.text
    assert (
        await pressed(anonymous, key, title="Ewa", email="ewa@example.com", budget="1 500,5", plans="a shop")
    ).status_code == 200
    assert [r["fields"]["budget"] for r in (await leads.page(filter="{budget} > 1000"))["items"]] in (
        ["1500.5"],
        [1500.5],
    )
    assert (
        await pressed(anonymous, key, title="Ewa", secret="1")
    ).status_code == 200  # the same key: done already
    assert sorted(await leads.titles()) == ["Ewa", "there"]


async def test_files_come_along_and_go_with_what_fails(
    leads: ProjectClient, anonymous: httpx.AsyncClient, kernel: Kernel
) -> None:
    await made(leads, [{"field": "email"}, {"field": "papers", "required": True}])
    _, key = await opened(anonymous)

    async def send(key: str, name: str, content: bytes, field: str = "papers") -> httpx.Response:
        files = [(field, (name, content, "image/png"))]
        return await anonymous.post(
            f"{ROOT}/forms/contact", data={"_key": key, "email": "p@example.com"}, files=files
        )

    assert (await send("bad", "a.png", PNG)).status_code == 422
    assert (await send(key, "a.png", PNG, "email")).status_code == 422
    assert (await send(key, "a.txt", b"plain text")).status_code == 422
    large = await send(key, "large.png", PNG + bytes(kernel.settings.form_file_size))
    assert large.status_code == 413
    assert (await send(key, "", b"")).status_code == 422
    (rows,) = await kernel.database.read(("SELECT count(*) FROM smalt_file", ()))  # type: ignore[arg-type]
    assert rows[0][0] == 0
    assert (await send(key, "a.png", PNG)).status_code == 200
    assert (await send(key, "a.png", PNG)).status_code == 200
    (record,) = (await leads.page())["items"]
    assert record["title"] == "p@example.com"
    (file,) = record["fields"]["papers"]
    assert file["name"] == "a.png"
    (rows,) = await kernel.database.read(("SELECT count(*) FROM smalt_file", ()))  # type: ignore[arg-type]
    assert rows[0][0] == 1
    # a file that somebody else has brought cannot be named
    other = checked(await leads.client.post("/files", files={"file": ("b.png", PNG, "image/png")}), 201)
    assert "/fields/papers" in faults(await sent(anonymous, email="q@example.com", papers=[other["id"]]), 422)
    assert "/fields/papers" in faults(await sent(anonymous, email="q@example.com", papers=[file["id"]]), 422)


async def test_a_picker_shows_titles_of_what_its_filter_lets_through(
    crm: Crm, new_client: NewClient, anonymous: httpx.AsyncClient
) -> None:
    deals, customers = crm.deals, crm.customers
    await customers.add("Open Acme", size=5, email="hidden@example.com")
    small = await customers.add("Small shop", size=1)
    await deals.refer("Chosen", customers, filter="{size} > 3")
    fields: list[Json] = [{"field": "title"}, {"field": "chosen"}]
    body = {"name": "Order", "slug": "contact", "fields": fields}
    assert "/fields/1/picker" in faults(await deals.client.post(f"{deals.path}/forms", json=body), 422)
    fields[1]["picker"] = True
    await made(deals, fields, list=None)
    asked = checked(await anonymous.get("/forms/contact"), 200)
    (option,) = asked["fields"][1]["options"]
    assert option["name"] == "Open Acme"
    assert "hidden@example.com" not in str(asked)
    assert "Small shop" not in (await opened(anonymous))[0]
    assert "/fields/chosen" in faults(await sent(anonymous, title="x", chosen=small["id"]), 422)
    checked(await sent(anonymous, title="y", chosen=option["value"]), 201)
    # whoever may not see the customers cannot show them, nor can a form of somebody who did
    ewa = await new_client("ewa")
    checked(
        await deals.client.post(f"{deals.path}/members", json={"user": user_id(ewa), "role": "admin"}), 201
    )
    answer = await ewa.post(f"{deals.path}/forms", json=body | {"slug": "other", "fields": fields})
    assert "/fields/1/field" in faults(answer, 422)
    member = {"user": user_id(ewa), "role": "viewer"}
    checked(await customers.client.post(f"{customers.path}/members", json=member), 201)
    checked(await ewa.post(f"{deals.path}/forms", json=body | {"slug": "other", "fields": fields}), 201)
    assert "Open Acme" in (await anonymous.get("/forms/other")).text
    checked(await customers.client.delete(f"{customers.path}/members/{user_id(ewa)}"), 204)
    assert "Open Acme" not in (await anonymous.get("/forms/other")).text
    answer = await sent(anonymous, "other", title="z", chosen=option["value"])
    assert "/fields/chosen" in faults(answer, 422)


async def test_who_does_not_set_up_the_project_sees_no_forms(
    leads: ProjectClient, new_client: NewClient, anonymous: httpx.AsyncClient
) -> None:
    form = await made(leads)
    path = f"{leads.path}/forms"
    stranger, member, junior = [await new_client(name) for name in ("zoe", "jan", "ola")]
    role = {"name": "Junior", "fields": {"*": "edit", "budget": "hidden"}, "can": {"configure": True}}
    junior_role = checked(await leads.client.post(f"{leads.path}/roles", json=role), 201)["id"]
    for client, name in ((member, "member"), (junior, junior_role)):
        checked(
            await leads.client.post(f"{leads.path}/members", json={"user": user_id(client), "role": name}),
            201,
        )
    for suffix in ("", f"/{form['id']}"):
        assert (await anonymous.get(path + suffix)).status_code == 401
        assert (await stranger.get(path + suffix)).status_code == 404
        assert (await member.get(path + suffix)).status_code == 403
    seen = checked(await junior.get(f"{path}/{form['id']}"), 200)
    assert "budget" not in str(seen).lower()
    assert seen["complete"] is False
    assert (await junior.patch(f"{path}/{form['id']}", json={"fields": LEAD[:2]})).status_code == 403
    answer = await junior.post(path, json={"name": "x", "fields": [{"field": "title"}, {"field": "budget"}]})
    assert list(faults(answer, 422)) == ["/fields/1/field"]
    answer = await junior.post(
        path, json={"name": "x", "fields": [{"field": "title", "visible_if": "{budget} > 1"}]}
    )
    assert list(faults(answer, 422)) == ["/fields/0/visible_if"]
    checked(await junior.patch(f"{path}/{form['id']}", json={"enabled": False}), 200)
    assert (await anonymous.get("/forms/contact")).status_code == 404
    assert (await sent(anonymous, title="x", email="x@example.com")).status_code == 404
    assert (await anonymous.get(f"{ROOT}/forms/contact")).status_code == 404


async def test_a_form_is_open_for_a_time_and_for_so_many(
    leads: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    form = await made(leads, limit=2)
    path = f"{leads.path}/forms/{form['id']}"
    checked(await sent(anonymous, title="1", email="1@example.com"), 201)
    _, key = await opened(anonymous)
    answers = await asyncio.gather(
        *(sent(anonymous, title=f"{n}", email=f"{n}@example.com") for n in range(2, 6))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert len(await leads.titles()) == 2
    closed = await pressed(anonymous, key, title="x", email="x@example.com")
    assert closed.status_code == 409
    assert "nie przyjmuje więcej" in closed.text
    for change, told in (
        ({"limit": None, "opens_at": "2099-01-01T00:00:00Z"}, "not open yet"),
        ({"opens_at": None, "closes_at": "2020-01-01T00:00:00Z"}, "is closed"),
    ):
        checked(await leads.client.patch(path, json=change), 200)
        asked = checked(await anonymous.get("/forms/contact"), 200)
        assert (asked["open"], told in asked["closed"]) == (False, True)
        assert told in (await anonymous.get(f"{ROOT}/forms/contact")).text
        assert (await sent(anonymous, title="z", email="z@example.com")).status_code == 409


async def test_who_sends_too_many_is_held_off(
    leads: ProjectClient, anonymous: httpx.AsyncClient, kernel: Kernel
) -> None:
    await made(leads)
    kernel.forms.public._most = 3
    statuses = [(await sent(anonymous, title=str(n), email=f"{n}@example.com")).status_code for n in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    held_off = await pressed(anonymous, "x", title="x")
    assert held_off.status_code == 429
    assert int(held_off.headers["retry-after"]) > 0
    assert "Zbyt wiele" in held_off.text


async def test_a_form_that_cannot_work_is_refused(leads: ProjectClient) -> None:
    await leads.compute("Double", "{budget} * 2")
    await leads.add_field("Boss", "user")
    body = {
        "name": " ", "slug": "A b", "list": "Nowhere", "tags": ["nothing"], "assignees": ["who@example.com"],
        "after": {"redirect": "javascript:alert(1)"}, "embed": ["https://x.example/path"], "opens_at": "soon",
        "fields": [
            {"field": "emial"}, {"field": "double"}, {"field": "boss"},
            {"field": "budget", "default": "many"}, {"field": "budget"},
            {"field": "plans", "visible_if": "{secret} = 1"}, {"field": "papers", "default": "1"},
            {"field": "campaign", "visible_if": "{budget} >"},
        ],
    }  # fmt: skip
    found = faults(await leads.client.post(f"{leads.path}/forms", json=body), 422)
    assert set(found) == {
        "/name", "/slug", "/list", "/tags/0", "/assignees/0", "/after/redirect", "/embed/0", "/opens_at",
        "/fields/0/field", "/fields/1/field", "/fields/2/field", "/fields/3/default", "/fields/4/field",
        "/fields/5/visible_if", "/fields/6/default", "/fields/7/visible_if",
    }  # fmt: skip
    assert "email" in found["/fields/0/field"]
    await made(leads)
    again = await leads.client.post(
        f"{leads.path}/forms", json={"name": "x", "slug": "contact", "fields": LEAD}
    )
    assert "/slug" in faults(again, 409)
    twin = checked(
        await leads.client.post(f"{leads.path}/forms", json={"name": "Contact", "fields": LEAD}), 201
    )
    assert twin["slug"] == "contact-2"


async def test_hostile_bodies_are_refused(leads: ProjectClient, anonymous: httpx.AsyncClient) -> None:
    await made(leads)
    kinds = {
        "application/json": [b"{", b"[]", b'{"fields": 1}', b'{"fields": {"title": {"a": 1}}}', b"[" * 100_000,
                             b'{"fields": {"title": "a\\u0000b", "email": "a@example.com"}}', b"1" * 2_000_000],
        "application/x-www-form-urlencoded": [b"title=%00&email=a@example.com", b"title=%ff", b"a=1&" * 5000, b"\xff"],
        "multipart/form-data; boundary=x": [b"", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=title"],
        "multipart/form-data": [b"--x"],
        "text/plain": [b"title=x"],
    }  # fmt: skip
    for kind, bodies in kinds.items():
        for body in bodies:
            answer = await anonymous.post("/forms/contact", content=body, headers={"content-type": kind})
            assert 400 <= answer.status_code < 500, (kind, body[:40], answer.text)
            if "json" not in kind:
                page = await anonymous.post(
                    f"{ROOT}/forms/contact", content=body, headers={"content-type": kind}
                )
                assert 400 <= page.status_code < 500, (kind, body[:40], page.text)
                assert page.headers["content-type"].startswith("text/html")
    assert await leads.titles() == []
    assert (await anonymous.get("/forms/nothing")).status_code == 404
    assert (
        await anonymous.post("/forms/contact/visible", json={"fields": {"budget": [1], "x": 2}})
    ).status_code == 200
    shown = checked(await anonymous.post("/forms/contact/visible", json={"fields": {"budget": "2000"}}), 200)
    assert shown == {"visible": ["title", "email", "budget", "plans"]}
    in_polish = {"accept-language": "pl"}
    body = {"fields": {"budget": "2 000,5"}}
    assert checked(await anonymous.post("/forms/contact/visible", json=body, headers=in_polish), 200) == shown


async def test_what_is_left_out_gets_the_default_and_what_is_cleared_does_not(
    plain: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    await plain.add_field("Country", "text")
    await plain.add_field("News", "checkbox")
    await plain.add_field("Topics", "multi_select", {"options": [{"name": "Web"}, {"name": "SEO"}]})
    fields: list[Json] = [
        {"field": "title"}, {"field": "country", "default": "Poland", "required": True},
        {"field": "news", "default": True}, {"field": "topics", "default": ["Web"], "visible_if": "{country} = 'Poland'"},
    ]  # fmt: skip
    await made(plain, fields)
    assert (await sent(anonymous, title="Left out")).status_code == 201
    assert (await sent(anonymous, title="Abroad", country="Norway")).status_code == 201
    cleared = await sent(anonymous, title="Cleared", country="", news=None, topics=[])
    assert faults(cleared) == {"/fields/country": "Please fill this in."}
    assert (await sent(anonymous, title="None", country="Poland", news=False, topics=None)).status_code == 201
    _, key = await opened(anonymous)
    answer = await pressed(anonymous, key, title="Unticked", country="Poland")
    assert answer.status_code == 200, answer.text
    found = {
        r["title"]: r["fields"] for r in (await plain.client.get(f"{plain.path}/records")).json()["items"]
    }
    seen = {t: (f["country"], f["news"], [o["name"] for o in f["topics"]]) for t, f in found.items()}
    assert seen == {
        "Left out": ("Poland", True, ["Web"]), "Abroad": ("Norway", True, []), "None": ("Poland", False, []),
        "Unticked": ("Poland", seen["Unticked"][1], []),
    }  # fmt: skip
    assert not seen["Unticked"][1]


async def test_who_asks_too_often_is_held_off(
    plain: ProjectClient, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, kernel: Kernel
) -> None:
    await made(plain, [{"field": "title"}])
    monkeypatch.setattr(kernel.forms.public, "_questions", Tally(kernel.clock, 2))
    asked = [await anonymous.post("/forms/contact/visible", json={"fields": {}}) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert 1 <= int(asked[2].headers["retry-after"]) <= 60
