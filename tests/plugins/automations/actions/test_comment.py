from __future__ import annotations

from kernel.effects import AddComment
from plugins.automations.actions.comment import CommentAction, CommentConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert CommentAction().plan(
        CommentConfig("It is {title}"), facts(texts={"It is {title}": "It is Website"})
    ) == [AddComment("It is Website")]
