"""The seam between the language and the data: how `{a.b}` becomes a typed piece of SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kernel.dialects.base import Dialect, Parameters
from kernel.values import Value


class Resolver(Protocol):
    """Knows the fields in reach, the reader's rights, and the statement being built.

    `now` is the moment of the query in UTC and `time_zone` the IANA zone in which days begin.
    `currency` is the unit that a plain number takes when it must be money.
    A resolver may also have `row`, hashable and equal for resolvers that start from the same
    row of the same statement: deep formulas that read one another then stay shorter.
    """

    @property
    def dialect(self) -> Dialect: ...

    @property
    def parameters(self) -> Parameters: ...

    @property
    def now(self) -> datetime: ...

    @property
    def time_zone(self) -> str: ...

    @property
    def currency(self) -> str: ...

    def resolve(self, path: Sequence[str], position: int) -> Value:
        """The value at the end of a path of field keys, ids or built-in names.

        Raises ExpressionError at `position` for what does not exist, is hidden from the
        reader, or is broken.
        """
        ...
