"""Dashboards that go with an email, drawn when it is sent, with the rights of the automation's owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from kernel.access.acting import actor_of
from kernel.effects import DashboardFile, SendMail
from kernel.errors import NotFoundError, StaleAccessError, UnavailableError
from kernel.file_names import safe_name
from kernel.queries.charts.request import ChartFilters
from kernel.services.automations.mailing import MadeFile
from kernel.services.automations.stage import Stage
from kernel.services.dashboards.access import DashboardAccess, dashboard_names
from kernel.services.dashboards.facade import Asked
from kernel.services.dashboards.sheets import WIDTH, DashboardSheets
from kernel.services.dashboards.types import Look
from kernel.storage.database import Database, WithinTransaction
from kernel.values import ID

TYPES: Final = {"pdf": "application/pdf", "png": "image/png"}
_GONE: Final = "The dashboard is gone, or whoever owns the automation may not see it."
_TRIES: Final = 5


@dataclass(frozen=True)
class Drawing:
    """A dashboard that is to be drawn for an email: `title` is its name, `name` that of the file."""

    dashboard_id: int
    owner_id: int | None
    title: str
    name: str
    format: Literal["pdf", "png"]
    language: str


async def drawings(stage: Stage, effect: SendMail) -> tuple[Drawing, ...]:
    """What is to be drawn for an email. NotFoundError for what the automation's owner does not see."""
    if not effect.dashboards:
        return ()
    names = await dashboard_names(WithinTransaction(stage.tx), stage.actor)
    mark = stage.tx.dialect.placeholder(1, ID)
    rows = await stage.tx.fetch(f"SELECT locale FROM smalt_user WHERE id = {mark}", [stage.actor.user_id])
    language = next((row[0] for row in rows if row[0]), "en")
    return tuple(_drawing(stage, wanted, names, language) for wanted in effect.dashboards)


def _drawing(stage: Stage, wanted: DashboardFile, names: dict[str, str], language: str) -> Drawing:
    title = names.get(wanted.dashboard_id)
    if title is None:
        raise NotFoundError(_GONE)
    day = stage.now.astimezone(ZoneInfo(stage.project.time_zone)).date()
    return Drawing(
        int(wanted.dashboard_id), stage.actor.user_id, title, safe_name(f"{title} {day}.{wanted.format}"),
        wanted.format, wanted.language or language,
    )  # fmt: skip


class Drawer:
    """Draws dashboards for people who are not there."""

    def __init__(self, database: Database, access: DashboardAccess, sheets: DashboardSheets) -> None:
        self._database = database
        self._access = access
        self._sheets = sheets

    async def drawn(self, wanted: Drawing) -> MadeFile:
        """The file, drawn with the rights that the owner has now.

        Raises UnavailableError for what may pass, NotFoundError for a dashboard that is gone.
        """
        for _ in range(_TRIES):
            actor = await actor_of(self._database, wanted.owner_id, "automation")
            found = await self._access.get(actor, wanted.dashboard_id)
            make = self._sheets.pdf if wanted.format == "pdf" else self._sheets.png
            look = Look(WIDTH, 0, wanted.language, "light")
            asked = Asked(ChartFilters(), locale=wanted.language)
            try:
                return MadeFile(wanted.name, TYPES[wanted.format], await make(actor, found, asked, look))
            except StaleAccessError:  # somebody's rights were changed meanwhile
                continue
        raise UnavailableError("The rights change too often to draw the dashboard now.")
