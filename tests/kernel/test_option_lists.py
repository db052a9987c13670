from __future__ import annotations

import msgspec
import pytest

from kernel.errors import InvalidInputError, InvalidValueError, UnknownOptionError
from kernel.option_lists import COLORS, MAXIMUM_OPTIONS, Option, OptionsConfig


def config_of(*names: str) -> OptionsConfig:
    return OptionsConfig(tuple(map(Option, names))).completed(None)


def test_new_options_get_ids_and_colors() -> None:
    first, second = config_of("Won", " Lost ").options
    assert first.id.isdigit()
    assert first.id != second.id
    assert (second.name, second.color) == ("Lost", COLORS[1])


def test_ids_stay_when_names_order_and_colors_change() -> None:
    before = config_of("Won", "Lost")
    won, lost = before.options
    edited = OptionsConfig((Option("N/A"), Option("lost"), Option("Closed Won", won.id, "teal")))
    after = edited.completed(before).options
    assert [o.id for o in after[1:]] == [lost.id, won.id]
    assert after[0].id not in ("", won.id, lost.id)
    assert [o.color for o in after] == [COLORS[0], lost.color, "teal"]


def test_an_id_is_never_used_again() -> None:
    before = config_of("A", "B")
    without = OptionsConfig(before.options[:1]).completed(before)
    again = without.with_names(["B"])
    assert again.options[1].id != before.options[1].id


def test_completing_twice_changes_nothing() -> None:
    config = config_of("A").with_names(["B", " a ", "b"])
    assert [o.name for o in config.options] == ["A", "B"]
    assert config.completed(config) == config
    assert config.completed(None) == config


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ((Option("A"), Option(" a ")), "/options/1/name"),
        ((Option("A", "1"), Option("B", "01")), "/options/1/name"),
        ((Option("  "),), "/options/0/name"),
        ((Option("a\nb"),), "/options/0/name"),
    ],
)
def test_faults_name_the_option(options: tuple[Option, ...], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        OptionsConfig(options).completed(None)
    assert caught.value.faults[0].pointer == pointer


def test_there_is_a_limit() -> None:
    config_of(*(f"o{n}" for n in range(MAXIMUM_OPTIONS)))
    with pytest.raises(InvalidInputError):
        config_of(*(f"o{n}" for n in range(MAXIMUM_OPTIONS + 1)))


def test_find_by_name_and_id() -> None:
    config = OptionsConfig(
        (Option("Referral", "7"), Option("2024", "8"), Option("9", "10"), Option("x", "9"))
    )
    for value in (
        "Referral",
        " refeRRal ",
        "7",
        {"id": "7"},
        {"name": "referral"},
        {"id": "7", "name": "old"},
    ):
        assert config.find(value) == 7
    assert config.find("9") == 10
    assert config.find({"id": "9"}) == 9
    assert config.find({"id": "77", "name": "2024"}) == 8
    assert config.find("  ") is None


@pytest.mark.parametrize("value", ["Nope", {"id": "77"}, {"name": "Nope"}])
def test_unknown_option(value: object) -> None:
    with pytest.raises(UnknownOptionError) as caught:
        config_of("Referral").find(value)
    assert caught.value.name in ("Nope", "77")


@pytest.mark.parametrize(
    "value", [1, True, 1.5, None, [], {}, {"id": 7}, {"id": ["a"]}, {"name": None}, "a\0"]
)
def test_other_input_is_invalid(value: object) -> None:
    with pytest.raises(InvalidValueError):
        config_of("Referral").find(value)


def test_config_survives_json() -> None:
    config = config_of("A", "B")
    assert msgspec.convert(msgspec.to_builtins(config), OptionsConfig) == config
    assert [c.name for c in config.choices] == ["A", "B"]
