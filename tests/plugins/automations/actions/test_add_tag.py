from __future__ import annotations

import pytest

from kernel.effects import ChangeRecord
from kernel.errors import InvalidInputError
from plugins.automations.actions.add_tag import AddTagAction, AddTagConfig
from tests.plugins.automations.samples import facts


def test_one_or_several() -> None:
    plan = AddTagAction().plan(AddTagConfig(tag="1", tags=("2",)), facts())
    assert plan == [ChangeRecord(add={"tags": ("1", "2")})]
    with pytest.raises(InvalidInputError):
        AddTagAction().check(AddTagConfig())
