"""The tags of a project."""

from __future__ import annotations

from typing import Final

from kernel.access.actor import Actor
from kernel.schema import BUILT_IN_LINKS, Project
from kernel.services.entries import EntryService
from kernel.services.rights import configurable_project
from kernel.storage.database import Transaction
from kernel.values import Choice

TRASHED_TAG_LINKS: Final = -BUILT_IN_LINKS["tags"]
"""Where the links of a tag in the trash wait, so that no query has to look whether a tag lives."""


class TagService(EntryService):
    """Adds, changes, orders, deletes and restores tags. A restored tag is on its records again."""

    kind = "tag"
    table = "smalt_tag"

    def choices(self, project: Project) -> tuple[Choice, ...]:
        return project.tags

    async def delete(self, actor: Actor, project_id: int, tag_id: int) -> None:
        """Move a tag to the trash, off all records."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            tag = self._entry(project, tag_id)
            await self._to_trash(tx, actor, project, tag, self._parts.now())
            await self._relink(tx, tag_id, BUILT_IN_LINKS["tags"], TRASHED_TAG_LINKS)
            await self._log(tx, actor, project_id, "deleted", {"id": str(tag_id), "name": tag.name})

    async def _restored(self, tx: Transaction, actor: Actor, project: Project, id_: int, at: int) -> None:
        await self._relink(tx, id_, TRASHED_TAG_LINKS, BUILT_IN_LINKS["tags"])

    async def _relink(self, tx: Transaction, tag_id: int, old: int, new: int) -> None:
        mark = self._parts.rows.mark(1)
        await tx.execute(
            f"UPDATE smalt_link SET field_id = {new} WHERE field_id = {old} AND target_id = {mark}", [tag_id]
        )
