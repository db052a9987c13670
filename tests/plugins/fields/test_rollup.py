from __future__ import annotations

import msgspec
import pytest

from kernel.errors import InvalidInputError
from kernel.fields import Derivation, NumberFormat, Through
from plugins.fields.rollup import Measure, RollupConfig, RollupField

FIELD = RollupField()


def test_the_config_of_the_contract() -> None:
    text = (
        '{"source": "referenced_by", "project_id": "12", "reference": "customer",'
        ' "measure": {"function": "sum", "field": "amount"}, "filter": "{list} = \'Closed Won\'"}'
    )
    config = FIELD.prepare(msgspec.json.decode(text, type=RollupConfig), None)
    assert FIELD.derive(config) == Derivation(
        "{amount}", Through("customer", "12", backwards=True), "{list} = 'Closed Won'", "sum"
    )


def test_over_a_reference_of_its_own() -> None:
    config = RollupConfig(
        "deals", Measure("average", expression="{amount} / 2"), format="currency", decimals=2
    )
    derivation = FIELD.derive(FIELD.prepare(config, None))
    assert derivation.through == Through("deals")
    assert derivation.expression == "{amount} / 2"
    assert derivation.format == NumberFormat(2, money=True)


def test_count_needs_no_field() -> None:
    config = FIELD.prepare(RollupConfig("deals", Measure("count")), None)
    assert FIELD.derive(config).expression == "1"


@pytest.mark.parametrize(
    "config",
    [RollupConfig("referenced_by", Measure("count")), RollupConfig("deals", Measure("sum")),
     RollupConfig("deals", Measure("count"), project_id="12"),
     RollupConfig("deals", Measure("sum", "amount", "{amount}"))],
)  # fmt: skip
def test_bad_configs(config: RollupConfig) -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(config, None)
