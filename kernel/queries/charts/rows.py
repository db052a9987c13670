"""The rows of all sources in one table `d`, and the figures over them.

Columns: `g`, `gl` and `s`, `sl` (group and series, with labels where they have some), `m0`, `m1`, … (what the
measure folds) with `u0`, … (their currencies), `id`, `dc` (the project's currency), `day`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from kernel.dialects.base import Dialect, Parameters, is_simple
from kernel.expressions import Expression, compile_measure
from kernel.fields import Exchange
from kernel.queries.charts.dimensions import Dimension, Terms
from kernel.queries.charts.measures import Split
from kernel.queries.charts.request import ChartCurrency
from kernel.queries.charts.sources import Source
from kernel.queries.compilation import Compilation
from kernel.queries.exchange import exchanged
from kernel.values import DATE, TEXT, Kind, Value

MOST_GROUPS: Final = 10_000


class Outer:
    """Resolves the columns of `d`; a `Resolver` of `kernel.expressions`."""

    def __init__(self, compilation: Compilation, columns: Sequence[Value], zone: str, currency: str) -> None:
        self._compilation = compilation
        self._columns = {f"m{n}": value for n, value in enumerate(columns)} | {"day": Value(DATE, "d.day")}
        self.dialect: Dialect = compilation.dialect
        self.parameters: Parameters = compilation.parameters
        self.time_zone = zone
        self.currency = currency

    @property
    def now(self) -> datetime:
        return self._compilation.now

    def resolve(self, path: Sequence[str], position: int) -> Value:
        return self._columns[path[0]]


class Rows:
    """`columns` are, by column of the measure, what each source gives for it."""

    def __init__(
        self,
        compilation: Compilation,
        sources: Sequence[Source],
        columns: Sequence[Sequence[Value]],
        currencies: Sequence[str],
        currency: ChartCurrency | None,
        zone: str,
    ) -> None:
        self._compilation = compilation
        self._dialect = compilation.dialect
        self._sources = sources
        self._given = columns
        self._currencies = currencies
        self._money = [n for n, values in enumerate(columns) if values[0].type.kind is Kind.MONEY]
        self._exchange = currency if currency is not None and currency.convert and self._money else None
        self._columns = [
            Value(values[0].type, f"d.m{n}", unit=_unit(n) if n in self._money else None)
            for n, values in enumerate(columns)
        ]
        self._outer = Outer(compilation, self._columns, zone, currencies[0])

    def tables(self, group: Dimension, stack: Dimension) -> str:
        """What follows FROM: the rows of all sources as `d`."""
        repeated = group.repeated or stack.repeated
        parts = [self._part(place, group, stack, repeated) for place in range(len(self._sources))]
        union = f"({' UNION ALL '.join(parts)}) d"
        if self._exchange is None:
            return union
        kept = [n for name, of in (("g", group), ("s", stack)) for n in of.columns(name)]
        return self._converted(union, self._exchange, [*kept, "id"] if repeated else kept)

    def once(self, tables: str, where: Sequence[str]) -> str:
        """Those rows that pass, each record once: those that stand under several groups have several."""
        names = ["id", *self._measured()]
        passing = f" WHERE {' AND '.join(where)}" if where else ""
        return f"(SELECT DISTINCT {', '.join(f'd.{name}' for name in names)} FROM {tables}{passing}) d"

    def value(self, measure: Split) -> Value:
        """The measure over rows of `d`."""
        outer = self._outer
        if len(self._money) == 1:
            # every group is of one currency already, so the engine need not look for others in it
            one = self._dialect.literal(self._currencies[0])
            alike = [replace(c, unit=one) if n in self._money else c for n, c in enumerate(self._columns)]
            outer = Outer(self._compilation, alike, outer.time_zone, outer.currency)
        return compile_measure(Expression(measure.outer), outer)

    def select(
        self, tables: str, value: Value, group: Dimension, stack: Dimension, where: Sequence[str] = ()
    ) -> str:
        """A row per group, series and currency; see `ChartQuery`."""
        currency = self._currency()
        keys = [self._keys(name, of, currency) for name, of in (("g", group), ("s", stack))]
        by = [key for key, _ in keys if key != "NULL"] + ([currency] if currency != "NULL" else [])
        lost = " OR ".join(f"(d.o{n} IS NOT NULL AND d.m{n} IS NULL)" for n in self._money)
        shown = [
            *(term for key in keys for term in key), currency, value.sql,
            f"coalesce({value.conflict}, FALSE)" if value.conflict else "FALSE", "count(*)",
            self._filled(), _count(lost) if self._exchange else "0",
        ]  # fmt: skip
        sql = f"SELECT {', '.join(shown)} FROM {tables}"
        sql += f" WHERE {' AND '.join(where)}" if where else ""
        return sql + (f" GROUP BY {', '.join(dict.fromkeys(by))} LIMIT {MOST_GROUPS + 1}" if by else "")

    def _keys(self, name: str, of: Dimension, currency: str) -> tuple[str, str]:
        if of.form == "none":
            return "NULL", "NULL"
        if of.form == "currency":
            return currency, "NULL"
        return f"d.{name}", f"min(d.{name}l)" if of.labelled else "''"

    def _filled(self) -> str:
        """How many records have an amount."""
        if len(self._money) == 1:
            return f"count(d.m{self._money[0]})"
        return _count(" OR ".join(f"d.m{n} IS NOT NULL" for n in self._money))

    def _currency(self) -> str:
        """The currency of a row: that of its amounts, or the project's where it has none."""
        if not self._money:
            return "NULL"
        units = [_unit(n) for n in self._money]
        return f"coalesce({', '.join(units)}, d.dc)"

    def _measured(self) -> list[str]:
        units = [f"u{n}" for n in self._money]
        before = [f"o{n}" for n in self._money] if self._exchange else []
        return [f"m{n}" for n in range(len(self._columns))] + units + before + (["dc"] if self._money else [])

    def _part(self, place: int, group: Dimension, stack: Dimension, repeated: bool) -> str:
        """The rows of one source."""
        source = self._sources[place]
        columns: dict[str, str] = {}
        for name, of in (("g", group), ("s", stack)):
            if of.terms:
                term: Terms = of.terms[place]
                columns |= dict(zip(of.columns(name), term, strict=False))
        for n, values in enumerate(self._given):
            columns[f"m{n}"] = values[place].sql
            if n in self._money:
                columns[f"u{n}"] = values[place].unit or self._dialect.null(TEXT)
        if self._money:
            columns["dc"] = self._dialect.literal(self._currencies[place])
        if repeated:
            columns["id"] = source.scope.column("id")
        if self._exchange is not None and self._exchange.day is not None:
            columns["day"] = source.day(self._exchange.day).sql
        shown = ", ".join(f"{sql} AS {name}" for name, sql in columns.items()) or "1 AS one"
        # what is computed would be put in place of its name, and computed again wherever that is named
        plain = all(is_simple(values[place].sql) for values in self._given)
        fence = "" if plain or len(self._sources) > 1 else f" {self._dialect.statements.fence}"
        return f"SELECT {shown} {source.scope.frame.clause()}{fence}"

    def _converted(self, union: str, wanted: ChartCurrency, kept: Sequence[str]) -> str:
        """The same rows with their amounts in one currency; `o0`, … are the amounts before."""
        exchange = Exchange(wanted.code, None if wanted.day is None else "{day}")
        columns = {name: f"d.{name}" for name in kept}
        for n, value in enumerate(self._columns):
            columns[f"m{n}"] = value.sql
            if n in self._money:
                converted = exchanged(value, exchange, self._outer)
                columns |= {f"m{n}": converted.sql, f"u{n}": converted.unit or "NULL", f"o{n}": value.sql}
                self._columns[n] = Value(converted.type, f"d.m{n}", unit=_unit(n))
        columns["dc"] = self._dialect.literal(wanted.code)
        shown = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        self._outer = Outer(self._compilation, self._columns, self._outer.time_zone, wanted.code)
        return f"(SELECT {shown} FROM {union}) d"


def _unit(column: int) -> str:
    """The currency of a column: none where it is empty, so that it is of one currency with any other."""
    return f"CASE WHEN d.m{column} IS NOT NULL THEN d.u{column} END"


def _count(condition: str) -> str:
    return f"count(CASE WHEN {condition} THEN 1 END)" if condition else "0"
