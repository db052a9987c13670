"""Marks the record as not done any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, NoSettings, hookimpl


class ReopenAction(Action[NoSettings]):
    key = "reopen"
    label = "Reopen the record"
    sentence = "reopen the record"

    def plan(self, config: NoSettings, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord({"completed": False})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [ReopenAction()]
