"""From the identifiers of one installation to those of another.

Identifiers are so large that a number which looks like one and is known to be one, is one. So they
are found wherever they stand: in columns, in JSON, in names of columns, in formulas and in links.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

IDENTIFIER: Final = re.compile(r"(?<![\d.])\d{15,19}(?!\d)")
SMALLEST: Final = 10**14
_OTHERS: Final = ("id", "blocker_project", "blocked_project")


class Remap:
    """Gives everything its new identifier. `emptied` counts rows that lost something."""

    def __init__(self, new: Mapping[int, int]) -> None:
        self._new = new
        self.emptied = 0

    def identifier(self, value: int | None) -> int | None:
        return None if value is None else self._new.get(value)

    def text(self, text: str) -> str:
        """ValueError for text that no engine keeps."""
        if "\0" in text:
            raise ValueError("NUL in text")
        return IDENTIFIER.sub(lambda found: str(self._new.get(int(found[0]), found[0])), text)


def is_identifier(name: str) -> bool:
    """Whether a column of the kernel's tables holds an identifier."""
    return name in _OTHERS or name.endswith(("_id", "_by"))


class RowRemap:
    """Takes rows of one of the kernel's tables over."""

    def __init__(self, table: type[Table], remap: Remap) -> None:
        self._columns = {c._meta.db_column_name: c for c in table._meta.columns}
        self._remap = remap

    def row(self, given: Mapping[str, Any], same: Collection[str] = ()) -> dict[str, Any] | None:
        """The row as it is written here; None where it makes no sense without what is missing.
        The columns of `same` stay as they are.

        ValueError for values that are not of the kind of their column.
        """
        row: dict[str, Any] = {}
        lost = False
        for name, column in self._columns.items():
            value = self._checked(name, given.get(name))
            row[name] = self._remap.identifier(value) if is_identifier(name) and name not in same else value
            if isinstance(value, str):
                row[name] = self._remap.text(value)
            lost = lost or (value is not None and row[name] is None)
            if row[name] is None and not column._meta.null:
                self._remap.emptied += 1
                return None
        self._remap.emptied += lost
        return row

    def _checked(self, name: str, value: Any) -> Any:
        column = self._columns[name]
        kind = bool if isinstance(column, Boolean) else int if isinstance(column, BigInt) else str
        if value is not None and type(value) is not kind:
            raise ValueError(f"{name} is no {kind.__name__}")
        return value
