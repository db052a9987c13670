"""What a compiled chart reads, found in its own SQL: so nothing that it depends on is forgotten."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kernel.schema import BUILT_IN_LINKS
from kernel.storage.database import Statement

_TABLE: Final = re.compile(r"\bp_(\d+)\b")
_FIELD: Final = re.compile(r"\bf_(\d+)")
_LINK: Final = re.compile(r"\bfield_id = (\d+)\b")
_COLUMN: Final = re.compile(
    r"\.(list_id|title|description|start_at|due_at|completed_at|position|list_entered_at)\b"
)
_ANY: Final = re.compile(r"\.(updated_at|updated_by|version)\b")
_STAYS: Final = re.compile(r"\b(?:smalt_list_stay|past_stay)\b")

_IN_HISTORY: Final = {"list_id": "list", "list_entered_at": "list"}
_LINKED: Final = {str(number): name for name, number in BUILT_IN_LINKS.items()}
EXISTENCE: Final = frozenset({"record.created", "record.deleted", "record.restored", "record.purged"})


@dataclass(frozen=True)
class Reads:
    """Projects by their ids, and what is read of records by the names that the history has: ids of
    fields and built-in names. `everything` is whether any change of a record counts."""

    projects: frozenset[int]
    names: frozenset[str]
    everything: bool

    def touched(self, project_id: int, kind: str, changed: Collection[str]) -> bool:
        """Whether an event may have changed a figure."""
        if project_id not in self.projects:
            return False
        if not kind.startswith("record."):
            return kind.partition(".")[0] in ("project", "list", "tag", "field")
        if kind == "record.reordered":
            changed = ("position",)
        return self.everything or kind in EXISTENCE or not self.names.isdisjoint(changed)


def reads_of(statements: Collection[Statement]) -> Reads:
    """What statements read."""
    sql = "\n".join(statement.sql for statement in statements)
    names = set(_FIELD.findall(sql))
    names |= {_LINKED.get(number, number) for number in _LINK.findall(sql)}
    names |= {_IN_HISTORY.get(name, name) for name in _COLUMN.findall(sql)}
    if _STAYS.search(sql):
        names.add("list")
    projects = frozenset(map(int, _TABLE.findall(sql)))
    return Reads(projects, frozenset(names), _ANY.search(sql) is not None)
