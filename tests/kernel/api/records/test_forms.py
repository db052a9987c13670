"""Public forms, filled in by everybody: once, and no further than they ask."""

from __future__ import annotations

import asyncio

import httpx

from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.files.uploading import PNG
from tests.kernel.api.records.forms import ROOT, made, opened, pressed, sent
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults


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
