from __future__ import annotations

from kernel.automations import Matching
from plugins.automations.triggers.matches import MatchesConfig, MatchesTrigger


def test_start_and_stop() -> None:
    assert MatchesTrigger().timing(MatchesConfig("{a} > 1")) == Matching("{a} > 1", "start")
    assert MatchesTrigger().timing(MatchesConfig("{a} > 1", "stop")) == Matching("{a} > 1", "stop")
