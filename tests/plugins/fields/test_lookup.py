from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ColumnSpec, Derivation, ParseContext, Through
from plugins.fields.lookup import LookupConfig, LookupField

FIELD = LookupField()


def test_forwards() -> None:
    config = FIELD.prepare(LookupConfig("customer", "account_manager.email"), None)
    assert FIELD.derive(config) == Derivation("{account_manager.email}", Through("customer"))


def test_backwards() -> None:
    config = FIELD.prepare(LookupConfig("referenced_by", "title", "12", "customer", "{amount} > 5"), None)
    through = Through("customer", "12", backwards=True)
    assert FIELD.derive(config) == Derivation("{title}", through, filter="{amount} > 5")


@pytest.mark.parametrize(
    "config",
    [LookupConfig("referenced_by", "title"), LookupConfig("customer", "title", project_id="12"),
     LookupConfig("customer", "title", via="x")],
)  # fmt: skip
def test_bad_configs(config: LookupConfig) -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(config, None)


def test_holds_nothing_and_takes_nothing() -> None:
    config = LookupConfig("customer", "email")
    stored: list[ColumnSpec] = list(FIELD.columns(config))
    assert stored == []
    with pytest.raises(InvalidValueError):
        FIELD.parse("x", config, ParseContext())
