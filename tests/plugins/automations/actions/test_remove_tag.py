from __future__ import annotations

import pytest

from kernel.effects import ChangeRecord
from kernel.errors import InvalidInputError
from plugins.automations.actions.remove_tag import RemoveTagAction, RemoveTagConfig
from tests.plugins.automations.samples import facts


def test_one_or_several() -> None:
    plan = RemoveTagAction().plan(RemoveTagConfig(tag="1", tags=("2",)), facts())
    assert plan == [ChangeRecord(remove={"tags": ("1", "2")})]
    with pytest.raises(InvalidInputError):
        RemoveTagAction().check(RemoveTagConfig())
