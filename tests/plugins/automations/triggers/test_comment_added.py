from __future__ import annotations

from kernel.automations import NoSettings
from plugins.automations.triggers.comment_added import CommentAddedTrigger
from tests.plugins.automations.samples import event


def test_every_comment() -> None:
    assert CommentAddedTrigger.kinds == ("comment.created",)
    assert CommentAddedTrigger().matches(event("comment.created"), NoSettings())
