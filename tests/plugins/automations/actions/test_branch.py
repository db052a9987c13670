from __future__ import annotations

import msgspec

from kernel.effects import ActionSpec, GoOn
from plugins.automations.actions.branch import BranchAction, BranchConfig
from tests.plugins.automations.samples import facts


def test_one_way_or_the_other() -> None:
    raw = {"condition": "{a} > 1", "then": [{"type": "complete"}], "else": [{"type": "reopen"}]}
    config = msgspec.convert(raw, BranchConfig)
    for holds, type_ in ((True, "complete"), (False, "reopen")):
        plan = BranchAction().plan(config, facts(conditions={"{a} > 1": holds}))
        assert plan == [GoOn((ActionSpec(type_),))]
