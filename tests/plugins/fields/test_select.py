from __future__ import annotations

import pytest

from kernel.errors import UnknownOptionError
from kernel.fields import ParseContext
from plugins.fields.select import SelectConfig, SelectField

FIELD = SelectField()
CONTEXT = ParseContext()
CONFIG = FIELD.with_choices(SelectConfig(), ["Referral", "Website"])


def test_by_name_and_id() -> None:
    referral = FIELD.choices(CONFIG)[0]
    for value in ("Referral", " REFERRAL ", str(referral.id), {"id": str(referral.id)}, {"name": "referral"}):
        assert FIELD.parse(value, CONFIG, CONTEXT) == referral.id


def test_unknown() -> None:
    with pytest.raises(UnknownOptionError, match="Cold call"):
        FIELD.parse("Cold call", CONFIG, CONTEXT)


def test_ids_stay_over_edits() -> None:
    edited = FIELD.prepare(SelectConfig(tuple(reversed(CONFIG.options))), CONFIG)
    assert {c.name: c.id for c in FIELD.choices(edited)} == {c.name: c.id for c in FIELD.choices(CONFIG)}
    assert isinstance(edited, SelectConfig)


def test_guess_few_values_that_come_again() -> None:
    assert FIELD.guess(["retail", "medical", "Retail "] * 3, CONTEXT) == 0.6
    assert FIELD.guess([f"name {n}" for n in range(30)], CONTEXT) == 0.0
    assert FIELD.guess(["yes", "no"], CONTEXT) == 0.0
    suggested = FIELD.suggest(["retail", "medical", "Retail ", ""], CONTEXT)
    assert [c.name for c in FIELD.choices(suggested)] == ["retail", "medical"]
