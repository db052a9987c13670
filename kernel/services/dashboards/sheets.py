"""A whole dashboard as one picture, for one reader: each chart as they see it, or why they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from math import sqrt
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from kernel.access.actor import Actor
from kernel.charts import ChartData
from kernel.clock import Clock
from kernel.drawing.canvas import known_locale
from kernel.drawing.sheet import Box, Card, Heading, Place, boxes, inside, settled, sheet
from kernel.errors import Fault, InvalidInputError, SmaltError, StaleAccessError, UnavailableError
from kernel.queries.charts.request import ChartFilters
from kernel.queries.charts.spans import Span, span_of
from kernel.services.dashboards.access import StoredDashboard
from kernel.services.dashboards.charts import StoredChart
from kernel.services.dashboards.facade import Asked, Dashboards
from kernel.services.dashboards.past import moment_of
from kernel.services.dashboards.types import MOST_PIXELS, Look
from kernel.translations import Translations, Wording

WIDTH: Final = 1200.0
LONGEST_PAGE: Final = 14_400.0
"""Points that a page of a PDF may be high, for programs that show it."""

_PASSING: Final = (StaleAccessError, UnavailableError)


class DashboardSheets:
    """Draws dashboards as SVG, PNG and PDF. `Look.height` makes no difference: it is what the charts need."""

    def __init__(self, dashboards: Dashboards, clock: Clock, translations: Translations) -> None:
        self._dashboards = dashboards
        self._clock = clock
        self._translations = translations

    async def svg(self, actor: Actor, dashboard: StoredDashboard, asked: Asked, look: Look) -> str:
        """The picture. A chart that refuses its reader says why; UnavailableError spares nothing."""
        return (await self._drawn(actor, dashboard, asked, look))[0]

    async def png(
        self, actor: Actor, dashboard: StoredDashboard, asked: Asked, look: Look, scale: float | None = None
    ) -> bytes:
        """The picture as PNG; without a scale twice its size, or less where it would be too large."""
        drawn, height = await self._drawn(actor, dashboard, asked, look)
        most = sqrt(MOST_PIXELS / (look.width * height))
        if scale is not None and scale > most:
            fault = Fault("?scale", f"An image has {MOST_PIXELS // 1_000_000} million pixels at most.")
            raise InvalidInputError("The image would be too large.", [fault])
        return await self._dashboards.types.painter.png(drawn, scale or min(2.0, most))

    async def pdf(self, actor: Actor, dashboard: StoredDashboard, asked: Asked, look: Look) -> bytes:
        """The picture as a PDF of one page."""
        drawn, height = await self._drawn(actor, dashboard, asked, look)
        return await self._dashboards.types.painter.pdf(drawn, min(1.0, LONGEST_PAGE / height))

    async def _drawn(
        self, actor: Actor, dashboard: StoredDashboard, asked: Asked, look: Look
    ) -> tuple[str, float]:
        answers = await self._dashboards.all_data(actor, dashboard, asked)
        heading = self._heading(dashboard, asked, look.locale)
        places = settled([Place(c.layout.x, c.layout.y, c.layout.w, c.layout.h) for c, _ in answers])
        frames = boxes(places, look.width, heading.height(look.width))
        work = [
            self._card(chart, answer, frame, asked, dashboard.time_zone, look)
            for (chart, answer), frame in zip(answers, frames, strict=True)
        ]
        return sheet(heading, await asyncio.gather(*work), look.width, look.theme)

    async def _card(
        self,
        chart: StoredChart,
        answer: ChartData | BaseException,
        frame: Box,
        asked: Asked,
        zone: str,
        look: Look,
    ) -> Card:
        say = self._translations.of(look.locale)
        if not isinstance(answer, ChartData):
            return Card(chart.title, frame, reason=_reason(answer, say))
        note = _note(chart, answer, asked, zone, look.locale, say)
        room = inside(frame, bool(note))
        size = Look(room.width, room.height, look.locale, look.theme, styled=False)
        try:
            drawn = await self._dashboards.types.svg(
                chart.type, chart.config.options, answer, chart.title, size
            )
        except SmaltError as error:
            return Card(chart.title, frame, reason=_reason(error, say))
        return Card(chart.title, frame, drawn, note=note)

    def _heading(self, dashboard: StoredDashboard, asked: Asked, locale: str) -> Heading:
        now, zone = self._clock.now(), dashboard.time_zone
        at = min(now, moment_of(asked.as_of, zone, "?as_of") or now)
        lines = [dashboard.description] if dashboard.description else []
        say = self._translations.of(locale)
        lines.append(say.filled("As of {}", f"{_moment(at, zone, locale)} ({zone})"))
        filters = _filters((dashboard.filters, asked.filters), at.astimezone(ZoneInfo(zone)), locale)
        if filters:
            lines.append(say.filled("Only: {}", ", ".join(filters)))
        return Heading(dashboard.name, lines)


def _reason(error: BaseException, say: Wording) -> str:
    """Why a chart is not there. Raises what may pass, and what nobody meant."""
    if isinstance(error, _PASSING) or not isinstance(error, SmaltError):
        raise error
    return say(error.faults[0].detail if error.faults else error.detail)


def _note(chart: StoredChart, data: ChartData, asked: Asked, zone: str, locale: str, say: Wording) -> str:
    """What a figure leaves out, and of which moment it is where that is the chart's own."""
    left = [say.filled("Left out: {} ({})", part.count, part.reason) for part in data.left_out if part.count]
    if chart.config.as_of is not None and asked.as_of is None:
        at = moment_of(data.as_of, zone)
        left.insert(0, say.filled("As of {}", _moment(at, zone, locale) if at else data.as_of))
    return ". ".join(left)


def _moment(at: datetime, zone: str, locale: str) -> str:
    """`Nov 26, 2026, 9:54 PM`, in a time zone."""
    there, language = at.astimezone(ZoneInfo(zone)), known_locale(locale)
    return f"{format_date(there, 'medium', language)}, {format_time(there, 'short', locale=language)}"


def _filters(given: Sequence[ChartFilters], now: datetime, locale: str) -> Sequence[str]:
    """What narrows all charts: names as they were given, and the time frame as days."""
    span = Span()
    for place, filters in enumerate(given):
        span = span & span_of(filters, now.date(), "?" if place else "/filters/")
    first, last = (
        "" if day is None else format_date(day, "medium", known_locale(locale))
        for day in (span.first, span.last)
    )
    names = [name for one in given for name in (*one.project, *one.list, *one.tag)]
    return [*dict.fromkeys(names), *([f"{first} – {last}".strip()] if first or last else [])]
