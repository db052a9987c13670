"""A record starts, or stops, to meet a filter, for whatever reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import Filter, Matching, Timing, Trigger, hookimpl, labelled


class MatchesConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`on`: when it starts to meet the filter, or when it stops to."""

    filter: Filter
    on: Annotated[
        Literal["start", "stop"], labelled("When", start="it starts to hold", stop="it holds no longer")
    ] = "start"


class MatchesTrigger(Trigger[MatchesConfig]):
    key = "matches"
    label = "A record starts to meet a filter"
    description = "Also because a linked record changes, or time passes. Who met it before does not count."
    sentence = "{on} that {filter}"
    config_type = MatchesConfig
    also = (("filter", "condition"),)

    def timing(self, config: MatchesConfig) -> Timing:
        return Matching(config.filter, config.on)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [MatchesTrigger()]
