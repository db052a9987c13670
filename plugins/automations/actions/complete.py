"""Marks the record as done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, NoSettings, hookimpl


class CompleteAction(Action[NoSettings]):
    key = "complete"
    label = "Complete the record"
    sentence = "complete the record"

    def plan(self, config: NoSettings, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord({"completed": True})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [CompleteAction()]
