"""What requests for figures and pictures have in common: filters, language, size, theme."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from kernel.api.problems import of_status, problem_of
from kernel.drawing.theme import Theme
from kernel.errors import SmaltError
from kernel.queries.charts.request import ChartFilters
from kernel.services.dashboards.facade import Asked
from kernel.services.dashboards.types import Look

Names = Annotated[list[str] | None, QueryParameter(description="By id or name; several are any of them.")]
Lists = Annotated[list[str] | None, QueryParameter(name="list", description="By id or name, as above.")]
First = Annotated[str | None, QueryParameter(name="from", description="The first day.", max_length=100)]
Last = Annotated[str | None, QueryParameter(description="The last day; it counts.", max_length=100)]
Span = Annotated[
    str | None, QueryParameter(description="Such as this_month or last_30_days.", max_length=100)
]
Moment = Annotated[
    str | None, QueryParameter(description="A day (as it ended) or a moment of the past.", max_length=100)
]
Locale: TypeAlias = Annotated[
    str, QueryParameter(description="In which language labels and figures are written.", max_length=20)
]
Width = Annotated[int, QueryParameter(ge=80, le=4000, description="Pixels.")]
Height = Annotated[int, QueryParameter(ge=60, le=4000, description="Pixels.")]
Scale = Annotated[
    float, QueryParameter(ge=0.5, le=4, description="Pixels of the image for each of the size.")
]
Themed = Annotated[
    Theme | None, QueryParameter(description="The theme; without it the picture follows its reader.")
]
Wanted: TypeAlias = NamedDependency[SkipValidation[Asked]]
Drawn: TypeAlias = NamedDependency[SkipValidation[Look]]


def provide_asked(
    request: Request[Any, Any, Any],
    project: Names = None,
    list_: Lists = None,
    tag: Names = None,
    from_: First = None,
    to: Last = None,
    period: Span = None,
    as_of: Moment = None,
    locale: Locale = "en",
) -> Asked:
    """Injected as `asked`: filters in addition to the chart's and the dashboard's own, and the rest."""
    filters = ChartFilters(tuple(project or ()), tuple(list_ or ()), tuple(tag or ()), from_, to, period)
    return Asked(filters, as_of, locale)


def provide_look(asked: Wanted, width: Width = 640, height: Height = 360, theme: Themed = None) -> Look:
    """Injected as `look`: how the picture of a chart is wanted."""
    return Look(width, height, asked.locale, theme)


def chart_problem(error: BaseException) -> dict[str, Any]:
    """The problem of one chart among others. Raises what nobody meant."""
    if not isinstance(error, SmaltError):
        raise error
    found: dict[str, Any] = msgspec.to_builtins(problem_of(error))
    return found if found["status"] < 500 else msgspec.to_builtins(of_status(503))
