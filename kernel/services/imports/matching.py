"""Finds the records that the cells of a chunk name, one query for each column."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kernel.dialects.base import Dialect
from kernel.errors import SmaltError
from kernel.fields import ParseContext
from kernel.ids import number_of
from kernel.queries.matching import Match
from kernel.services.record_input import parse_value
from kernel.storage.database import Row, Statement

Fetch = Callable[..., Awaitable[list[list[Row]]]]
"""`read` of a database or `fetch_all` of a transaction: the rows of each statement."""

_MOST_VALUES = 500


class Found(msgspec.Struct, frozen=True):
    """What a text was found to be: `norm` is equal for texts that mean the same.

    `count` records have it, one of them with the id `record_id`.
    """

    norm: Any
    count: int = 0
    record_id: int = 0


class Finder:
    """Finds records by one field. `context` says how cells become values of other kinds than text."""

    def __init__(self, match: Match, dialect: Dialect, context: ParseContext, now: datetime) -> None:
        self._match = match
        self._dialect = dialect
        self._context = context
        self._now = now

    async def find(self, fetch: Fetch, texts: Iterable[str], fold: bool = False) -> dict[str, Found]:
        """Each text with what was found; texts that can be no value of the field are left out.

        Without `fold` the `norm` of a text is the text itself, which is quicker.
        """
        values = self._values(texts)
        if not values:
            return {}
        if self._match.textual:
            return await self._by_text(fetch, values, fold)
        return await self._by_value(fetch, values)

    async def _by_text(self, fetch: Fetch, values: dict[str, Any], fold: bool) -> dict[str, Found]:
        distinct = sorted(set(values.values()))
        statements = [self._match.records(distinct, self._now)]
        if fold:
            statements.append(self._match.folding(distinct))
        found, *folded = await fetch(*statements)
        norms: dict[str, str] = {row[0]: row[1] for rows in folded for row in rows}
        known = {text: Found(norms.get(text, text), count, id_ or 0) for text, count, id_ in found}
        return {t: known.get(v) or Found(norms.get(v, v)) for t, v in values.items()}

    async def _by_value(self, fetch: Fetch, values: dict[str, Any]) -> dict[str, Found]:
        distinct = list(set(values.values()))
        known: dict[Any, Found] = {}
        for rows in await fetch(*self._statements(distinct)):
            for raw, count, id_ in rows:
                value = self._dialect.decode(raw, self._match.type)
                known[value] = Found(value, count, id_)
        return {t: known.get(v, Found(v)) for t, v in values.items()}

    def _statements(self, values: Sequence[Any]) -> list[Statement]:
        parts = [values[i : i + _MOST_VALUES] for i in range(0, len(values), _MOST_VALUES)]
        return [self._match.records(part, self._now) for part in parts]

    def _values(self, texts: Iterable[str]) -> dict[str, Any]:
        """The texts as values of the field, as its type normalises them."""
        field = self._match.field
        if self._match.textual and (field is None or not field.columns):
            return {text: text for text in texts}
        found: dict[str, Any] = {}
        for text in texts:
            try:
                value = self._value(text)
            except (SmaltError, ValueError):
                continue
            if value is not None:
                found[text] = value
        return found

    def _value(self, text: str) -> Any:
        if self._match.by_id:
            return number_of(text)
        field = self._match.field
        return None if field is None else parse_value(field, text, self._context)
