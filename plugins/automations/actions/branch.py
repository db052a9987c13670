"""Does one thing or another, as a condition on the record says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, ActionSpec, Effect, Facts, Filter, GoOn, hookimpl

Actions = Annotated[tuple[ActionSpec, ...], msgspec.Meta(max_length=50)]


class BranchConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"otherwise": "else"}):
    """`then` is done where the record meets `condition`, else `else`."""

    condition: Filter
    then: Actions = ()
    otherwise: Actions = ()


class BranchAction(Action[BranchConfig]):
    key = "branch"
    label = "Branch"
    description = "One row of actions or another, as a condition on the record says."
    sentence = "if {condition}: {then|nothing}[, else {else}]"
    config_type = BranchConfig
    also = (("condition", "if", "filter"), ("then", "actions"), ("else", "otherwise"))

    def plan(self, config: BranchConfig, facts: Facts) -> Sequence[Effect]:
        return [GoOn(config.then if facts.holds(config.condition) else config.otherwise)]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [BranchAction()]
