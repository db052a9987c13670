from __future__ import annotations

from plugins.automations.triggers.tag_added import TagAddedConfig, TagAddedTrigger
from tests.plugins.automations.samples import event

TRIGGER = TagAddedTrigger()


def test_which() -> None:
    changed = event(tags=[["1"], ["1", "2"]])
    assert TRIGGER.matches(changed, TagAddedConfig(tag="2"))
    assert TRIGGER.matches(changed, TagAddedConfig())
    assert not TRIGGER.matches(changed, TagAddedConfig(tag="1"))
    assert not TRIGGER.matches(event(title=["a", "b"]), TagAddedConfig())
