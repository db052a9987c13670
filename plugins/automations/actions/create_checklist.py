"""Puts a checklist on the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, AddChecklist, Effect, Facts, TextTemplate, hookimpl


class CreateChecklistConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Its name and its items, with values where they have `{field}`."""

    name: TextTemplate
    items: Annotated[tuple[TextTemplate, ...], msgspec.Meta(max_length=100)] = ()


class CreateChecklistAction(Action[CreateChecklistConfig]):
    key = "create_checklist"
    label = "Add a checklist"
    sentence = "add the checklist “{name}”[: {items}]"
    config_type = CreateChecklistConfig
    also = (("name", "title"),)

    def plan(self, config: CreateChecklistConfig, facts: Facts) -> Sequence[Effect]:
        return [AddChecklist(facts.text(config.name), [facts.text(item) for item in config.items])]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [CreateChecklistAction()]
