"""Dashboards over HTTP: made, arranged, copied, shared, drawn, and never showing more than one may see."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import httpx

from tests.kernel.api.clients import NewClient
from tests.kernel.api.dashboards.boards import SUM, left_out, points, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import checked, faults, join

PROFIT = {"function": "sum", "field": "profit"}


async def test_a_dashboard_and_its_charts(teams: Teams) -> None:
    client, board = teams.board.client, teams.board
    chart = await board.add(
        "bar", "Sum", sources=[source(teams.north)], measure=SUM, format={"mode": "grouped"}
    )
    second = await board.add("pie", "Parts", sources=[source(teams.south)], group_by="list")
    found = checked(await client.get(board.path), 200)
    assert (found["name"], found["time_zone"], found["role"]) == ("Sales", "Europe/Warsaw", "owner")
    assert [(c["title"], c["layout"]) for c in found["charts"]] == [
        ("Sum", {"x": 0, "y": 0, "w": 4, "h": 3}), ("Parts", {"x": 0, "y": 3, "w": 4, "h": 3}),
    ]  # fmt: skip
    assert found["charts"][0]["config"]["measure"] == SUM
    assert [d["id"] for d in checked(await client.get("/dashboards"), 200)["items"]] == [board.id]
    moved = checked(await client.patch(second, json={"layout": {"x": 4, "y": 0}, "title": " Shares "}), 200)
    assert (moved["layout"], moved["title"]) == ({"x": 4, "y": 0, "w": 4, "h": 3}, "Shares")
    turned = checked(await client.patch(chart, json={"type": "pie"}), 200)
    assert (turned["type"], "format" in turned["config"]) == ("pie", False)
    named = checked(await client.patch(board.path, json={"name": "Won", "description": "All of it"}), 200)
    assert (named["name"], named["description"], len(named["charts"])) == ("Won", "All of it", 2)
    copied = checked(await client.post(f"{board.path}/copy", json={}), 201)
    assert (copied["name"], [c["title"] for c in copied["charts"]]) == ("Won (copy)", ["Sum", "Shares"])
    checked(await client.delete(second), 204)
    assert (await client.get(second)).status_code == 404
    assert len(checked(await client.get(f"{board.path}/charts"), 200)["items"]) == 1
    checked(await client.delete(board.path), 204)
    for path in (board.path, chart, f"{chart}/data", f"{board.path}/data"):
        assert (await client.get(path)).status_code == 404
    assert len(checked(await client.get(f"/dashboards/{copied['id']}"), 200)["charts"]) == 2


async def test_the_trash_gives_back_what_was_deleted(teams: Teams, new_client: NewClient) -> None:
    client, board = teams.board.client, teams.board
    ewa, jan = await new_client("ewa"), await new_client("jan")
    await board.share(ewa)
    await board.share(jan, "edit")
    first, second = [
        await board.add("bar", title, sources=[source(teams.north)], measure=SUM) for title in ("One", "Two")
    ]
    before = checked(await client.get(board.path), 200)
    checked(await jan.delete(first), 204)
    assert (await client.get(f"{first}/data")).status_code == 404
    for person, seen in ((client, ["One"]), (jan, ["One"]), (ewa, [])):
        found = checked(await person.get("/trash"), 200)["items"]
        assert [(t["name"], t["project_id"]) for t in found] == [(name, None) for name in seen]
    [one] = checked(await jan.get("/trash"), 200)["items"]
    assert (one["kind"], one["restore"]) == ("chart", f"{first}/restore")
    assert (await ewa.post(f"{first}/restore")).status_code == 403
    back = checked(await jan.post(f"{first}/restore"), 200)
    assert (back["title"], back["layout"]) == ("One", before["charts"][0]["layout"])
    assert (await jan.post(f"{first}/restore")).status_code == 404, "it is there already"

    checked(await jan.delete(second), 204)
    checked(await client.delete(board.path), 204)
    for path in (board.path, first, f"{first}/data", f"{board.path}/data", f"{board.path}/image.svg"):
        assert (await jan.get(path)).status_code == 404
    assert checked(await jan.get("/trash"), 200)["items"] == [], "it is not his"
    assert (await jan.post(f"{board.path}/restore")).status_code == 403
    [whole] = checked(await client.get("/trash"), 200)["items"]
    assert (whole["kind"], whole["name"], whole["restore"]) == ("dashboard", "Sales", f"{board.path}/restore")
    found = checked(await client.post(whole["restore"]), 200)
    assert [c["title"] for c in found["charts"]] == ["One"]
    assert checked(await ewa.get(board.path), 200)["role"] == "view", "it is shared as before"
    assert [t["name"] for t in checked(await client.get("/trash"), 200)["items"]] == ["Two"]
    checked(await client.post(f"{second}/restore"), 200)
    assert checked(await client.get(board.path), 200)["charts"] == before["charts"]


async def test_bad_input_is_told(teams: Teams) -> None:
    client, board = teams.board.client, teams.board
    answer = await client.post(
        "/dashboards", json={"name": " ", "time_zone": "Mars/Base", "filters": {"from": "x"}}
    )
    assert set(faults(answer)) == {"/name", "/time_zone", "/filters/from"}
    assert set(faults(await client.post("/dashboards", json={"title": "Sales"}))) == {"/name", "/title"}
    body = {"title": "", "type": "bra", "config": {"sources": [{"project_id": "7", "filter": "{x}"}]}}
    answer = await client.post(f"{board.path}/charts", json=body)
    assert set(faults(answer)) == {"/title", "/type", "/config/sources/0/project_id"}
    assert "Did you mean 'bar'?" in faults(answer)["/type"]
    body = {"title": "a", "type": "bar", "config": {"sources": []}, "layout": {"x": -1, "w": 0}}
    answer = await client.post(f"{board.path}/charts", json=body)
    assert set(faults(answer)) == {"/config/sources", "/layout/x", "/layout/w"}
    chart = await board.add(sources=[source(teams.north)])
    assert set(faults(await client.get(f"{chart}/data", params={"from": "2026-13-01"}))) == {"?from"}
    assert (await client.get(f"{chart}/image.svg", params={"width": 5})).status_code == 422


async def test_sharing_with_named_people_only(
    teams: Teams, new_client: NewClient, anonymous: httpx.AsyncClient
) -> None:
    chart = await teams.board.add(sources=[source(teams.north)], measure=SUM)
    ewa, jan, eve = [await new_client(name) for name in ("ewa", "jan", "eve")]
    for project in (teams.north, teams.south):
        await join(project, ewa)
    viewer, editor = await teams.board.share(ewa, "view"), await teams.board.share(jan, "edit")
    for path in (
        teams.board.path,
        chart,
        f"{chart}/data",
        f"{chart}/image.svg",
        f"{teams.board.path}/members",
    ):
        assert (await anonymous.get(path)).status_code == 401
        assert (await eve.get(path)).status_code == 404
    assert checked(await eve.get("/dashboards"), 200)["items"] == []
    assert (await eve.patch(chart, json={"title": "x"})).status_code == 404
    assert checked(await ewa.get("/dashboards"), 200)["items"][0]["role"] == "view"
    assert (await viewer.data(chart))["total"] == "0.00"
    for answer in (
        await ewa.patch(teams.board.path, json={"name": "x"}), await ewa.patch(chart, json={"title": "x"}),
        await ewa.delete(chart), await jan.delete(teams.board.path),
        await jan.post(f"{teams.board.path}/members", json={"user": "eve@example.com"}),
    ):  # fmt: skip
        assert answer.status_code == 403, answer.text
    checked(await jan.patch(chart, json={"layout": {"w": 6}}), 200)
    refused = await editor.try_add(sources=[source(teams.north)])
    assert set(faults(refused)) == {"/config/sources/0/project_id"}, "jan belongs to no project"
    members = checked(await ewa.get(f"{teams.board.path}/members"), 200)["items"]
    assert [(m["name"], m["role"]) for m in members] == [("Admin", "owner"), ("Ewa", "view"), ("Jan", "edit")]
    again = await teams.board.client.post(f"{teams.board.path}/members", json={"user": "jan@example.com"})
    assert again.status_code == 409
    jans = f"{teams.board.path}/members/{jan.headers['x-user-id']}"
    checked(await teams.board.client.patch(jans, json={"role": "view"}), 200)
    assert (await jan.patch(chart, json={"title": "x"})).status_code == 403
    checked(await jan.delete(jans), 204)
    assert (await jan.get(chart)).status_code == 404


async def test_juniors_see_no_figure_of_cost_and_profit(teams: Teams, new_client: NewClient) -> None:
    await teams.north.add("a", {"list": "Closed Won"}, amount="100", cost="40")
    await teams.south.add("b", {"list": "Paused"}, amount="7")
    junior = await new_client("junior")
    await join(teams.north, junior, fields={"*": "edit", "cost": "hidden", "profit": "hidden"})
    sources = [source(teams.north), source(teams.south)]
    charts = {
        "amount": await teams.board.add(sources=sources, measure=SUM),
        "profit": await teams.board.add(sources=sources, measure=PROFIT),
        "rich": await teams.board.add(sources=[source(teams.north, "{cost} > 10")]),
        "by cost": await teams.board.add(sources=[source(teams.north)], group_by="cost"),
        "south": await teams.board.add(sources=[source(teams.south)]),
        "weird": await teams.board.add(sources=[source(teams.north)], measure={"expression": "SUM({amount} - {cost})"}),
    }  # fmt: skip
    board = await teams.board.share(junior, "edit")
    seen = await board.data(charts["amount"])
    assert seen["total"] == "100.00"
    assert left_out(seen) == {"Projects that are gone, or that you may not see": 1}
    for name in ("profit", "rich", "by cost", "south", "weird"):
        for end in ("data", "data.csv", "image.svg"):
            answer = await junior.get(f"{charts[name]}/{end}")
            assert answer.status_code == 403, (name, answer.text)
            assert "cost" not in answer.text.lower()
            assert "profit" not in answer.text.lower()
    turned = checked(await junior.patch(charts["by cost"], json={"type": "pie", "title": "x"}), 200)
    assert (turned["type"], turned["config"]) == ("pie", None)
    shown = {c["id"]: c["config"] for c in checked(await junior.get(board.path), 200)["charts"]}
    assert set(shown.values()) == {None}, "each names a project or a field that is hidden"
    every = checked(await junior.get(f"{board.path}/data"), 200)["charts"]
    assert [("data" in c, c.get("problem", {}).get("status")) for c in every] == [
        (True, None),
        *[(False, 403)] * 5,
    ]
    for config in (
        {"measure": PROFIT},
        {"group_by": "cost"},
        {"filters": {"time_field": "cost", "from": "2026-01-01"}},
    ):
        refused = await board.try_figures(sources=[source(teams.north)], **config)
        assert refused.status_code == 422
        assert "There is no field" in refused.text
    path = f"{teams.north.path}/fields/cost"
    checked(await teams.north.client.delete(path), 204)
    assert (await junior.get(f"{charts['rich']}/data")).status_code == 422
    assert "cost" not in (await junior.get(f"{charts['rich']}/data")).text
    assert "Cost" in (await teams.north.client.get(f"{charts['rich']}/data")).text


async def test_records_beyond_a_role_are_not_counted(teams: Teams, new_client: NewClient) -> None:
    for amount in ("1", "10", "100"):
        await teams.north.add("a", amount=amount)
    narrow = await new_client("narrow")
    await join(teams.north, narrow, scope="{amount} < 50")
    chart = await teams.board.add(sources=[source(teams.north)], measure=SUM)
    board = await teams.board.share(narrow)
    assert (await board.data(chart))["total"] == "11.00"
    assert (await teams.board.data(chart))["total"] == "111.00"


async def test_pictures_and_tables(teams: Teams) -> None:
    await teams.north.add("a", {"list": "Closed Won"}, amount="1200.50")
    await teams.north.add("=1+1", {"list": "Proposal Sent"}, amount="3")
    chart = await teams.board.add(
        sources=[source(teams.north)], measure=SUM, group_by="title", stack_by="list"
    )
    short = chart.removeprefix(teams.board.path)
    answer = await teams.board.client.get(f"{short}/image.svg", params={"locale": "pl", "theme": "dark"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    root = ElementTree.fromstring(answer.text)
    assert root.get("role") == "img"
    assert "Closed Won: " in answer.text
    assert "1\u00a0200,50\u00a0€" in answer.text
    answer = await teams.board.client.get(f"{chart}/data.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["", "Proposal Sent (EUR)", "Closed Won (EUR)"],
        ["'=1+1", "3.00", "0.00"],
        ["a", "0.00", "1200.50"],
    ]
    data = checked(await teams.board.client.get(f"{short}/data"), 200)
    assert points(data, 1) == {"=1+1": "0.00", "a": "1200.50"}


async def test_a_type_that_is_switched_off(teams: Teams) -> None:
    chart = await teams.board.add("pie", sources=[source(teams.north)], group_by="list")
    client = teams.board.client
    await client.patch("/plugins/charts.pie", json={"enabled": False})
    assert "pie" not in [t["key"] for t in checked(await client.get("/chart-types"), 200)["items"]]
    assert (await client.get(f"{chart}/image.svg")).status_code == 404
    assert (await teams.board.data(chart))["total"] == 0
    assert set(faults(await teams.board.try_add("pie", sources=[source(teams.north)]))) == {"/type"}
