"""How the workers tell the log of what went wrong: shortly, where it was to be expected."""

from __future__ import annotations

from typing import Any, Protocol

from kernel.errors import BusyError


class Log(Protocol):
    """What a logger can do."""

    def info(self, event: str, **about: Any) -> Any: ...

    def exception(self, event: str, **about: Any) -> Any: ...


def tell(log: Log, work: str, error: Exception, **about: Any) -> None:
    """Log an error that is being handled, of `work` that is taken up again.

    Whoever met another writer did nothing wrong: that is one line, without a traceback.
    """
    if isinstance(error, BusyError):
        log.info(f"{work} begins again after another writer", reason=str(error), **about)
    else:
        log.exception(f"{work} failed", **about)
