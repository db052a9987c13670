"""Puts a tag on the record; one that is not there yet is made when the automation is saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, Fault, InvalidInputError, TagName, hookimpl


class AddTagConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which tag, or several."""

    tag: TagName | None = None
    tags: tuple[TagName, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.tags if self.tag is None else (self.tag, *self.tags)


class AddTagAction(Action[AddTagConfig]):
    key = "add_tag"
    label = "Add a tag"
    sentence = "add the tag {tag}{tags}"
    config_type = AddTagConfig

    def check(self, config: AddTagConfig) -> None:
        if not config.names:
            raise InvalidInputError(faults=[Fault("/tag", "Name the tag, or several as 'tags'.")])

    def plan(self, config: AddTagConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord(add={"tags": config.names})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [AddTagAction()]
