"""The rates by which amounts are converted; administrators enter them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.currencies import currency_codes
from kernel.errors import Fault, ForbiddenError, InvalidInputError
from kernel.storage.database import Database, Statement
from kernel.storage.kernel_rows import KernelRows

MAXIMUM_RATES = 10_000
_HIGHEST, _LOWEST = Decimal(10) ** 12, Decimal(10) ** -12

Code = Annotated[str, msgspec.Meta(description="ISO 4217.", examples=["EUR"], pattern="^[A-Z]{3}$")]


class CurrencyRate(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """What one unit of a currency costs in another, from a day on until the next rate."""

    source: Code
    target: Code
    valid_from: date
    rate: Decimal


class RateInput(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}
):
    """A rate to set; `rate` null takes it away."""

    source: Code
    target: Code
    valid_from: date
    rate: Decimal | None


class RatesInput(msgspec.Struct, forbid_unknown_fields=True):
    """Rates to set. Those that are not named stay."""

    rates: Annotated[list[RateInput], msgspec.Meta(max_length=MAXIMUM_RATES)]


class CurrencyRateService:
    """Reads and sets rates."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock

    async def all(self, after: Sequence[str] | None, limit: int) -> list[CurrencyRate]:
        """Up to `limit` rates by currencies and day, behind the key of one."""
        mark = self._rows.mark
        key = "source, target, valid_from"
        where = "" if after is None else f" WHERE ({key}) > ({mark(1)}, {mark(2)}, {mark(3)})"
        sql = f"SELECT {key}, rate FROM smalt_currency_rate{where} ORDER BY {key} LIMIT {limit}"
        (rows,) = await self._database.read(Statement(sql, after or ()))
        return [CurrencyRate(s, t, date.fromisoformat(day), Decimal(rate)) for s, t, day, rate in rows]

    async def put(self, actor: Actor, rates: Sequence[RateInput]) -> None:
        """Set rates. Raises ForbiddenError for who is no administrator, InvalidInputError."""
        if not actor.admin or "admin" not in actor.scopes:
            raise ForbiddenError("Only administrators may set rates, with the scope 'admin'.")
        faults = [fault for place, rate in enumerate(rates) for fault in _faults(place, rate)]
        if faults:
            raise InvalidInputError(faults=faults)
        named = {(r.source, r.target, r.valid_from.isoformat()): r.rate for r in rates}
        stamp = (to_milliseconds(self._clock.now()), actor.user_id)
        rows = [(*key, f"{rate:f}", *stamp) for key, rate in named.items() if rate is not None]
        mark = self._rows.mark
        gone = f"source = {mark(1)} AND target = {mark(2)} AND valid_from = {mark(3)}"
        names = ("source", "target", "valid_from", "rate", "updated_at", "updated_by")
        async with self._database.transaction() as tx:
            await tx.execute_many(f"DELETE FROM smalt_currency_rate WHERE {gone}", sorted(named))
            await self._rows.insert_many(tx, "smalt_currency_rate", names, rows)


def _faults(place: int, rate: RateInput) -> list[Fault]:
    found = []
    for name, code in (("from", rate.source), ("to", rate.target)):
        if code not in currency_codes():
            found.append(Fault(f"/rates/{place}/{name}", f"'{code}' is not a currency code of ISO 4217."))
    if rate.source == rate.target:
        found.append(Fault(f"/rates/{place}/to", "Give two different currencies."))
    if rate.rate is not None and not (rate.rate.is_finite() and _LOWEST <= rate.rate <= _HIGHEST):
        found.append(Fault(f"/rates/{place}/rate", "A rate is a number above 0, such as 4.2735."))
    return found
