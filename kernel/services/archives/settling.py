"""What projects from elsewhere need to live here: free names, secrets of their own, somebody in charge."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.access.secrets import new_hook, new_signing_secret
from kernel.queries.charts.request import ChartConfig, ChartFilters
from kernel.services.dashboards.model import encode
from kernel.services.entries import ProjectParts
from kernel.services.names import MAXIMUM_NAME
from kernel.storage.database import Transaction
from kernel.text_input import fold_name

_LONGEST_SLUG = 80


@dataclass
class Settling:
    """Settles the rows of one import. `projects` are those that it has met, by id.

    What would act by itself comes switched off: its owner may not expect it here, and where it comes
    from it may still be at work.
    """

    parts: ProjectParts
    actor: Actor
    names: set[str]
    slugs: set[str]
    projects: dict[int, str] = field(default_factory=dict)
    owned: set[int] = field(default_factory=set)
    boards: dict[int, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def of(cls, tx: Transaction, parts: ProjectParts, actor: Actor) -> Settling:
        names = await tx.fetch("SELECT name FROM smalt_project WHERE deleted_at IS NULL")
        slugs = await tx.fetch("SELECT slug FROM smalt_form")
        return cls(parts, actor, {row[0] for row in names}, {row[0] for row in slugs})

    def settle(self, table: str, row: dict[str, Any]) -> None:
        """Change a row as it must be here."""
        if table == "smalt_project":
            before = row["name"]
            row["name"] = self.projects[row["id"]] = _free(before, self.names, " ", MAXIMUM_NAME)
            self.names.add(row["name"])
            if row["name"] != before:
                self.renamed[fold_name(before)] = str(row["id"])
        elif table == "smalt_member" and row["role"] == "owner":
            self.owned.add(row["project_id"])
        elif table == "smalt_form":
            row["slug"] = _free(row["slug"], self.slugs, "-", _LONGEST_SLUG)
            self.slugs.add(row["slug"])
            row |= {"secret": secrets.token_urlsafe(32), "enabled": False}
        elif table == "smalt_automation":
            hook = None if row["hook"] is None else new_hook()
            row |= {"secret": new_signing_secret(), "hook": hook, "enabled": False}
            row |= {"checked_at": self.parts.now(), "next_at": None, "turn": 0}

        elif table == "smalt_dashboard":
            row |= {"created_by": self.actor.user_id, "deleted_at": None, "deleted_by": None}
            row["filters"] = self._narrowed(row["filters"], ChartFilters)
            self.boards[row["id"]] = row["name"]
        elif table == "smalt_chart":
            row["config"] = self._narrowed(row["config"], ChartConfig)

    def _narrowed(self, text: str, kind: type[ChartFilters] | type[ChartConfig]) -> str:
        """Filters of dashboards name projects by what these were called where they come from."""
        found = msgspec.json.decode(text, type=kind)
        filters = found.filters if isinstance(found, ChartConfig) else found
        named = tuple(self.renamed.get(fold_name(name), name) for name in filters.project)
        if named == filters.project:
            return text
        told = msgspec.structs.replace(filters, project=named)
        return encode(
            msgspec.structs.replace(found, filters=told) if isinstance(found, ChartConfig) else told
        )

    async def own(self, tx: Transaction, project_id: int) -> None:
        """Let whoever imports own what nobody here does."""
        user_id = self.actor.user_id
        if user_id is None or project_id in self.owned:
            return
        sql = "DELETE FROM smalt_member WHERE project_id = {} AND user_id = {}"
        mark = self.parts.rows.mark
        await tx.execute(sql.format(mark(1), mark(2)), [project_id, user_id])
        member = {"project_id": project_id, "user_id": user_id, "role": "owner"}
        await self.parts.rows.insert(tx, "smalt_member", member | {"created_at": self.parts.now()})


def _free(name: str, taken: Collection[str], between: str, longest: int) -> str:
    """The name, with a number behind it where it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        tail = f"{between}{number}"
        found = f"{name[: longest - len(tail)]}{tail}"
    return found
