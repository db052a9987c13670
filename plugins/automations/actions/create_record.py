"""Adds a record, here or in another project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, CreateRecord, Effect, Facts, Input, ProjectName, hookimpl


class CreateRecordConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`values` as the REST API takes them: title, list, tags, fields …; `{field}` stands for a value.

    A text that is `{field}` and nothing else stands for the value itself, and `{id}` for this record.
    """

    values: Annotated[
        dict[str, Input],
        msgspec.Meta(examples=[{"title": "Delivery of {title}", "list": "Open", "fields": {"deal": "{id}"}}]),
    ]
    project: ProjectName | None = None


class CreateRecordAction(Action[CreateRecordConfig]):
    key = "create_record"
    label = "Add a record"
    sentence = "add a record[ to {project}][ with {values}]"
    config_type = CreateRecordConfig
    also = (
        ("project", "project_id"),
        ("values", "record"),
        ("values.", "title", "description", "list", "tags", "assignees", "start_at", "due_at", "fields"),
    )
    needs_record = False

    def plan(self, config: CreateRecordConfig, facts: Facts) -> Sequence[Effect]:
        return [CreateRecord(facts.input(config.values), config.project)]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [CreateRecordAction()]
