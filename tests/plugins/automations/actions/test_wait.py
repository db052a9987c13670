from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kernel.effects import Wait
from kernel.errors import InvalidInputError
from plugins.automations.actions.wait import WaitAction, WaitConfig
from tests.plugins.automations.samples import facts


def test_for_a_while_or_until_a_moment() -> None:
    action = WaitAction()
    assert action.plan(WaitConfig(days=1), facts()) == [Wait(datetime(2026, 11, 27, 9, 30, tzinfo=UTC))]
    config = WaitConfig(hours=9, until="{close_date}")
    plan = action.plan(config, facts(values={"{close_date}": "2026-12-31"}))
    assert plan == [Wait(datetime(2026, 12, 31, 8, 0, tzinfo=UTC))]


def test_what_is_no_date_is_told_as_such() -> None:
    for value in ("soon", "9999-12-31T23:59:59Z", 7):
        with pytest.raises(InvalidInputError):
            WaitAction().plan(WaitConfig(days=9, until="{title}"), facts(values={"{title}": value}))
