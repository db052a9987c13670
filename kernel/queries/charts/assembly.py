"""From the rows of a chart to its data: one currency, ordered groups, no gaps, the largest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import accumulate
from typing import Any

from babel import Locale

from kernel.charts import ChartData, LeftOut, Number, Point, Series
from kernel.currencies import currency_digits
from kernel.dialects.base import Dialect
from kernel.errors import Fault, InvalidInputError
from kernel.queries.charts.compiler import ChartQuery
from kernel.queries.charts.dimensions import Dimension, Group
from kernel.queries.charts.labels import EMPTY, period_label
from kernel.queries.charts.request import ChartConfig, exact
from kernel.queries.charts.rows import MOST_GROUPS
from kernel.queries.charts.spans import MOST_PERIODS, count_of, periods, start_of
from kernel.storage.database import Row
from kernel.translations import Wording
from kernel.values import Kind

OTHERS = "others"
MOST_SERIES = 50
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)

Key = str | None
Figures = dict[Key, dict[Key, Number | None]]
"""By group, then by series."""


@dataclass
class _Gathered:
    """What the rows say, in one currency (or, where those are the groups, in several)."""

    currency: str | None
    groups: dict[Key, Group] = field(default_factory=dict)
    series: dict[Key, Group] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str, count: int) -> None:
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count


class Assembly:
    """Makes the data of one chart. `today` ends open time frames of charts grouped by time."""

    def __init__(
        self, query: ChartQuery, config: ChartConfig, dialect: Dialect, locale: Locale, wording: Wording
    ) -> None:
        self._query = query
        self._config = config
        self._dialect = dialect
        self._locale = locale
        self._say = wording.filled

    def data(self, rows: Sequence[Row], totals: Sequence[Row] | None, as_of: str) -> ChartData:
        """The chart's data from the answers of its statements."""
        if len(rows) > MOST_GROUPS:
            detail = f"There are more than {MOST_GROUPS} groups. Use a filter or a longer interval."
            raise InvalidInputError("The chart is not valid.", [Fault("/group_by", detail)])
        found = self._gathered(rows)
        total = self._total(found, totals)
        order = self._ordered(found)
        series = [self._series(found, group, order) for group in self._columns(found)]
        if self._config.cumulative:
            series = [_running(one) for one in series]
        if self._query.unseen:
            found.leave_out(self._say("Projects that are gone, or that you may not see"), self._query.unseen)
        left = [LeftOut(reason, count) for reason, count in found.left_out.items()]
        currency = found.currency if self._money else None
        target = self._target(found.currency)
        return ChartData(as_of, series, total, currency, left, target, unit=self._config.unit)

    @property
    def _name(self) -> str:
        """What the figures are called: the field, or a word of ours."""
        own = self._config.measure.field is None
        return self._say(self._query.name) if own else self._query.name

    # Rows
    def _gathered(self, rows: Sequence[Row]) -> _Gathered:
        query = self._query
        found = _Gathered(self._currency(rows))
        for g, gl, s, sl, currency, value, conflict, count, filled, lost in rows:
            group, series = query.group.read(g, gl, self._dialect), query.stack.read(s, sl, self._dialect)
            if self._undated(query.group, group) or self._undated(query.stack, series):
                found.leave_out(self._say("No date"), count)
                continue
            found.leave_out(self._say("No rate to {}", found.currency), lost)
            if found.currency is not None and currency != found.currency:
                found.leave_out(self._say("Amounts in {}", currency), filled)
                continue
            if conflict:
                found.leave_out(self._say("Amounts of different currencies in one figure"), count)
            found.groups.setdefault(group.key, group)
            found.series.setdefault(series.key, series)
            row = found.figures.setdefault(group.key, {})
            row[series.key] = _plus(row.get(series.key), self._decoded(value))
        return found

    def _undated(self, of: Dimension, group: Group) -> bool:
        return of.form == "period" and group.key is None

    def _decoded(self, value: Any) -> Number | None:
        number: Number | None = self._dialect.decode(value, self._query.value)
        return Decimal(f"{number:.15g}") if isinstance(number, float) and self._money else number

    @property
    def _money(self) -> bool:
        return self._query.value.kind is Kind.MONEY

    def _currency(self, rows: Sequence[Row]) -> str | None:
        """The one currency of the figures: as asked for, the only one, the project's, the most frequent."""
        query = self._query
        if "currency" in (query.group.form, query.stack.form):
            return None
        counts: dict[str, int] = {}
        for row in rows:
            if row[4] is not None:
                counts[row[4]] = counts.get(row[4], 0) + row[8]
        if not counts and not self._money:
            return None
        if self._config.currency is not None:
            return self._config.currency.code
        used = {code: count for code, count in counts.items() if count}
        if len(used) == 1:
            return next(iter(used))
        if not used or query.currency in used:
            return query.currency
        return max(sorted(used), key=lambda code: used[code])

    # Figures
    def _total(self, found: _Gathered, totals: Sequence[Row] | None) -> Number | None:
        if found.currency is None and self._money:
            return None
        if totals is None:
            figures = [v for row in found.figures.values() for v in row.values() if v is not None]
            return self._rounded(sum(figures, start=self._nothing()), found.currency)
        for row in totals:
            if found.currency in (None, row[4]):
                return self._rounded(self._decoded(row[5]), found.currency)
        return self._rounded(None, found.currency)

    def _target(self, currency: str | None) -> Number | None:
        """The target in the form that the figures have."""
        if self._config.target is None:
            return None
        target, scale = exact(self._config.target), self._query.value.scale
        if self._money:
            return self._rounded(target, currency)
        if scale is None:
            return float(target)
        return int(target) if scale == 0 and target == int(target) else target

    def _nothing(self) -> Number:
        """The sum of nothing, as exact as the figures are."""
        scale = self._query.value.scale
        return 0 if scale == 0 else Decimal(0) if scale is not None or self._money else 0.0

    def _rounded(self, value: Number | None, currency: str | None) -> Number | None:
        """Amounts to the digits of their currency, halves away from 0; a sum of nothing is 0."""
        if value is None:
            return self._rounded(self._nothing(), currency) if self._query.additive else None
        if not self._money or currency is None:
            return value
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        return exact.quantize(Decimal(1).scaleb(-currency_digits(currency)), context=_WIDE)

    # Groups
    def _ordered(self, found: _Gathered) -> list[Group]:
        """The groups from left to right, with those that are empty where they belong."""
        of = self._query.group
        if of.form == "none":
            return [Group(None, self._name, None)]
        if of.form == "period":
            self._fill(found, of.interval or "day")
        if of.form == "choice" and self._config.show_empty:
            for place, name in enumerate(of.names):
                found.groups.setdefault(of.keys[place], Group(of.keys[place], name, place))
        listed = sorted(found.groups.values(), key=_place)
        if of.form != "period" and (self._config.sort == "value" or self._config.top):
            listed.sort(key=lambda group: -_size(found.figures.get(group.key, {})))
        return self._top(found, listed)

    def _top(self, found: _Gathered, listed: list[Group]) -> list[Group]:
        """The largest groups, and the rest as one where their figures add up."""
        top = self._config.top
        if top is None or len(listed) <= top or self._query.group.form == "period":
            return listed
        rest = listed[top:]
        if not self._query.additive:
            found.leave_out(self._say("Groups beyond the largest"), len(rest))
            return listed[:top]
        row: dict[Key, Number | None] = {}
        for group in rest:
            for series, value in found.figures.get(group.key, {}).items():
                row[series] = _plus(row.get(series), value)
        found.figures[OTHERS] = row
        return [*listed[:top], Group(OTHERS, self._say("Others"), None)]

    def _fill(self, found: _Gathered, interval: str) -> None:
        """Empty periods, from the first to the last: of the time frame, or else of what there is."""
        days = [group.order for group in found.groups.values()]
        span = self._query.span
        first = span.first or min(days, default=None)
        last = span.last or max(days, default=None)
        if first is None or last is None or self._config.show_empty is False:
            return
        first, last = min([first, *days]), max([last, *days])
        if count_of(first, last, interval) > MOST_PERIODS:
            detail = "There are too many periods. Use a longer interval or a filter."
            raise InvalidInputError("The chart is not valid.", [Fault("/group_by", detail)])
        for day in periods(start_of(first, interval), last, interval):
            key = day.isoformat()
            found.groups.setdefault(key, Group(key, key, day))

    def _columns(self, found: _Gathered) -> list[Group]:
        """The series in their order; those beyond the fiftieth are left out, and said so."""
        if self._query.stack.form == "none":
            return [Group(None, self._name, None)]
        listed = sorted(found.series.values(), key=_place)
        found.leave_out(self._say("Series beyond the fiftieth"), max(0, len(listed) - MOST_SERIES))
        return listed[:MOST_SERIES]

    def _series(self, found: _Gathered, series: Group, order: Sequence[Group]) -> Series:
        points = [
            Point(group.key, self._label(self._query.group, group), self._figure(found, group, series))
            for group in order
        ]
        return Series(self._label(self._query.stack, series), points, series.key)

    def _figure(self, found: _Gathered, group: Group, series: Group) -> Number | None:
        value = found.figures.get(group.key, {}).get(series.key)
        currency = found.currency
        if currency is None and self._money:
            currency = series.key if self._query.stack.form == "currency" else group.key
        return self._rounded(value, currency)

    def _label(self, of: Dimension, group: Group) -> str:
        if isinstance(group.order, date) and of.form == "period":
            return period_label(group.order, of.interval or "day", self._locale)
        return group.label or EMPTY


def _place(group: Group) -> tuple[bool, Any]:
    """By their order, what is empty last."""
    return (True, "") if group.order is None else (False, group.order)


def _size(row: Mapping[Key, Number | None]) -> Decimal:
    return sum((Decimal(str(v)) for v in row.values() if v is not None), start=Decimal(0))


def _plus(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, float) or isinstance(other, float):
        return float(one) + float(other)
    return one + other


def _running(series: Series) -> Series:
    add: Callable[[Number | None, Number | None], Number | None] = _plus
    totals = accumulate((p.value for p in series.points), add)
    points = [Point(p.key, p.label, total) for p, total in zip(series.points, totals, strict=True)]
    return Series(series.name, points, series.key)
