"""Charts of the past: the forecast of any day, and how it went from month to month."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kernel.clock import OffsetClock
from kernel.runtime import Kernel
from kernel.settings import Settings
from tests.kernel.api.dashboards.boards import SUM, points, source, table
from tests.kernel.api.dashboards.conftest import Teams

WEIGHTS = {"Proposal Sent": 0.5, "Contract Out for Signature": 0.9}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A server whose clock can be moved."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url, clock_offset=-1.0)


def go_to(kernel: Kernel, text: str) -> None:
    clock = kernel.clock
    assert isinstance(clock, OffsetClock)
    clock.offset += datetime.fromisoformat(text) - clock.now()


async def test_the_forecast_of_any_day(teams: Teams, kernel: Kernel) -> None:
    start = kernel.clock.now().year + 1

    def day(text: str) -> str:
        return text.replace("Y", str(start))

    north, south, board = teams.north, teams.south, teams.board
    go_to(kernel, day("Y-01-10T12:00:00+00:00"))
    deal = await north.add("a", {"list": "Proposal Sent"}, amount="100")
    await south.add("b", {"list": "proposal sent"}, amount="10.10")
    go_to(kernel, day("Y-02-28T22:59:00+00:00"))
    await north.move(deal, list="Contract Out for Signature")
    go_to(kernel, day("Y-03-31T22:01:00+00:00"))  # in Warsaw it is April
    await north.update(deal, amount="200")
    go_to(kernel, day("Y-04-20T09:00:00+00:00"))
    await north.move(deal, list="Closed Won")
    ask = {"sources": [source(north), source(south)], "measure": SUM, "weights": WEIGHTS}
    assert (await board.figures(**ask))["total"] == "5.05"
    for as_of, total in (("Y-01-09", "0.00"), ("Y-01-10", "55.05"), ("Y-02-27", "55.05"), ("Y-02-28", "95.05"),
                         ("Y-03-31", "95.05"), ("Y-04-01", "185.05"), ("Y-04-20T08:59:59Z", "185.05")):  # fmt: skip
        found = await board.figures(**ask, as_of=day(as_of))
        assert (found["total"], found["currency"]) == (total, "EUR"), as_of
        assert (await board.figures({"as_of": day(as_of)}, **ask))["total"] == total
    for later in ("Y-04-20", "Y-12-31"):
        found = await board.figures(**ask, as_of=day(later))
        assert (found["total"], found["as_of"][:16]) == ("5.05", day("Y-04-20T09:00")), "now, not to come"
    course = {"group_by": {"event": "as_of", "interval": "month"}, "filters": {"from": day("Y-01-01")}}
    data = await board.figures(**ask, **course)
    months = [f"{start}-0{n}-01" for n in range(1, 5)]
    assert points(data) == dict(zip(months, ["55.05", "95.05", "95.05", "5.05"], strict=True))
    assert data["total"] == "5.05"
    stacked = await board.figures(**ask, **course, stack_by="project")
    assert table(stacked)["North"] == dict(zip(months, ["50.00", "90.00", "90.00", "0.00"], strict=True))
    usual = await board.figures(**ask, group_by={"event": "as_of"})
    assert len(points(usual)) == 12
    too_many = await board.try_figures(
        **ask, group_by={"event": "as_of", "interval": "day"}, filters={"from": "2000-01-01"}
    )
    assert too_many.status_code == 422
    for wrong in ("soon", "2026-02-30"):
        assert (await board.try_figures(**ask, as_of=wrong)).status_code == 422


async def test_groups_of_many_in_the_past(teams: Teams, kernel: Kernel) -> None:
    """What a record had several of then, also where a filter looks at the same."""
    north, south = teams.north, teams.south
    await north.refer("Partners", south, multiple=True)
    acme, bolt = await south.add("Acme"), await south.add("Bolt")
    deal = await north.add("a", {"tags": ["SEO"]}, amount="7", partners=[acme["id"], bolt["id"]])
    before = (await north.record(deal))["updated_at"]
    go_to(kernel, (kernel.clock.now() + timedelta(hours=1)).isoformat())
    await north.update(deal, {"tags": []}, partners=[bolt["id"]])
    for by, names in (
        ("partners", ["Acme", "Bolt"]),
        ("tags", ["SEO"]),
        ("partners.title", ["Acme", "Bolt"]),
    ):
        given = source(north, f"{{{by}}} <> BLANK()")
        then = await teams.board.figures({"as_of": before}, sources=[given], group_by=by)
        assert [p["label"] for p in then["series"][0]["points"]] == names, by
    now = await teams.board.figures(sources=[source(north)], group_by="partners")
    assert [p["label"] for p in now["series"][0]["points"]] == ["Bolt"]
