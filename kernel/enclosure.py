"""Plugins that cannot take the server down: where their faults are caught.

The registries never hold a plugin's object itself but a shell of the same class. Every method
of a shell calls the plugin's and contains what goes wrong, so no caller has to remember to.
A contained fault reaches the caller as PluginError.

Objects from other distributions could also never return. Their calls run in another thread and
are waited for, not long; a caller with much to ask, or with an event loop to keep free, wraps
its whole work in `PluginGuard.in_thread`, and then the calls are made directly.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from typing import Any, TypeAlias, TypeVar

from kernel.containment import Ledger, PluginGuard, describe, switched_off
from kernel.errors import SmaltError
from kernel.time_limit import Abandoned, in_minded_thread

T = TypeVar("T")

PASSING = (SmaltError, KeyboardInterrupt, Abandoned)
"""What a plugin may raise, and what is not its doing."""

CONFIGS_REMEMBERED = 2000
"""Configs whose value check is kept; more than the fields of a usual installation."""

ValueCheck: TypeAlias = Callable[[Any], Any]
"""Takes what a plugin returned; returns what to use, or raises WrongResultError."""


class WrongResultError(Exception):
    """A plugin returned something that its contract does not allow."""


class IteratorCheck:
    """Marks methods that return an iterator, whose every step may fail."""


class ParseCheck:
    """Marks the one method that runs for every cell of an import.

    What may be returned depends on the config, the second argument: `check_of` says it.
    """

    def __init__(self, check_of: Callable[[Any], ValueCheck]) -> None:
        self.check_of = check_of


_END = object()

Check: TypeAlias = ValueCheck | IteratorCheck | ParseCheck


def enclose(guard: PluginGuard, item: T, contract: type[T], ledger: Ledger, checks: Mapping[str, Check]) -> T:
    """A shell for a plugin object: the same attributes, with every method guarded."""
    shell = object.__new__(contract)
    for name in public_names(contract):
        value = getattr(item, name)
        if inspect.isroutine(value):
            value = _guarded(guard, value, ledger, checks.get(name))
        setattr(shell, name, value)
    setattr(shell, "_ledger", ledger)  # noqa: B010 - no attribute of the contract
    return shell


def public_names(contract: type[Any]) -> list[str]:
    """The attributes of a contract class, methods and data, also those without a value."""
    names = {name for parent in contract.__mro__ for name in getattr(parent, "__annotations__", {})}
    return sorted(name for name in names | set(dir(contract)) if not name.startswith("_"))


def is_outside(item: object) -> bool:
    """Whether a shell encloses an object from another distribution than Smalt itself.

    Work that calls such objects belongs into `PluginGuard.in_thread`.
    """
    ledger = getattr(item, "_ledger", None)
    return isinstance(ledger, Ledger) and ledger.outside


def _guarded(
    guard: PluginGuard, function: Callable[..., Any], ledger: Ledger, check: Check | None
) -> Callable[..., Any]:
    if ledger.outside:
        function = _limited(guard, function)
    if isinstance(check, ParseCheck):
        return guarded_parse(guard, function, ledger, check)
    if isinstance(check, IteratorCheck):
        return guarded_iterator(guard, function, ledger)
    return guarded_call(guard, function, ledger, check)


def _limited(guard: PluginGuard, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, given up when it does not return."""

    @wraps(function)
    def limited(*arguments: Any, **named: Any) -> Any:
        if in_minded_thread():
            return function(*arguments, **named)
        return guard.wait_for(partial(function, *arguments, **named))

    return limited


def guarded_call(
    guard: PluginGuard, function: Callable[..., Any], ledger: Ledger, check: ValueCheck | None = None
) -> Callable[..., Any]:
    """A function that contains the faults of another."""

    def call(*arguments: Any, **named: Any) -> Any:
        if ledger.off:
            raise switched_off(ledger)
        started = guard.clock()
        try:
            result = function(*arguments, **named)
            if check is not None:
                result = check(result)
        except PASSING:
            raise
        except BaseException as error:
            raise guard.fault(ledger, describe(error), error) from error
        if guard.clock() - started > guard.slow_call:
            guard.note_slow(ledger, function, guard.clock() - started)
        return result

    return call


def guarded_iterator(
    guard: PluginGuard, function: Callable[..., Any], ledger: Ledger
) -> Callable[..., Iterator[Any]]:
    """A function whose iterator contains the faults of another's."""

    def iterate(*arguments: Any, **named: Any) -> Iterator[Any]:
        if ledger.off:
            raise switched_off(ledger)
        step = _limited(guard, next) if ledger.outside else next
        try:
            items = iter(function(*arguments, **named))
            while (item := step(items, _END)) is not _END:
                yield item
        except (*PASSING, GeneratorExit):
            raise
        except BaseException as error:
            raise guard.fault(ledger, describe(error), error) from error

    return iterate


def guarded_parse(
    guard: PluginGuard, function: Callable[..., Any], ledger: Ledger, check: ParseCheck
) -> Callable[..., Any]:
    """The same as guarded_call, made for a method that runs a hundred thousand times a second.

    The check of each config is remembered by the config's identity (configs are not hashable);
    the config is kept too, so that its identity is not given to another one.
    """
    known: dict[int, ValueCheck] = {}
    kept: list[object] = []
    find, clock, slow_call = known.get, guard.clock, guard.slow_call

    def remember(config: object) -> ValueCheck:
        if len(kept) >= CONFIGS_REMEMBERED:
            known.clear()
            kept.clear()
        kept.append(config)
        return known.setdefault(id(config), check.check_of(config))

    def parse(value: Any, config: Any, context: Any) -> Any:
        if ledger.off:
            raise switched_off(ledger)
        started = clock()
        try:
            result = function(value, config, context)
            if result is not None:
                result = (find(id(config)) or remember(config))(result)
        except PASSING:
            raise
        except BaseException as error:
            raise guard.fault(ledger, describe(error), error) from error
        if clock() - started > slow_call:
            guard.note_slow(ledger, function, clock() - started)
        return result

    return parse
