"""Compiled queries, kept while the schema and the reader's rights stay as they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar


class Compiled(Protocol):
    """A query that knows whether it holds at any time."""

    @property
    def timeless(self) -> bool: ...


Q = TypeVar("Q", bound=Compiled)


class QueryCache:
    """The queries used last. The key must name everything that the SQL depends on."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, Compiled] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], Q]) -> Q:
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known  # type: ignore[return-value]  # one key, one kind of query
        query = build()
        if query.timeless:
            self._known[key] = query
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        return query
