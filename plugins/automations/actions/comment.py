"""Writes a comment on the record, with values where the text has `{field}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, AddComment, Effect, Facts, TextTemplate, hookimpl


class CommentConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`text` is Markdown."""

    text: TextTemplate


class CommentAction(Action[CommentConfig]):
    key = "comment"
    label = "Comment"
    sentence = "comment: “{text}”"
    config_type = CommentConfig
    also = (("text", "body", "comment", "message"),)

    def plan(self, config: CommentConfig, facts: Facts) -> Sequence[Effect]:
        return [AddComment(facts.text(config.text))]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [CommentAction()]
