"""What holds for every registered field type, whoever wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.containment import PluginGuard
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import KIND_OF_COLUMN, Column, ColumnSpec, Derivation, FieldType, ParseContext
from kernel.plugin_manager import PluginManager
from kernel.storage.database import Database
from kernel.storage.kernel_rows import KernelRows
from kernel.values import INTEGER, ValueType

Type = FieldType[Any, Any]
Json = Any

WIDGETS = {
    "text", "long_text", "number", "percent", "currency", "checkbox", "date", "select", "multi_select",
    "email", "phone", "url", "rating", "user", "reference", "derived", "location", "country", "duration",
    "unique_id", "button", "file",
}  # fmt: skip
"""The inputs that the pages know how to draw."""

CONFIGS: Mapping[str, Sequence[Mapping[str, Json]]] = {
    "text": [{}, {"max_length": 20, "pattern": "[a-zA-Z ]+"}],
    "number": [{}, {"decimals": 0}, {"decimals": 2, "minimum": "-5", "maximum": "1000000"}, {"decimals": 8}],
    "currency": [{}, {"currency": "PLN", "currencies": ["PLN", "JPY", "KWD"]}, {"minimum": "0"}],
    "date": [
        *({"time": time, "range": range} for time in (False, True) for range in (False, True)),
        {"minimum": "2026-11-01", "maximum": "2026-12-31", "time": True},
    ],
    "percent": [{}, {"minimum": "0", "maximum": "1"}],
    "unique_id": [{}, {"prefix": "DEAL-'x'", "digits": 4}],
    "duration": [{}, {"minimum": 60, "maximum": 100_000}],
    "select": [{}, {"options": [{"name": "Hello"}, {"name": "Żółw, 'x' \"y\"", "color": "teal"}]}],
    "file": [{}, {"max_count": 2, "max_size": 1000, "allowed_types": ["application/pdf", "image/*"]}],
    "multi_select": [{}, {"options": [{"name": "Hello"}, {"name": "Website"}]}],
    "phone": [{"country": "PL"}],
    "user": [{}, {"multiple": True}],
    "reference": [{"project_id": "12"}, {"project_id": "12", "multiple": True}],
    "lookup": [{"reference": "customer", "field": "email"}],
    "rollup": [{"source": "deals", "measure": {"function": "sum", "field": "amount"}}],
    "time_in_list": [{}, {"list": "Open", "unit": "seconds"}],
    "currency_conversion": [{"amount": "amount", "currency": "EUR", "date": "close_date"}],
    "formula": [{"expression": "{amount} - {cost}"}],
}
"""Configs to try beside the default one, which types that need a config do not have."""

INPUTS: Sequence[Json] = [
    "Hello", "Hello, Website", "Żółw, 'x' \"y\"", "two\nlines", "7", "7, 8", "-3.25", "1,234.5", "12.5%",
    "€5.50", "12000.00", "2026-11-23", "2026-11-23T09:24:00.123Z", "2026-11-23/2026-12-01",
    "ewa@acme.example", "yes", "+48 22 123 45 67", "https://acme.example/a?b=c", 4, 0, -1, 12.5, True, False,
    ["7"], ["7", "8"], {"id": "7"}, ["Hello", "Website"],
    {"amount": "12.5", "currency": "PLN"}, {"amount": 1000, "currency": "JPY"},
    {"start": "2026-11-23", "end": "2026-12-01"},
    {"start": "2026-11-23T09:24:00Z", "end": "2026-11-23T10:00:00.5+01:00"}, [], "  ",
    "2h 15m", "PT30M", "Poland", "CI", {"code": "DE"}, "ul. Prosta 1\n00-838 Warszawa (52.2297, 21.0122)",
    "-33.9, 18.4", {"address": "Rynek 1", "latitude": 50.0617, "longitude": "19.9373"},
]  # fmt: skip
"""Something for every type; what a type refuses is not tried further."""

CONTEXT = ParseContext(time_zone="Europe/Warsaw")


def registered() -> Mapping[str, Type]:
    return PluginManager(PluginGuard(slow_call=60.0)).load().field_types.enabled()


TYPES = registered()


def configs(key: str) -> Iterator[Any]:
    """The configs of a type to try, complete."""
    type_ = TYPES[key]
    for raw in CONFIGS.get(key, [{}]):
        yield type_.prepare(msgspec.convert(raw, type_.config_type), None)


every_type = pytest.mark.parametrize("key", sorted(TYPES))


def test_all_of_them_are_here() -> None:
    assert len(TYPES) >= 18


@every_type
def test_names(key: str) -> None:
    type_ = TYPES[key]
    assert re.fullmatch("[a-z][a-z0-9_]{1,39}", key)
    assert type_.key == key
    assert type_.label
    assert type_.label == type_.label.strip()
    assert type_.description.endswith(".")
    assert type_.widget in WIDGETS


@every_type
def test_config_has_a_schema_and_survives_json(key: str) -> None:
    type_ = TYPES[key]
    schema = msgspec.json.schema(type_.config_type)
    assert schema["$defs"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"no such member": 1}, type_.config_type)
    for config in configs(key):
        text = msgspec.json.encode(config)
        again = msgspec.json.decode(text, type=type_.config_type)
        assert again == config
        assert msgspec.json.encode(type_.prepare(again, config)) == text


@every_type
def test_the_default_config_is_whole_or_says_what_it_lacks(key: str) -> None:
    type_ = TYPES[key]
    required = msgspec.json.schema(type_.config_type)["$defs"][type_.config_type.__name__].get("required")
    if required:
        with pytest.raises(msgspec.ValidationError, match="missing required field"):
            msgspec.convert({}, type_.config_type)
    else:
        type_.prepare(msgspec.convert({}, type_.config_type), None)


@every_type
def test_columns_and_derivation(key: str) -> None:
    type_ = TYPES[key]
    for config in configs(key):
        columns, derivation = type_.columns(config), type_.derive(config)
        assert bool(columns) is (derivation is None)
        if derivation is not None:
            assert isinstance(derivation, Derivation)
            assert derivation.expression
            continue
        names = [spec.name for spec in columns]
        assert len(set(names)) == len(names)
        assert (names == [""]) or (all(names) and type_.value_type is not None)
        for spec in columns:
            assert not spec.many or (len(columns) == 1 and KIND_OF_COLUMN[spec.column].entity)
            assert not spec.sequence or (len(columns), spec.column) == (1, Column.INTEGER)
            if spec.column is Column.CHOICE:
                assert [str(choice.id) for choice in type_.choices(config)] == [o.id for o in config.options]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
members = st.sampled_from(
    ["id", "name", "email", "amount", "currency", "start", "end", "title", "code", "address", "latitude"]
)
shaped = st.dictionaries(members, json_values | st.text(alphabet="0123456789-:.T/ €$%@a"), max_size=3)
digits = st.text(alphabet="0123456789-:.,T/ +()€$%@azZ'\n\0\ud800", max_size=40)


@every_type
@settings(deadline=None)
@given(value=json_values | shaped | st.lists(shaped, max_size=3) | digits, comma=st.booleans())
def test_junk_is_refused_with_invalid_value_and_nothing_else(key: str, value: Json, comma: bool) -> None:
    for order in (None, "dmy", "mdy", "ymd"):
        context = ParseContext(time_zone="America/New_York", date_order=order, decimal_comma=comma)  # type: ignore[arg-type]
        for config in configs(key):
            # Anything but InvalidValueError reaches us as the PluginError that the shell makes of it.
            detail = refusal(TYPES[key], value, config, context)
            assert detail is None or detail.encode()


@every_type
@settings(deadline=None)
@given(samples=st.lists(digits | st.text(), max_size=12))
def test_guess_and_suggest_take_any_cells(key: str, samples: list[str]) -> None:
    type_ = TYPES[key]
    context = ParseContext(date_order="dmy")
    score = type_.guess(samples, context)
    assert 0.0 <= score <= 1.0
    if score:
        with suppress(InvalidInputError):
            type_.prepare(type_.suggest(samples, context), None)


def refusal(type_: Type, value: Json, config: Any, context: ParseContext) -> str | None:
    """Why a type refuses an input; None when it takes it."""
    try:
        type_.parse(value, config, context)
    except InvalidValueError as error:
        return error.detail
    return None


@every_type
async def test_value_survives_the_database(key: str, database: Database) -> None:
    """Input → value → columns → JSON → input again and text again, all the same value."""
    for config in configs(key):
        columns = TYPES[key].columns(config)
        if columns and not columns[0].sequence:
            await check_round_trip(database, TYPES[key], config)


async def check_round_trip(database: Database, type_: Type, config: Any) -> None:
    specs = type_.columns(config)
    values = [value for v in INPUTS if (value := accepted(type_, v, config)) is not None]
    flat = [one for value in values for one in (value if specs[0].many else [value])]
    if specs[0].column is Column.PERSON:
        flat = [one for one in flat if one.isdigit()]  # the kernel puts ids for addresses
    assert flat or specs[0].column is Column.CHOICE, f"no input fits {type_.key} with {config}"
    if specs[0].column is Column.FILE:
        await upload(database, flat)
    answers = await stored(database, type_, config, [None, *flat])
    assert answers[0] is None
    for value, answer in zip(flat, answers[1:], strict=True):
        wanted = [value] if specs[0].many else value
        assert accepted(type_, answer, config) == wanted, answer
        assert accepted(type_, cell_text(answer), config) == wanted, cell_text(answer)


def accepted(type_: Type, value: Json, config: Any) -> Any:
    try:
        return type_.parse(value, config, CONTEXT)
    except InvalidValueError:
        return None


def cell_text(answer: Json) -> str:
    """A value as people write it into a cell."""
    if isinstance(answer, dict):
        if "address" in answer:
            degrees = answer["latitude"], answer["longitude"]
            return answer["address"] if None in degrees else "{} ({}, {})".format(answer["address"], *degrees)
        if "amount" in answer:
            return f"{answer['amount']} {answer['currency']}"
        if "start" in answer:
            return f"{answer['start']}/{answer['end']}"
        return answer["id"] if "url" in answer else answer.get("name") or answer["id"]
    return answer if isinstance(answer, str) else json.dumps(answer)


async def upload(database: Database, ids: Sequence[str]) -> None:
    """Files of these ids, for what refers to them."""
    row = {"name": "a.pdf", "size": 5, "content_type": "application/pdf", "state": "ready", "owner": ""}
    async with database.transaction() as tx:
        for id_ in set(ids):
            known = await tx.fetch(f"SELECT id FROM smalt_file WHERE id = {int(id_)}")
            if not known:
                whole = {"id": int(id_), **row, "created_at": 0}
                await KernelRows(database.dialect).insert(tx, "smalt_file", whole)


async def stored(database: Database, type_: Type, config: Any, values: Sequence[Any]) -> list[Json]:
    """The JSON that the database writes for these values, from columns such as a project has."""
    dialect, specs = database.dialect, type_.columns(config)
    columns = {spec.name: f"t.{name_of(spec)}" for spec in specs}
    shown = dialect.json_of(type_.value(columns, config, dialect))
    ddl = ", ".join(f"{name_of(spec)} {dialect.column_ddl(spec)}" for spec in specs)
    async with database.transaction() as tx:
        await tx.execute(f"CREATE TABLE t (id BIGINT PRIMARY KEY, {ddl})".replace("BIGINT", integer(dialect)))
        for number, value in enumerate(values):
            await insert(tx, dialect, specs, number, value)
        rows = await tx.fetch(f"SELECT {shown} FROM t ORDER BY t.id")
        await tx.execute("DROP TABLE t")
    return [json.loads(text) for (text,) in rows]


async def insert(tx: Any, dialect: Dialect, specs: Sequence[ColumnSpec], number: int, value: Any) -> None:
    parameters = Parameters(dialect)
    marks = [parameters.add(number, INTEGER)]
    for spec in specs:
        member = getattr(value, spec.name) if spec.name and value is not None else value
        scale = spec.scale if spec.column in (Column.INTEGER, Column.DECIMAL) else None
        marks.append(parameters.add(member, ValueType(KIND_OF_COLUMN[spec.column], scale)))
    names = ", ".join(["id", *map(name_of, specs)])
    await tx.execute(f"INSERT INTO t ({names}) VALUES ({', '.join(marks)})", parameters.values)


def name_of(spec: ColumnSpec) -> str:
    return f"f_{spec.name}" if spec.name else "f"


def integer(dialect: Dialect) -> str:
    return "INTEGER" if dialect.name == "sqlite" else "bigint"
