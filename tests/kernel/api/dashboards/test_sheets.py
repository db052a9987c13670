"""Whole dashboards as one picture: SVG, PNG and PDF, for each reader."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from kernel.services.dashboards import painter
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.dashboards.boards import SUM, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import checked, faults


async def test_each_reader_gets_a_picture_of_what_they_see(teams: Teams, new_client: NewClient) -> None:
    board, client = teams.board, teams.board.client
    checked(
        await client.patch(board.path, json={"name": "Sprzedaż & co", "filters": {"period": "this_year"}}),
        200,
    )
    await teams.north.add("a", {"list": "Closed Won"}, amount="1200.50", cost="77.70")
    await teams.south.add("b", {"list": "Closed WON"}, amount={"amount": "5", "currency": "JPY"})
    both = [source(teams.north), source(teams.south)]
    await board.add("bar", "Won", sources=both, measure=SUM, group_by="list")
    cost = {"function": "sum", "field": "cost"}
    await board.add("stat", "Spent", sources=[source(teams.north)], measure=cost)
    counted = await board.add(
        "bar", "Nothing", sources=[source(teams.north, "{title} = 'x'")], group_by="list"
    )

    drawn = await client.get(f"{board.path}/image.svg", params={"locale": "pl", "theme": "light"})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(drawn.text)
    said = "".join(root.itertext())
    said = said.translate({0x202F: " ", 0xA0: " "})
    for text in ("Sprzedaż & co", "Stan na ", "(Europe/Warsaw)", "Tylko: 1 sty 20", "1 200,50 €", "77,70 €",
                 "Pominięto: 1 (Kwoty w JPY)", "Brak danych"):  # fmt: skip
        assert text in said, text
    assert "prefers-color-scheme" not in drawn.text

    polish = checked(await client.get(f"{counted}/data", params={"locale": "pl-PL"}), 200)
    assert [series["name"] for series in polish["series"]] == ["Rekordy"]

    junior = await new_client("junior")
    role = {"name": "Junior", "fields": {"cost": "hidden"}}
    made = checked(await client.post(f"{teams.north.path}/roles", json=role), 201)
    member = {"user": user_id(junior), "role": made["id"]}
    checked(await client.post(f"{teams.north.path}/members", json=member), 201)
    assert (await junior.get(f"{board.path}/image.svg")).status_code == 404, "it is shared with nobody"
    theirs = (await board.share(junior)).client
    seen = " ".join(ElementTree.fromstring((await theirs.get(f"{board.path}/image.svg")).text).itertext())
    assert "This chart shows something that you may not see." in seen
    assert "77.7" not in seen
    assert "€1,200.50" in seen
    assert "Left out: 1 (Projects that are gone, or that you may not see)" in seen
    refused = await client.get(f"{board.path}/image.svg", params={"as_of": "soon", "width": 5})
    assert refused.status_code == 422


async def test_png_and_pdf(teams: Teams, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine != "sqlite":
        pytest.skip("what is painted does not depend on the database")
    board, client = teams.board, teams.board.client
    empty = await client.get(f"{board.path}/image.png")
    assert Image.open(io.BytesIO(empty.content)).width == 2400, "a dashboard without charts has its heading"
    await teams.north.add("a", {"list": "Closed Won"}, amount="1200.50")
    await board.add("bar", "Won", sources=[source(teams.north)], measure=SUM, group_by="list")
    query = {"width": 600, "scale": 1, "theme": "light"}
    painted = await client.get(f"{board.path}/image.png", params=query)
    assert painted.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(painted.content)).convert("RGB")
    colors = {color: count for count, color in picture.getcolors(100_000) or []}
    assert picture.width == 600
    assert picture.getpixel((2, 2)) == (0xF4, 0xF6, 0xF8)
    assert colors[0x2F, 0x6F, 0xDB] > 1_000, "the bar is there"
    assert colors[0xFF, 0xFF, 0xFF] > 20_000, "on its card"
    page = await client.get(f"{board.path}/image.pdf")
    assert page.headers["content-type"] == "application/pdf"
    assert (page.content[:5], page.content.count(b"/Type /Page\n") + page.content.count(b"/Type/Page/")) == (
        b"%PDF-",
        1,
    )
    await board.add("bar", "Below", sources=[source(teams.north)], group_by="list")
    assert set(faults(await client.get(f"{board.path}/image.png", params={"width": 4000, "scale": 4}))) == {
        "?scale"
    }
    monkeypatch.setattr(painter, "LIBRARY", "nothing_of_this_name")
    for name in ("png", "pdf"):
        assert (await client.get(f"{board.path}/image.{name}", params={"width": 601})).status_code == 501
