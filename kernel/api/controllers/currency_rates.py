"""The rates by which amounts are converted."""

from __future__ import annotations

from litestar import Controller, get, put
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import ADMIN
from kernel.api.paging import Page
from kernel.services.currency_rates import CurrencyRate, RatesInput


class CurrencyRatesController(Controller):
    path = "/currency-rates"
    tags = ["Currency rates"]

    @get(summary="List currency rates", description="By currencies and day.")
    async def rates(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[CurrencyRate]:
        return await paging.read(
            lambda p: kernel.currency_rates.all(_after(p), p.limit + 1),
            key=lambda r: (r.source, r.target, r.valid_from.isoformat()),
        )

    @put(
        summary="Set currency rates",
        description="For administrators. Sets the rates given, each from its day on; the others stay. "
        "A rate serves in the other direction too, where none is given for it.",
        opt=ADMIN,
        status_code=204,
    )
    async def change(self, kernel: Kernel, actor: Actor, data: JSONBody[RatesInput]) -> None:
        await kernel.currency_rates.put(actor, data.rates)


def _after(paging: Paging) -> list[str] | None:
    after = paging.after()
    return None if after is None else [str(part) for part in after]
