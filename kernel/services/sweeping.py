"""Files of imports, exports and archives that have waited for too long go, while the server runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from kernel.services.rounds import Rounds

FIRST_SECONDS: Final = 2.0
EVERY_SECONDS: Final = 3600.0


class Swept(Protocol):
    """Whoever keeps files for a while."""

    async def sweep(self) -> None:
        """Remove the files whose time is over."""
        ...


class Sweeping(Rounds):
    """Has files swept every hour. What keeps one from it does not keep the others."""

    def __init__(self, swept: Sequence[Swept]) -> None:
        super().__init__("sweeping", FIRST_SECONDS, EVERY_SECONDS)
        self._swept = swept

    async def round(self) -> None:
        faults = []
        for one in self._swept:
            try:
                await one.sweep()
            except Exception as fault:
                faults.append(fault)
        if faults:
            raise ExceptionGroup("sweeping failed", faults)
