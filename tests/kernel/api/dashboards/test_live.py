"""A write tells exactly those charts that it may have changed."""

from __future__ import annotations

from tests.kernel.api.clients import NewClient
from tests.kernel.api.dashboards.boards import SUM, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.events.conftest import Listen, address, listen
from tests.kernel.api.events.listening import Heard
from tests.kernel.api.records.projects import checked, join

__all__ = ["address", "listen"]


def charts(heard: Heard, names: dict[str, str]) -> set[str]:
    assert heard.event == "dashboard.changed"
    known = {path.rpartition("/")[2]: name for name, path in names.items()}
    return {known[id_] for id_ in heard.data["charts"]}


async def test_a_write_tells_the_charts_it_concerns(
    teams: Teams, listen: Listen, new_client: NewClient
) -> None:
    north, board = teams.north, teams.board
    await north.add_field("Note", "text")
    deals = await teams.south.refer("Deal", north)
    await teams.south.look_up("Deal amount", "deal", "amount")
    assert deals["key"] == "deal"
    made = {
        "amount": await board.add(sources=[source(north)], measure=SUM),
        "stage": await board.add(sources=[source(north)], group_by="list"),
        "entered": await board.add(sources=[source(north)], group_by={"event": "entered_list", "list": "Closed Won", "interval": "month"}),
        "profit": await board.add(sources=[source(north)], measure={"function": "sum", "field": "profit"}),
        "through": await board.add(sources=[source(teams.south)], measure={"function": "max", "field": "deal_amount"}),
        "tags": await board.add(sources=[source(teams.south)], group_by="tags"),
    }  # fmt: skip
    junior = await new_client("junior")
    await join(north, junior, fields={"*": "edit", "cost": "hidden", "profit": "hidden"})
    await board.share(junior)
    mine = await listen(board.client, dashboard=board.id)
    theirs = await listen(junior, dashboard=board.id)
    everywhere = {"amount", "stage", "entered", "profit", "through"}

    deal = await north.add("a", {"list": "Proposal Sent"}, amount="5", cost="1")
    assert charts(await mine.next(), made) == everywhere
    assert charts(await theirs.next(), made) == {"amount", "stage", "entered"}
    await north.move(deal, list="Closed Won")
    assert charts(await mine.next(), made) == {"stage", "entered"}
    assert charts(await theirs.next(), made) == {"stage", "entered"}
    await north.update(deal, note="nothing that a chart shows")
    await north.update(deal, cost="2")
    assert charts(await mine.next(), made) == {"profit"}
    await north.update(deal, amount="7")
    assert charts(await mine.next(), made) == {"amount", "profit", "through"}
    assert charts(await theirs.next(), made) == {"amount"}, "the change of a hidden field was not told"
    other = await teams.south.add("b", {"tags": ["seo"]}, deal=deal["id"])
    assert charts(await mine.next(), made) == {"through", "tags"}
    await teams.south.update(other, {"tags": []})
    assert charts(await mine.next(), made) == {"tags"}
    checked(await board.client.patch(made["tags"], json={"title": "Services"}), 200)
    assert charts(await mine.next(), made) == {"tags"}


async def test_only_those_who_see_a_dashboard_listen(
    teams: Teams, listen: Listen, new_client: NewClient
) -> None:
    eve = await new_client("eve")
    assert (await listen(eve, dashboard=teams.board.id)).response.status_code == 404
    board = await teams.board.share(eve)
    chart = await teams.board.add(sources=[source(teams.north)])
    listener = await listen(eve, dashboard=board.id, last_event_id="0")
    first = await listener.next()
    while first.event != "dashboard.changed":
        first = await listener.next()
    assert first.data == {"dashboard_id": board.id, "charts": [chart.rpartition("/")[2]]}
