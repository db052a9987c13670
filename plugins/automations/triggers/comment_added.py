"""Somebody comments on a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import NoSettings, Trigger, hookimpl


class CommentAddedTrigger(Trigger[NoSettings]):
    key = "comment_added"
    label = "A comment is added"
    description = "By a person or an automation."
    sentence = "somebody comments on a record"
    kinds = ("comment.created",)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [CommentAddedTrigger()]
