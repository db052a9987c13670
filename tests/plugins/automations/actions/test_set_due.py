from __future__ import annotations

import pytest

from kernel.effects import ChangeRecord
from kernel.errors import InvalidInputError
from plugins.automations.actions.set_due import SetDueAction, SetDueConfig
from tests.plugins.automations.samples import facts

ACTION = SetDueAction()


def test_after_now() -> None:
    plan = ACTION.plan(SetDueConfig(days=3, hours=-1), facts())
    assert plan == [ChangeRecord({"due_at": "2026-11-29T08:30:00+00:00"})]


def test_after_another_date() -> None:
    config = SetDueConfig(days=-1, after="{close_date}")
    plan = ACTION.plan(config, facts(values={"{close_date}": "2026-12-31"}))
    assert plan == [ChangeRecord({"due_at": "2026-12-30T00:00:00"})]
    assert ACTION.plan(config, facts()) == [ChangeRecord({"due_at": None})]


def test_what_is_no_date_is_told_as_such() -> None:
    for value in ("soon", "9999-12-31T23:59:59Z", 7):
        with pytest.raises(InvalidInputError):
            SetDueAction().plan(SetDueConfig(days=9, after="{title}"), facts(values={"{title}": value}))
