"""Takes a tag off the record, if it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, Fault, InvalidInputError, TagName, hookimpl


class RemoveTagConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which tag, or several."""

    tag: TagName | None = None
    tags: tuple[TagName, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.tags if self.tag is None else (self.tag, *self.tags)


class RemoveTagAction(Action[RemoveTagConfig]):
    key = "remove_tag"
    label = "Remove a tag"
    sentence = "remove the tag {tag}{tags}"
    config_type = RemoveTagConfig

    def check(self, config: RemoveTagConfig) -> None:
        if not config.names:
            raise InvalidInputError(faults=[Fault("/tag", "Name the tag, or several as 'tags'.")])

    def plan(self, config: RemoveTagConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord(remove={"tags": config.names})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [RemoveTagAction()]
