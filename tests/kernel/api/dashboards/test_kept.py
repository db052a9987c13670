"""Figures that are kept are never old: whatever happens, they are what is computed anew."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.runtime import Kernel
from kernel.storage.database import Row, Statement
from tests.kernel.api.clients import NewClient
from tests.kernel.api.dashboards.boards import SUM, points, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import Json, join


def _charts(teams: Teams) -> dict[str, Json]:
    """Charts by name; what a preview computes is never kept."""
    north, south = source(teams.north), source(teams.south)
    entered = {"event": "entered_list", "list": "Closed Won", "interval": "day"}
    return {
        "sum": {"sources": [north], "measure": SUM},
        "stages": {"sources": [north, south], "group_by": "list", "show_empty": True},
        "order": {"sources": [north], "measure": {"expression": "SUM({position})"}},
        "tags": {"sources": [north, south], "group_by": "tags", "measure": SUM},
        "entered": {"sources": [north], "group_by": entered, "measure": SUM},
        "people": {"sources": [north], "group_by": "assignees"},
        "titles": {"sources": [south], "group_by": "deal", "measure": SUM},
        "through": {"sources": [south], "measure": {"function": "max", "field": "deal_amount"}},
        "profit": {"sources": [north], "measure": {"function": "sum", "field": "profit"}},
        "completed": {"sources": [north], "measure": {"expression": "COUNTA({completed_at})"}},
        "euro": {"sources": [north, south], "measure": SUM, "currency": {"code": "EUR", "convert": True}},
    }


async def test_kept_figures_are_those_computed_anew(teams: Teams) -> None:
    north, south, board = teams.north, teams.south, teams.board
    await south.refer("Deal", north)
    await south.look_up("Deal amount", "deal", "amount")
    wanted = _charts(teams)
    made = {name: await board.add(**config) for name, config in wanted.items()}

    async def agree(what: str) -> dict[str, Json]:
        found = {}
        for name, config in wanted.items():
            kept, anew = await board.data(made[name]), await board.figures(**config)
            assert kept | {"as_of": ""} == anew | {"as_of": ""}, f"{name}, after {what}"
            found[name] = kept
        return found

    me = board.client.headers["x-user-id"]
    await agree("nothing")
    deal = await north.add("a", {"list": "Proposal Sent"}, amount="5", cost="1")
    await agree("a record")
    other = await south.add("b", {"tags": ["seo"]}, deal=deal["id"], amount="3")
    first = await agree("one with a reference")
    assert (first["sum"]["total"], points(first["titles"])) == ("5.00", {deal["id"]: "3.00"})
    await north.move(deal, list="Closed Won")
    await agree("a move")
    await north.move(deal, list="Proposal Sent")
    await agree("the way back")
    for change in ({"amount": "7"}, {"cost": "2"}, {"amount": None}):
        await north.update(deal, **change)
        await agree(str(change))
    built_in: tuple[Json, ...] = (
        {"title": "A"}, {"assignees": [me]}, {"tags": ["SEO"]}, {"assignees": []},
    )  # fmt: skip
    for members in built_in:
        await north.update(deal, members)
        await agree(str(members))
    await south.update(other, {"tags": []}, deal=None)
    await agree("a reference less")
    await north.delete(deal)
    assert (await agree("a record in the trash"))["stages"]["total"] == 1
    await north.restore(deal)
    assert (await agree("its return"))["stages"]["total"] == 2


async def test_only_what_a_change_concerns_is_computed_again(
    teams: Teams, kernel: Kernel, monkeypatch: pytest.MonkeyPatch, new_client: NewClient
) -> None:
    north, board = teams.north, teams.board
    deal = await north.add("a", {"list": "Proposal Sent"}, amount="5", cost="1")
    amounts = await board.add(sources=[source(north)], measure=SUM)
    stages = await board.add(sources=[source(north)], group_by="list")
    read = kernel.database.read
    computed: list[Statement] = []

    async def counted(*statements: Statement, **options: Any) -> list[list[Row]]:
        computed.extend(s for s in statements if " d " in s.sql and "p_" in s.sql)
        return await read(*statements, **options)

    monkeypatch.setattr(kernel.database, "read", counted)

    async def count() -> int:
        computed.clear()
        for chart in (amounts, stages):
            await board.data(chart)
        return len(computed)

    assert (await count(), await count()) == (2, 0)
    await north.move(deal, list="Closed Won")
    assert (await count(), await count()) == (1, 0), "the sum does not depend on lists"
    await teams.south.add("b", amount="9")
    await north.update(deal, cost="2")
    assert await count() == 0, "another project, and a field that neither shows"
    await north.update(deal, amount="6")
    assert (await count(), (await board.data(amounts))["total"]) == (1, "6.00")
    junior = await new_client("junior")
    await join(north, junior, fields={"*": "edit", "amount": "hidden"})
    theirs = await board.share(junior)
    assert (await junior.get(f"{amounts}/data")).status_code == 403, "kept for others, not for them"
    assert (await theirs.data(stages))["total"] == 1
