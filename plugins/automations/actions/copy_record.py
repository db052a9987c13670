"""Adds a copy of the record, with some values of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, CopyRecord, Effect, Facts, Input, hookimpl


class CopyRecordConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`values` are those that differ, as the REST API takes them."""

    values: Annotated[dict[str, Input], msgspec.Meta(examples=[{"list": "Open"}])] = {}


class CopyRecordAction(Action[CopyRecordConfig]):
    key = "copy_record"
    label = "Copy the record"
    sentence = "copy the record[ with {values}]"
    config_type = CopyRecordConfig
    also = (("values.", "title", "description", "list", "tags", "assignees", "start_at", "due_at", "fields"),)

    def plan(self, config: CopyRecordConfig, facts: Facts) -> Sequence[Effect]:
        return [CopyRecord(facts.input(config.values))]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [CopyRecordAction()]
