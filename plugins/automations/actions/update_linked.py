"""Writes to the records that a reference of this one points to, or to those that refer to this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, ChangeLinked, Effect, Facts, Input, ProjectName, hookimpl


class UpdateLinkedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`reference` is a field of this project; with `project` one of that project that points here.

    `values` as the REST API takes them; `{field}` stands for a value of this record.
    """

    reference: Annotated[str, msgspec.Meta(examples=["customer"])]
    values: Annotated[dict[str, Input], msgspec.Meta(examples=[{"fields": {"status": "{list}"}}])]
    project: ProjectName | None = None


class UpdateLinkedAction(Action[UpdateLinkedConfig]):
    key = "update_linked"
    label = "Change linked records"
    sentence = "change the records linked by {reference}[ in {project}]: {values}"
    config_type = UpdateLinkedConfig
    also = (("project", "project_id"), ("values", "set"), ("values.", "fields"))

    def plan(self, config: UpdateLinkedConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeLinked(config.reference, facts.input(config.values), config.project)]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [UpdateLinkedAction()]
