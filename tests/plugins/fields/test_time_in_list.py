from __future__ import annotations

from kernel.fields import Derivation, NumberFormat, Stays
from plugins.fields.time_in_list import TimeInListConfig, TimeInListField

FIELD = TimeInListField()


def test_of_a_list_in_seconds() -> None:
    config = TimeInListConfig(list="Negotiations", unit="seconds")
    assert FIELD.derive(config) == Derivation("{seconds}", measure="sum", stays=Stays("Negotiations"))


def test_of_the_present_list_in_days() -> None:
    found = FIELD.derive(TimeInListConfig(decimals=1))
    assert found.stays == Stays(present=True)
    assert (found.expression, found.format) == ("{seconds} / 86400", NumberFormat(1))
