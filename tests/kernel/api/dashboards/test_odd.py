"""Odd values at the edges: refused or answered, never a fault of the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kernel.api.dashboards.boards import SUM, source
from tests.kernel.api.dashboards.conftest import Teams

NUMBERS = ("NaN", "Infinity", "-sNaN", "1e999", "1e-999", 10**40, "0.123456789012345678901", -1, 0)
DAYS = ("0001-01-01", "9999-12-31", "2026-02-28", "", "٢٠٢٦-٠١-٠١")
MONTHS = {"field": "close_date", "interval": "month"}


def odd() -> list[dict[str, Any]]:
    """Configs of charts, each with something odd in it."""
    found: list[dict[str, Any]] = []
    for number in NUMBERS:
        found += [
            {"weights": {"Paused": number}},
            {"weights": {"*": number}, "measure": SUM},
            {"target": number},
        ]
    for day in DAYS:
        for other in DAYS[:3]:
            for compare in ("previous_period", "previous_year"):
                found.append({"filters": {"from": day, "to": other}, "compare": compare, "group_by": MONTHS})
        found += [
            {"as_of": day},
            {"group_by": {"event": "as_of", "interval": "year"}, "filters": {"from": day, "to": day}},
        ]
    for name in (
        "",
        "{}",
        "a.b.c",
        "{{title}}",
        "amount}+{cost",
        "*",
        "id",
        "referenced_by",
        "position",
        "x" * 1000,
    ):
        found += [{"group_by": name}, {"stack_by": name}, {"measure": {"function": "sum", "field": name}}]
        found += [{"weights": {"a": 1}, "weights_by": name}, {"filters": {"list": [name], "tag": [name]}}]
        found += [
            {"group_by": {"event": "entered_list", "list": name}},
            {"filters": {"time_field": name, "from": "2026-01-01"}},
        ]
    for expression in ("", "(", "1", "COUNT()", "COUNT() / 0", "SUM(SUM({amount}))", "-COUNT() % 0", "TODAY()", "SUM(1e308) * 1e308",
                       "IF(COUNT() > 1, SUM({amount}), 0)", "AVERAGE({amount}, {cost})", "SUM({tags})", "FIRST({title})",
                       "SUM({amount} / 0)", "SUM({amount} / 3) & ''", "COUNT({list} = 'Paused') / COUNT()", "MAX({amount}) - MIN({cost})"):  # fmt: skip
        found += [
            {"measure": {"expression": expression}},
            {"measure": {"expression": expression}, "weights": {"*": 2}},
        ]
    return found


@pytest.fixture
def engine() -> str:
    """Faults of this kind lie before the database."""
    return "sqlite"


async def test_nothing_odd_is_a_fault_of_the_server(teams: Teams) -> None:
    await teams.north.add("a", {"tags": ["SEO"]}, amount="5", cost="-1", close_date="2026-01-31")
    await teams.south.add("b", amount={"amount": "7", "currency": "JPY"}, close_date="0001-01-01")
    sources = [source(teams.north), source(teams.south)]
    bad = []
    for config in odd():
        answer = await teams.board.try_figures(**{"sources": sources} | config)
        if answer.status_code not in (200, 422):
            bad.append((config, answer.text))
    assert bad == []
