from __future__ import annotations

from plugins.automations.triggers.tag_removed import TagRemovedConfig, TagRemovedTrigger
from tests.plugins.automations.samples import event

TRIGGER = TagRemovedTrigger()


def test_which() -> None:
    changed = event(tags=[["1", "2"], ["1"]])
    assert TRIGGER.matches(changed, TagRemovedConfig(tag="2"))
    assert TRIGGER.matches(changed, TagRemovedConfig())
    assert not TRIGGER.matches(changed, TagRemovedConfig(tag="1"))
    assert not TRIGGER.matches(event(title=["a", "b"]), TagRemovedConfig())
