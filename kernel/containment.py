"""Plugins that cannot take the server down: what becomes of a fault.

A fault is an exception that is no SmaltError, a result of the wrong type, or a slow call. It is
logged with the plugin's name and counted; a plugin with too many in a short time is switched
off. Where faults are caught: `kernel.enclosure`, and for calls that never return, in_thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar

import structlog

from kernel.errors import PluginError
from kernel.time_limit import TimeLimit, TookTooLongError

T = TypeVar("T")

OnTrip = Callable[[str, str], None]
"""Called once with a plugin's name and the reason when it is switched off, from any thread."""

log = structlog.get_logger("smalt.plugins")


class Ledger:
    """What is known about the conduct of one plugin."""

    __slots__ = ("faults", "name", "off", "outside", "recent", "slow_calls")

    def __init__(self, name: str, outside: bool) -> None:
        self.name = name
        self.outside = outside
        self.off = False
        self.faults = 0
        self.slow_calls = 0
        self.recent: deque[float] = deque()


class PluginGuard:
    """Keeps the ledgers and switches off what fails again and again.

    `slow_call` is in seconds; `fault_limit` faults within `window` seconds trip.
    """

    def __init__(
        self,
        slow_call: float = 1.0,
        fault_limit: int = 5,
        window: float = 60.0,
        on_trip: OnTrip | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.slow_call = slow_call
        self.on_trip = on_trip
        self.clock = clock
        self._fault_limit = fault_limit
        self._window = window
        self._lock = Lock()
        self._time_limit = TimeLimit()
        self._disabled: frozenset[str] = frozenset()
        self._ledgers: dict[str, Ledger] = {}

    def ledger(self, plugin: str, outside: bool = False) -> Ledger:
        """The ledger of a plugin, opened when it is new."""
        return self._ledgers.setdefault(plugin, Ledger(plugin, outside))

    def ledgers(self) -> Mapping[str, Ledger]:
        return self._ledgers

    def pardon(self, plugin: str) -> None:
        """Let a plugin that was switched off for its faults work again."""
        ledger = self.ledger(plugin)
        with self._lock:
            ledger.recent.clear()
            ledger.off = False

    def fault(self, ledger: Ledger, reason: str, error: BaseException | None = None) -> PluginError:
        """Log and count a fault; the error to raise."""
        log.error("plugin fault", plugin=ledger.name, reason=reason, exc_info=error)
        ledger.faults += 1
        self._count(ledger, reason)
        return PluginError(f"The plugin '{ledger.name}' failed: {reason}.")

    def note_slow(self, ledger: Ledger, function: Callable[..., Any], seconds: float) -> None:
        """Log and count a call that came back late.

        Smalt's own plugins are not switched off for it: what is slow there is the machine.
        """
        name = getattr(function, "__qualname__", repr(function))
        log.warning("slow plugin call", plugin=ledger.name, call=name, seconds=round(seconds, 3))
        ledger.slow_calls += 1
        if ledger.outside:
            self._count(ledger, f"{name} took {seconds:.1f} seconds")

    def _count(self, ledger: Ledger, reason: str) -> None:
        now = self.clock()
        with self._lock:
            ledger.recent.append(now)
            while now - ledger.recent[0] > self._window:
                ledger.recent.popleft()
            tripped = len(ledger.recent) >= self._fault_limit and not ledger.off
            ledger.off = ledger.off or tripped
        if tripped:
            self._tell(ledger, reason)

    def _tell(self, ledger: Ledger, reason: str) -> None:
        log.error("plugin switched off", plugin=ledger.name, faults=ledger.faults, reason=reason)
        if self.on_trip is not None:
            self.on_trip(ledger.name, reason)

    def follow(self, disabled: Collection[str]) -> None:
        """Pardon what administrators have enabled again since the last call, wherever they did it.

        Call it with the disabled plugins of every schema that is loaded.
        """
        for plugin in self._disabled - set(disabled):
            self.pardon(plugin)
        self._disabled = frozenset(disabled)

    def wait_for(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run `function` in another thread and wait, at most two slow calls long."""
        return self._time_limit.run(function, *arguments, limit=2 * self.slow_call)

    async def in_thread(self, function: Callable[..., T], *arguments: Any, limit: float | None = None) -> T:
        """Run `function` beside the event loop, for at most `limit` seconds (ten slow calls).

        Whatever shells it calls, a call that does not return is a fault of that plugin.
        """
        seconds = limit or 10 * self.slow_call
        try:
            return await self._time_limit.run_beside(function, *arguments, limit=seconds)
        except TookTooLongError as late:
            ledger = late.local("ledger", Ledger)
            if ledger is None:
                raise
            raise self.fault(ledger, f"a call did not return within {seconds:g} seconds") from late


def describe(error: BaseException) -> str:
    """An exception in one line, also one that can not tell about itself."""
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def switched_off(ledger: Ledger) -> PluginError:
    return PluginError(f"The plugin '{ledger.name}' is switched off after repeated faults.")
