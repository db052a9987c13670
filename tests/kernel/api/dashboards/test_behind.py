"""The records behind the figures of charts: as many as were counted, in every group of every chart."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.dashboards.boards import SUM, Board, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.dashboards.test_model import deal
from tests.kernel.api.records.projects import Json, ProjectClient, checked, join

PLACE = re.compile('data-series="(\\d+)" data-point="(\\d+)"')
ENTERED = {"event": "entered_list", "list": "Closed Won", "interval": "month"}
CHARTS: list[Json] = [
    {"group_by": "list", "stack_by": "tags"},
    {"group_by": "tags", "stack_by": "project"},
    {"group_by": {"field": "due_at", "interval": "month"}, "stack_by": "branch"},
    {
        "group_by": {"field": "due_at", "interval": "week"},
        "filters": {"from": "2026-03-01", "to": "2026-06-30"},
    },
    {"group_by": {"field": "close_date", "interval": "quarter"}, "cumulative": True},
    {"group_by": "branch", "top": 1, "filters": {"period": "this_year", "time_field": "created_at"}},
    {"group_by": "hours", "top": 3},
    {"group_by": "confidence", "stack_by": {"field": "close_date", "interval": "year"}},
    {"group_by": "source", "stack_by": "list", "cumulative": True},
    {"group_by": "amount"},
    {"group_by": "created_by", "filters": {"list": ["Closed Won", "Paused"], "tag": ["seo"]}},
    {"group_by": ENTERED, "filters": {"tag": ["SEO", "print"]}},
    {},
]


@pytest.fixture
async def filled(teams: Teams) -> Teams:
    random = Random(7)
    for project, name in ((teams.north, "North"), (teams.south, "South")):
        body = {"create": [deal(random, name).body() for _ in range(25)]}
        checked(await project.batch(**body), 200)
    return teams


async def behind(board: Board, chart: str, query: Json | None = None, **figure: Any) -> list[Json]:
    answer = await board.client.post(f"{chart}/records", json=figure, params=query or {})
    found: list[Json] = checked(answer, 200)["sources"]
    return found


async def listed(board: Board, sources: list[Json]) -> int:
    """How many records the grids show that people come to."""
    total = 0
    for found in sources:
        project = ProjectClient(board.client, found["project_id"])
        answer = await project.query(filter=found["filter"], count=True, limit=1)
        assert checked(answer, 200)["total"] == found["count"]
        total += found["count"]
    return total


async def test_every_figure_leads_to_its_records(filled: Teams) -> None:
    board, random = filled.board, Random(8)
    sources = [source(filled.north, "{title} != 'x'"), source(filled.south)]
    for config in CHARTS:
        chart = await board.add(sources=sources, **config)
        data = await board.data(chart)
        shown = [(s["key"], p) for s in data["series"] for p in s["points"] if p["value"]]
        assert shown, config
        for series, point in random.sample(shown, min(8, len(shown))):
            figure = {"group": point["key"], "series": series}
            count = await listed(board, await behind(board, chart, **figure))
            assert count == point["value"], (config, point, figure)
        whole = await listed(board, await behind(board, chart))
        assert whole == data["total"] or config.get("cumulative"), config


async def test_marks_say_which_figure_they_show(filled: Teams) -> None:
    for type_ in ("bar", "line", "pie", "funnel", "heat_map", "table"):
        stacked = {} if type_ == "funnel" else {"stack_by": "project"}
        config = {"sources": [source(filled.north), source(filled.south)], "group_by": "list", **stacked}
        chart = await filled.board.add(type_, **config)
        drawn = (await filled.board.client.get(f"{chart}/image.svg")).text
        series = (await filled.board.data(chart))["series"]
        places = {tuple(map(int, found)) for found in PLACE.findall(drawn)}
        wanted = {
            (s, p) for s, one in enumerate(series) for p, point in enumerate(one["points"]) if point["value"]
        }
        assert wanted, type_
        assert wanted <= places, type_


async def test_filters_of_the_request_narrow_too(filled: Teams) -> None:
    chart = await filled.board.add(sources=[source(filled.north), source(filled.south)], group_by="list")
    query = {"project": "South", "tag": "seo", "from": "2026-01-01"}
    data = await filled.board.data(chart, **query)
    for point in data["series"][0]["points"]:
        found = await behind(filled.board, chart, query, group=point["key"])
        assert {f["project_id"] for f in found} <= {filled.south.id}
        assert sum(f["count"] for f in found) == point["value"]
    missing = await filled.board.client.post(f"{chart}/records", json={"group": "Nowhere"})
    assert missing.status_code == 404


async def test_a_sum_leads_to_the_amounts_in_its_currency(filled: Teams) -> None:
    """Amounts in other currencies are not in the figure, so they are not behind it."""
    chart = await filled.board.add(sources=[source(filled.north)], measure=SUM, group_by="list")
    data = await filled.board.data(chart)
    assert data["left_out"]
    for point in data["series"][0]["points"]:
        [found] = await behind(filled.board, chart, group=point["key"])
        asked = {"filter": found["filter"], "measures": {"sum": SUM}}
        [group] = await filled.north.aggregate(**asked)
        assert group["measures"]["sum"]["amount"] == point["value"]
    split = await filled.board.add(
        sources=[source(filled.north)], measure=SUM, group_by="list", stack_by="currency"
    )
    for series in (await filled.board.data(split))["series"]:
        [found] = await behind(filled.board, split, series=series["key"])
        [group] = await filled.north.aggregate(filter=found["filter"], measures={"sum": SUM})
        assert group["measures"]["sum"]["currency"] == series["key"]


async def test_the_past_and_what_is_hidden_lead_nowhere(filled: Teams, new_client: NewClient) -> None:
    board, north = filled.board, filled.north
    client = await new_client("junior")
    await join(north, client, fields={"*": "read", "hours": "hidden"}, scope="{list} = 'Closed Won'")
    charts = {
        "hours": await board.add(sources=[source(north)], group_by="hours"),
        "list": await board.add(sources=[source(north), source(filled.south)], group_by="list"),
        "past": await board.add(sources=[source(north)], as_of="2026-01-01"),
    }
    junior = await board.share(client)
    assert (await client.post(f"{charts['hours']}/records", json={})).status_code == 403
    assert (await client.post(f"{charts['past']}/records", json={})).status_code == 409
    [found] = await behind(junior, charts["list"], group="Closed Won")
    assert (
        await listed(junior, [found]) == found["count"] == len((await north.page(list="Closed Won"))["items"])
    )
    assert (await client.post(f"{charts['list']}/records", json={"group": "Paused"})).status_code == 404
    stranger = await new_client("stranger")
    assert (await stranger.post(f"{charts['list']}/records", json={})).status_code == 404
    assert user_id(stranger)
