"""Plugins that fail, lie, dawdle or hang."""

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

import msgspec
import pytest
from structlog.testing import capture_logs

from kernel.containment import PluginGuard
from kernel.enclosure import enclose, is_outside, public_names
from kernel.errors import InvalidValueError, PluginError
from kernel.fields import Column, ColumnSpec, FieldType, NoConfig, ParseContext
from kernel.importers import Importer, NoOptions
from kernel.plugin_checks import field_type_checks, importer_checks
from kernel.time_limit import TookTooLongError

CONFIG = NoConfig()
CONTEXT = ParseContext()


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Temperature(FieldType[NoConfig, Any]):
    """Does in `parse` what the value says."""

    key = "temperature"
    label = "Temperature"
    column = Column.REAL

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> Any:
        match value:
            case "fail":
                raise ZeroDivisionError("division by zero")
            case "exit":
                raise SystemExit(3)
            case "refuse":
                raise InvalidValueError("Give a temperature.")
            case "slow":
                self.clock.now += 2
                return 1.0
            case "hang":
                while True:
                    time.sleep(0.001)
        return value


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trips() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def guard(clock: Clock, trips: list[tuple[str, str]]) -> PluginGuard:
    return PluginGuard(1.0, 3, 60.0, lambda name, why: trips.append((name, why)), clock)


@pytest.fixture
def temperature(guard: PluginGuard, clock: Clock) -> FieldType[Any, Any]:
    return enclosed(guard, Temperature(clock))


def enclosed(guard: PluginGuard, item: FieldType[Any, Any], outside: bool = True) -> FieldType[Any, Any]:
    return enclose(guard, item, FieldType, guard.ledger("acme", outside), field_type_checks(item))


def test_a_shell_looks_like_what_it_encloses(temperature: FieldType[Any, Any]) -> None:
    assert isinstance(temperature, FieldType)
    assert (temperature.key, temperature.label, temperature.column) == (
        "temperature", "Temperature", Column.REAL,
    )  # fmt: skip
    assert temperature.columns(CONFIG) == [ColumnSpec(Column.REAL)]
    assert temperature.parse(1.5, CONFIG, CONTEXT) == 1.5
    assert temperature.parse(value=None, config=CONFIG, context=CONTEXT) is None
    assert set(public_names(FieldType)) <= set(vars(temperature))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("fail", "ZeroDivisionError: division by zero"),
        ("exit", "SystemExit: 3"),
        ("warm", "it returned str instead of float"),
    ],
)
def test_a_fault_is_contained_logged_and_counted(
    guard: PluginGuard, temperature: FieldType[Any, Any], value: str, message: str
) -> None:
    with capture_logs() as logs, pytest.raises(PluginError, match=message):
        temperature.parse(value, CONFIG, CONTEXT)
    assert logs[0]["plugin"] == "acme"
    assert logs[0]["log_level"] == "error"
    assert guard.ledger("acme").faults == 1


def test_refusing_a_value_is_no_fault(guard: PluginGuard, temperature: FieldType[Any, Any]) -> None:
    for value in ("refuse", float("inf")):
        with pytest.raises(InvalidValueError):
            temperature.parse(value, CONFIG, CONTEXT)
    assert guard.ledger("acme").faults == 0


def test_repeated_faults_switch_the_plugin_off_once(
    guard: PluginGuard, temperature: FieldType[Any, Any], trips: list[tuple[str, str]]
) -> None:
    for _ in range(5):
        with pytest.raises(PluginError):
            temperature.parse("fail", CONFIG, CONTEXT)
    assert trips == [("acme", "ZeroDivisionError: division by zero")]
    with pytest.raises(PluginError, match="switched off"):
        temperature.parse(1.0, CONFIG, CONTEXT)
    with pytest.raises(PluginError, match="switched off"):
        temperature.columns(CONFIG)
    guard.pardon("acme")
    assert temperature.parse(1.0, CONFIG, CONTEXT) == 1.0


def test_enabling_a_plugin_in_another_process_pardons_it_here(
    guard: PluginGuard, temperature: FieldType[Any, Any]
) -> None:
    for _ in range(3):
        with pytest.raises(PluginError):
            temperature.parse("fail", CONFIG, CONTEXT)
    for disabled in (set(), {"acme"}, {"acme", "other"}):
        guard.follow(disabled)
        assert guard.ledger("acme").off
    guard.follow({"other"})
    assert not guard.ledger("acme").off


def test_faults_far_apart_are_forgiven(
    temperature: FieldType[Any, Any], clock: Clock, trips: list[tuple[str, str]]
) -> None:
    for _ in range(10):
        clock.now += 31
        with pytest.raises(PluginError):
            temperature.parse("fail", CONFIG, CONTEXT)
    assert trips == []


def test_slow_calls_give_their_result_and_count(
    guard: PluginGuard, temperature: FieldType[Any, Any], trips: list[tuple[str, str]]
) -> None:
    for _ in range(3):
        assert temperature.parse("slow", CONFIG, CONTEXT) == 1.0
    assert guard.ledger("acme").slow_calls == 3
    assert trips == [("acme", "Temperature.parse took 2.0 seconds")]


async def settled(count: int) -> bool:
    """Whether the threads of plugins get down to a number."""
    for _ in range(3000):
        if sum(t.name == "smalt-plugin" for t in threading.enumerate()) <= count:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_hanging_call_is_given_up_and_ended(
    guard: PluginGuard, temperature: FieldType[Any, Any]
) -> None:
    before = sum(t.name == "smalt-plugin" for t in threading.enumerate())

    def parse_all() -> Any:
        return [temperature.parse(value, CONFIG, CONTEXT) for value in (1.0, "hang")]

    with pytest.raises(PluginError, match=r"'acme' failed: a call did not return within 0\.5 seconds"):
        await guard.in_thread(parse_all, limit=0.5)
    assert guard.ledger("acme").faults == 1
    assert await settled(before)


async def test_a_hanging_call_is_given_up_where_nobody_thought_of_it(clock: Clock) -> None:
    guard = PluginGuard(0.3)
    hanging = enclosed(guard, Temperature(clock))
    with pytest.raises(PluginError, match="did not return in time"):
        hanging.parse("hang", CONFIG, CONTEXT)
    assert hanging.parse(1.5, CONFIG, CONTEXT) == 1.5
    assert guard.ledger("acme").faults == 1


async def test_work_whose_caller_has_gone_is_ended(guard: PluginGuard) -> None:
    before = sum(t.name == "smalt-plugin" for t in threading.enumerate())

    def forever() -> None:
        while True:
            time.sleep(0.001)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await guard.in_thread(forever, limit=10)
    assert await settled(before)


async def test_work_in_a_thread_gives_its_result_or_error(guard: PluginGuard) -> None:
    assert await guard.in_thread(sorted, [2, 1]) == [1, 2]
    with pytest.raises(KeyError):
        await guard.in_thread({}.__getitem__, "x")
    with pytest.raises(TookTooLongError):
        await guard.in_thread(time.sleep, 0.2, limit=0.01)


def test_outside_plugins_are_known_by_their_shells(guard: PluginGuard, clock: Clock) -> None:
    assert is_outside(enclosed(guard, Temperature(clock)))
    assert not is_outside(FieldType())


class Pair(msgspec.Struct):
    """A value in two columns."""

    start: Any
    end: Any = None


class Keeping(FieldType[NoConfig, Any]):
    """Stores in `column` whatever comes."""

    key = "any"
    label = "Any"

    def __init__(self, *columns: ColumnSpec) -> None:
        self.specs = columns
        self.value_type = Pair if columns[0].name else None

    def columns(self, config: NoConfig) -> tuple[ColumnSpec, ...]:
        return self.specs

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> Any:
        return value


PAIR = (ColumnSpec(Column.DATE, "start"), ColumnSpec(Column.DATE, "end"))
DAY = datetime(2026, 1, 1).date()


@pytest.mark.parametrize(
    ("columns", "good", "bad"),
    [
        ([ColumnSpec(Column.TEXT)], ["", "é"], [1, b""]),
        ([ColumnSpec(Column.INTEGER)], [0, -(2**63)], [True, "1", 1.0]),
        ([ColumnSpec(Column.DECIMAL, scale=2)], [Decimal("1.5")], [1.5, "1.5", False]),
        ([ColumnSpec(Column.REAL)], [1.5], ["x", True]),
        ([ColumnSpec(Column.BOOLEAN)], [True], [1, "true"]),
        ([ColumnSpec(Column.DATE)], [DAY], [datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01"]),
        ([ColumnSpec(Column.DATETIME)], [datetime(2026, 1, 1, tzinfo=UTC)], [datetime(2026, 1, 1), DAY]),
        ([ColumnSpec(Column.RECORD, target="1")], ["12", 12], [1.5]),
        ([ColumnSpec(Column.CHOICE, many=True)], [[1, 2], []], [1, ["x"], "12"]),
        (PAIR, [Pair(DAY), Pair(DAY, DAY)], [DAY, Pair("x"), {"start": DAY}]),
    ],
)
def test_parsed_values_must_fit_their_columns(
    clock: Clock, columns: list[ColumnSpec], good: list[object], bad: list[object]
) -> None:
    shell = enclosed(PluginGuard(fault_limit=100, clock=clock), Keeping(*columns))
    for value in good:
        assert shell.parse(value, CONFIG, CONTEXT) == value
    for value in bad:
        with pytest.raises(PluginError, match="instead of"):
            shell.parse(value, CONFIG, CONTEXT)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Column.TEXT, "a\0b"),
        (Column.TEXT, "\ud800"),
        (Column.INTEGER, 2**63),
        (Column.REAL, float("nan")),
        (Column.DECIMAL, Decimal("Infinity")),
    ],
)
def test_values_that_no_column_can_hold_are_refused(clock: Clock, column: Column, value: object) -> None:
    shell = enclosed(PluginGuard(clock=clock), Keeping(ColumnSpec(column)))
    with pytest.raises(InvalidValueError):
        shell.parse(value, CONFIG, CONTEXT)


def test_whole_numbers_become_what_their_column_holds(clock: Clock) -> None:
    for column, type_ in ((Column.REAL, float), (Column.DECIMAL, Decimal)):
        shell = enclosed(PluginGuard(clock=clock), Keeping(ColumnSpec(column)))
        assert type(shell.parse(3, CONFIG, CONTEXT)) is type_


class Broken(FieldType[NoConfig, Any]):
    """Returns nonsense from every method."""

    key = "broken"
    label = "Broken"

    def columns(self, config: Any) -> Any:
        return "columns"

    def derive(self, config: Any) -> Any:
        return "expression"

    def prepare(self, config: Any, previous: Any) -> Any:
        return None

    def choices(self, config: Any) -> Any:
        return ["a"]

    def value(self, columns: Any, config: Any, sql: Any) -> Any:
        return "1"

    def guess(self, samples: Any, context: Any) -> float:
        return 7.0


@pytest.mark.parametrize(
    ("method", "count"),
    [("columns", 1), ("derive", 1), ("prepare", 2), ("choices", 1), ("value", 3), ("guess", 2)],
)
def test_every_method_is_checked(clock: Clock, method: str, count: int) -> None:
    shell = enclosed(PluginGuard(clock=clock), Broken())
    with pytest.raises(PluginError, match="it returned"):
        getattr(shell, method)(*[CONFIG] * count)


class Torn(Importer[NoOptions]):
    """Fails in the midst of a file."""

    key = "torn"
    label = "Torn"

    def columns(self, source: BinaryIO, options: NoOptions) -> list[str]:
        return ["a"]

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[list[str]]:
        yield ["1"]
        raise MemoryError


def test_an_iterator_that_fails_halfway_is_contained(guard: PluginGuard) -> None:
    item = Torn()
    shell = enclose(guard, item, Importer, guard.ledger("torn"), importer_checks(item))
    rows = shell.rows(BytesIO(), NoOptions())
    assert next(rows) == ["1"]
    with pytest.raises(PluginError, match="MemoryError"):
        next(rows)
    assert guard.ledger("torn").faults == 1
