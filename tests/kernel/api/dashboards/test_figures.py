"""The figures of charts, each kind by an example that one can follow."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.runtime import Kernel
from kernel.storage.database import Statement
from tests.kernel.api.dashboards.boards import SUM, left_out, points, source, table
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import checked


async def test_two_projects_are_their_sum(teams: Teams) -> None:
    for project, amount in (
        (teams.north, "10.10"),
        (teams.north, "0.20"),
        (teams.south, "5"),
        (teams.south, None),
    ):
        await project.add("a", amount=amount)
    sources = [source(teams.north), source(teams.south)]
    data = await teams.board.figures(sources=sources, measure=SUM)
    assert (data["total"], data["currency"], data["left_out"]) == ("15.30", "EUR", [])
    assert data["as_of"].endswith("Z")
    data = await teams.board.figures(sources=sources, measure=SUM, group_by="project")
    assert {p["label"]: p["value"] for p in data["series"][0]["points"]} == {
        "North": "10.30",
        "South": "5.00",
    }
    data = await teams.board.figures(sources=sources)
    assert data["total"] == 4
    data = await teams.board.figures(sources=[source(teams.north, "{amount} > 1"), sources[1]])
    assert data["total"] == 3


async def test_same_names_are_one(teams: Teams) -> None:
    await teams.north.add(
        "a", {"list": "Proposal Sent", "tags": ["SEO", "Website"]}, amount="1", branch="Retail"
    )
    await teams.south.add("b", {"list": "Proposal Sent", "tags": ["seo"]}, amount="2", branch="retail")
    await teams.south.add("c", {"list": "Paused"}, amount="4", branch="Cafe\u0301")
    await teams.north.add("d", {"list": "Closed Won"}, amount="8")
    await teams.south.add("e", {"list": "closed won"}, amount="16")
    sources = [source(teams.north), source(teams.south)]
    by_list = await teams.board.figures(sources=sources, measure=SUM, group_by="list")
    assert points(by_list) == {"Proposal Sent": "3.00", "Closed Won": "24.00", "Paused": "4.00"}
    by_tag = await teams.board.figures(sources=sources, measure=SUM, group_by="tags")
    assert points(by_tag) == {"SEO": "3.00", "Website": "1.00", None: "28.00"}
    assert by_tag["total"] == "31.00", "a record with two tags counts once in the whole"
    by_branch = await teams.board.figures(sources=sources, measure=SUM, group_by="branch", stack_by="project")
    assert table(by_branch) == {
        "North": {"Retail": "1.00", "Café": "0.00", None: "8.00"},
        "South": {"Retail": "2.00", "Café": "4.00", None: "16.00"},
    }


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"list": "closed won"}, "24.00"), ({"tag": "seo"}, "3.00"), ({"list": "PROPOSAL SENT", "tag": "Website"}, "1.00"),
    ({"project": "north"}, "9.00"), ({"project": ["North", "South"]}, "31.00"), ({"list": "nothing"}, "0.00"),
    ({"list": ["Paused", "Closed Won"], "project": "South"}, "20.00"), ({"project": "West"}, None),
]  # fmt: skip


async def test_fields_of_one_name_are_one(teams: Teams) -> None:
    """By what any of the projects calls them, key, id or name; and the records behind a figure are found."""
    fee = await teams.north.add_field("Fee", "currency")
    charge = await teams.south.add_field("Charge", "currency")
    signed = await teams.south.add_field("Signed on", "date")
    for field, name in ((charge, " FEE "), (signed, "signature")):
        path = f"{teams.south.path}/fields/{field['id']}"
        checked(await teams.south.client.patch(path, json={"name": name}), 200)
    await teams.north.add_field("Signature", "date")
    await teams.north.add("a", fee="10", signature="2026-03-05", amount="1")
    await teams.south.add("b", charge="20", signed_on="2026-03-06", amount="1")
    sources = [source(teams.north), source(teams.south)]
    month = {"field": "Signature", "interval": "month"}
    for called in ("fee", " Fee", fee["id"], "charge", charge["id"]):
        data = await teams.board.figures(
            sources=sources, measure={"function": "sum", "field": called}, group_by=month
        )
        assert points(data) == {"2026-03-01": "30.00"}, called
    path = await teams.board.add(sources=sources, measure={"expression": "SUM({Charge} * 2)"}, group_by=month)
    assert points(await teams.board.data(path)) == {"2026-03-01": "60.00"}
    behind = await teams.board.client.post(f"{path}/records", json={"group": "2026-03-01"})
    for project, entry in zip((teams.north, teams.south), checked(behind, 200)["sources"], strict=True):
        assert entry["project_id"] == project.id
        answer = await project.query(filter=entry["filter"], count=True)
        assert checked(answer, 200)["total"] == entry["count"] == 1


async def test_filters_of_the_request(teams: Teams) -> None:
    await teams.north.add("a", {"list": "Proposal Sent", "tags": ["SEO", "Website"]}, amount="1")
    await teams.south.add("b", {"list": "Proposal Sent", "tags": ["seo"]}, amount="2")
    await teams.south.add("c", {"list": "Paused"}, amount="4")
    await teams.north.add("d", {"list": "Closed Won"}, amount="8")
    await teams.south.add("e", {"list": "closed won"}, amount="16")
    chart = await teams.board.add(sources=[source(teams.north), source(teams.south)], measure=SUM)
    for query, total in FILTERS:
        assert (await teams.board.data(chart, **query))["total"] in (total, total or 0), query
    narrowed = {"list": ["Closed Won"], "tag": [], "project": ["South"]}
    await teams.board.client.patch(teams.board.path, json={"filters": narrowed})
    assert (await teams.board.data(chart))["total"] == "16.00"
    assert (await teams.board.data(chart, project="North"))["total"] in (None, 0)


async def test_weighted_forecast_and_stars(teams: Teams) -> None:
    rows = (
        (teams.north, "Contract Out for Signature", "1000.10", 5), (teams.north, "Proposal Sent", "200.25", 3),
        (teams.south, "proposal sent", "99.99", None), (teams.north, "Closed Won", "5000", 1), (teams.south, "Paused", "1", 4),
    )  # fmt: skip
    for project, list_, amount, stars in rows:
        await project.add("a", {"list": list_}, amount=amount, confidence=stars)
    sources = [source(teams.north), source(teams.south)]
    weights = {"contract out for signature": 0.9, "Proposal Sent": "0.5"}
    data = await teams.board.figures(sources=sources, measure=SUM, weights=weights)
    assert data["total"] == "1050.21", "1000.10 × 0.9 + (200.25 + 99.99) × 0.5 = 900.09 + 150.12"
    others = await teams.board.figures(sources=sources, measure=SUM, weights=weights | {"*": 1})
    assert others["total"] == "6051.21"
    given = {
        "sources": [source(teams.north) | {"filter": None}, source(teams.south)],
        "measure": SUM,
        "weights": weights,
    }
    given |= {"target": 2000, "group_by": None, "stack_by": None, "format": {}}
    path = await teams.board.add("stat", **given)
    kept = checked(await teams.board.client.get(path), 200)["config"]
    assert kept == given, "as it was given"
    assert (await teams.board.data(path))["target"] == "2000.00", "in the form of the figures"
    counted = await teams.board.figures(sources=sources, weights=weights)
    assert counted["total"] == "1.9"
    stars = {"expression": "SUM({amount} * {confidence} / 5)"}
    assert (await teams.board.figures(sources=sources, measure=stars))["total"] == "2121.05"
    share = {"expression": "SUM(IF({list} = 'Closed Won', {amount})) / SUM({amount})"}
    data = await teams.board.figures(sources=[source(teams.north)], measure=share, unit="share")
    assert (data["total"], data["currency"]) == (pytest.approx(5000 / 6200.35), None)


async def test_months_in_the_time_zone_of_the_dashboard(teams: Teams) -> None:
    """Warsaw is two hours ahead in March after the 29th, and one before and in November."""
    moments = ("2026-01-31T22:59:59Z", "2026-01-31T23:00:00Z", "2026-04-30T21:59:59Z", "2026-04-30T22:00:00Z")
    for moment in moments:
        await teams.north.add("a", {"due_at": moment})
    await teams.north.add("undated")
    grouped = {"field": "due_at", "interval": "month"}
    data = await teams.board.figures(sources=[source(teams.north)], group_by=grouped)
    assert points(data) == {
        "2026-01-01": 1,
        "2026-02-01": 1,
        "2026-03-01": 0,
        "2026-04-01": 1,
        "2026-05-01": 1,
    }
    assert [p["label"] for p in data["series"][0]["points"]][:2] == ["Jan 2026", "Feb 2026"]
    assert (data["total"], left_out(data)) == (4, {"No date": 1})
    framed = {"from": "2026-02-01", "to": "2026-04-30"}
    data = await teams.board.figures(framed, sources=[source(teams.north)], group_by=grouped)
    assert points(data) == {"2026-02-01": 1, "2026-03-01": 0, "2026-04-01": 1}
    polish = await teams.board.figures(
        framed | {"locale": "pl"}, sources=[source(teams.north)], group_by=grouped
    )
    assert polish["series"][0]["points"][0]["label"] == "lut 2026"


async def test_the_month_in_which_a_list_was_entered(teams: Teams) -> None:
    """A deal counts where it last entered the list, and once."""
    deal = await teams.north.add("a", {"list": "Proposal Sent"}, amount="7")
    await teams.north.add("never", {"list": "Proposal Sent"}, amount="100")
    await teams.south.add("b", {"list": "Closed Won"}, amount="5.50")
    for list_ in ("Closed Won", "Proposal Sent", "Closed Won"):
        await teams.north.move(deal, list=list_)
    entered = {"event": "entered_list", "list": "closed won", "interval": "month"}
    data = await teams.board.figures(
        sources=[source(teams.north), source(teams.south)], measure=SUM, group_by=entered
    )
    assert list(points(data).values()) == ["12.50"]
    assert data["total"] == "12.50"


async def test_a_record_says_itself_since_when_it_is_in_its_list(teams: Teams, kernel: Kernel) -> None:
    """Charts of records that are in a list now read that, and not the stays; both are the same always."""
    north = teams.north
    lists = {i["name"]: i for i in checked(await north.client.get(f"{north.path}/lists"), 200)["items"]}
    won, sent = "Closed Won", "Proposal Sent"
    for path in ((won,), (sent, won), (won, sent, won), (sent, won, sent), (sent,)):
        made = await north.add("-".join(path), {"list": path[0]}, amount="1")
        for name in path[1:]:
            await north.move(made, list=name)
    copied = await north.client.post(f"{north.path}/records/{made['id']}/copy", json={"list": won})
    checked(copied, 201)
    gone = lists["Contract Out for Signature"]
    await north.add("left behind", {"list": gone["name"]}, amount="1")
    move_to = {"move_to": lists[won]["id"]}
    checked(await north.client.delete(f"{north.path}/lists/{gone['id']}", params=move_to), 204)
    entered = {"group_by": {"event": "entered_list", "list": won, "interval": "day"}, "show_empty": False}
    of_now = {"sources": [source(north, {"field": "list", "op": "eq", "value": won})], **entered}
    found = await teams.board.figures(**of_now)
    assert sum(points(found).values()) == found["total"] == 5
    stays = {"sources": [source(north, "{list} = 'Closed Won' OR {list} = 'Proposal Sent'")], **entered}
    assert (await teams.board.figures(**stays))["total"] == 6, "one more was there before"
    since = kernel.database.dialect.moment("s.entered_at")
    same = (
        f"s.record_id = r.id AND s.list_id = r.list_id AND s.left_at IS NULL AND {since} = r.list_entered_at"
    )
    sql = f"FROM p_{north.id} r WHERE NOT EXISTS (SELECT 1 FROM smalt_list_stay s WHERE {same})"
    assert await kernel.database.read(Statement(f"SELECT r.title {sql}")) == [[]]


async def test_currencies_are_never_mixed(teams: Teams) -> None:
    money = [("100.10", "EUR"), ("50", "EUR"), ("30", "USD"), ("4000", "JPY"), (None, None)]
    for amount, currency in money:
        value = None if amount is None else {"amount": amount, "currency": currency}
        await teams.north.add("a", amount=value, hours="1.25")
    ask = {"sources": [source(teams.north)], "measure": SUM}
    data = await teams.board.figures(**ask)
    assert (data["total"], data["currency"]) == ("150.10", "EUR")
    assert left_out(data) == {"Amounts in USD": 1, "Amounts in JPY": 1}
    data = await teams.board.figures(**ask, currency={"code": "JPY"})
    assert (data["total"], data["currency"], left_out(data)["Amounts in EUR"]) == ("4000", "JPY", 2)
    data = await teams.board.figures(**ask, group_by="currency")
    assert points(data) == {"EUR": "150.10", "JPY": "4000", "USD": "30.00"}
    assert (data["total"], data["currency"]) == (None, None)
    rates = [{"from": "USD", "to": "EUR", "valid_from": "2020-01-01", "rate": "0.9"}]
    await teams.board.client.put("/currency-rates", json={"rates": rates})
    data = await teams.board.figures(**ask, currency={"code": "EUR", "convert": True})
    assert (data["total"], left_out(data)) == ("177.10", {"No rate to EUR": 1})
    hours = {"function": "sum", "field": "hours"}
    data = await teams.board.figures(sources=ask["sources"], measure=hours)
    assert (data["total"], data["currency"], data["left_out"]) == ("6.25", None, [])


async def test_the_largest_and_the_others(teams: Teams) -> None:
    for title, amount in (("a", "1"), ("b", "5"), ("c", "3"), ("d", "4"), ("B", "2")):
        await teams.north.add(title, amount=amount)
    ask = {"sources": [source(teams.north)], "group_by": "title", "top": 2}
    data = await teams.board.figures(**ask, measure=SUM)
    assert points(data) == {"B": "7.00", "d": "4.00", "others": "4.00"}
    assert data["total"] == "15.00"
    average = await teams.board.figures(**ask, measure={"function": "average", "field": "amount"})
    assert points(average) == {"d": "4.00", "B": "3.50"}
    assert (average["total"], left_out(average)) == ("3.00", {"Groups beyond the largest": 2})


async def test_running_totals_targets_and_the_period_before(teams: Teams) -> None:
    days = (
        ("2026-01-10", "1"),
        ("2026-02-28", "2"),
        ("2026-03-01", "4"),
        ("2026-04-30", "8"),
        ("2025-03-31", "16"),
    )
    for day, amount in days:
        await teams.north.add("a", amount=amount, close_date=day)
    ask = {
        "sources": [source(teams.north)], "measure": SUM, "target": "20.50",
        "group_by": {"field": "close_date", "interval": "month"}, "filters": {"from": "2026-03-01", "to": "2026-04-30"},
    }  # fmt: skip
    data = await teams.board.figures(**ask, compare="previous_period")
    assert points(data) == {"2026-03-01": "4.00", "2026-04-01": "8.00"}
    before = data["comparison"]
    assert (before["total"], before["change"]) == ("3.00", 3.0)
    assert points(before) == {"2026-03-01": "1.00", "2026-04-01": "2.00"}
    assert data["target"] == "20.50"
    data = await teams.board.figures(**ask, compare="previous_year", cumulative=True)
    assert points(data) == {"2026-03-01": "4.00", "2026-04-01": "12.00"}
    assert data["comparison"]["total"] == "16.00"


async def test_measures_over_several_projects(teams: Teams) -> None:
    for project, amounts in ((teams.north, ("1", "2", "9")), (teams.south, ("4", None))):
        for amount in amounts:
            await project.add("a", amount=amount, branch="Retail")
    sources = [source(teams.north), source(teams.south)]
    expected = {"average": "4.00", "median": "3.00", "min": "1.00", "max": "9.00", "distinct": 4, "count": 4}
    for function, figure in expected.items():
        measure = {"function": function, "field": "amount"}
        assert (await teams.board.figures(sources=sources, measure=measure))["total"] == figure, function
    named = await teams.board.figures(sources=sources, measure={"function": "distinct", "field": "branch"})
    assert named["total"] == 1, "options of one name are one"


async def test_invoices_beside_the_pipeline(teams: Teams) -> None:
    """Each source by a date of its own; the sources are the series."""
    await teams.north.add("won", amount="10", close_date="2026-03-05")
    await teams.south.add("invoice", {"due_at": "2026-03-20T00:00:00Z"}, amount="7", cost="1")
    data = await teams.board.figures(
        sources=[
            source(teams.north, name="Won", group_by={"field": "close_date"}),
            source(teams.south, name="Invoiced", group_by={"field": "due_at"}, measure={"function": "sum", "field": "cost"}),
        ],
        measure=SUM, group_by={"field": "created_at", "interval": "month"}, stack_by="source",
    )  # fmt: skip
    assert table(data) == {"Won": {"2026-03-01": "10.00"}, "Invoiced": {"2026-03-01": "1.00"}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"measure": {"function": "sum", "field": "nothing"}}, "/config/measure/field"),
    ({"measure": {"function": "sum"}}, "/config/measure"),
    ({"measure": {"expression": "SUM({title})"}}, "/config/measure/expression"),
    ({"measure": {"expression": "{amount}"}}, "/config/measure/expression"),
    ({"measure": {"function": "max", "field": "close_date"}}, "/config/measure/field"),
    ({"group_by": "nothing"}, "/config/group_by"),
    ({"stack_by": {"field": "nothing"}}, "/config/stack_by/field"),
    ({"group_by": {"field": "title", "interval": "month"}}, "/config/group_by/interval"),
    ({"group_by": {"event": "entered_list"}}, "/config/group_by"),
    ({"stack_by": {"field": "a.b"}}, "/config/stack_by/field"),
    ({"weights": {"a": 1}, "weights_by": "title"}, "/config/weights"),
    ({"filters": {"from": "yesterday"}}, "/config/filters/from"),
    ({"filters": {"period": "this_life"}}, "/config/filters/period"),
    ({"currency": {"code": "EUR", "convert": True, "day": "title"}, "measure": SUM}, "/config/currency"),
    ({"top": 0}, "/config/top"), ({"sorts": "a"}, "/config/sorts"), ({"measure": {"functions": "sum"}}, "/config/measure/functions"),
    ({"format": {"mod": 1}}, "/config/format"),
]  # fmt: skip


async def test_what_a_chart_cannot_mean(teams: Teams) -> None:
    for config, pointer in REFUSED:
        asked = {"sources": [source(teams.north)]} | config
        for answer in (await teams.board.try_figures(**asked), await teams.board.try_add(**asked)):
            assert answer.status_code == 422, answer.text
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer], answer.text


async def test_several_faults_together(teams: Teams) -> None:
    body = {"type": "bars", "config": {"sources": [{"project_id": "1", "filter": "("}], "format": {}}}
    answer = await teams.board.client.post("/charts/preview", json=body | {"time_zone": "Nowhere"})
    assert {f["pointer"] for f in answer.json()["errors"]} == {
        "/type",
        "/time_zone",
        "/config/sources/0/project_id",
    }


async def test_faults_of_all_parts_of_a_chart(teams: Teams) -> None:
    answer = await teams.board.try_figures(
        sources=[source(teams.north, filter="{nothing} = 1"), source(teams.south)],
        measure={"function": "sum", "field": "nothing"}, group_by={"field": "nowhere"},
        filters={"to": "tomorrow"},
    )  # fmt: skip
    assert {f["pointer"] for f in answer.json()["errors"]} == {
        "/config/sources/0/filter",
        "/config/measure/field",
        "/config/group_by/field",
        "/config/filters/to",
    }
