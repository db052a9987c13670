"""Tells those who follow a record what others do to it, as far as they may see what it was.

Works in the transaction of the change: who is told, is told exactly once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.access.rights import BUILT_IN, custom
from kernel.dialects.base import Parameters
from kernel.queries.builtins import DEFAULT_FIELD_OF, rule_of
from kernel.schema import Project, Schema
from kernel.services.changes import Change
from kernel.services.entries import ProjectParts
from kernel.services.notice_mail import leave_notice
from kernel.services.record_parts import shown
from kernel.services.record_state import chunks
from kernel.services.sight import sees_record
from kernel.storage.database import Row, Transaction
from kernel.values import ID

Occasion = Literal["created", "assigned", "mentioned"]
OCCASIONS = get_args(Occasion)
"""When people may choose to follow a record by themselves."""

_CHUNK = 500
_SILENT = frozenset({
    "record.created", "record.purged", "record.reordered", "comment.updated", "comment.deleted",
    "comment.restored",
})  # fmt: skip
_WHOLE = {"record.deleted": "moved {it} to the trash", "record.restored": "took {it} out of the trash"}
_IT = "a record that you follow"
_names = msgspec.json.Decoder(list[str])


class Following:
    """Listens to the change log."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts

    async def heard(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        """Leave notices for followers; let people follow who wish to by what has happened."""
        told = [c for c in changes if c.record_id is not None and c.kind not in _SILENT]
        if told:
            await self._tell(tx, actor, told)
        await self._follow(tx, actor, changes)

    async def _tell(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        followers: list[Row] = []
        for part in chunks(sorted({c.record_id or 0 for c in changes}), _CHUNK):
            followers += await self._followers(tx, part)
        readers: dict[tuple[int, int], Actor] = {}
        found: dict[tuple[int, int], list[Change]] = defaultdict(list)
        for record_id, *person in followers:
            for change in changes:
                told = person[0] == actor.user_id or person[0] in change.told
                if change.record_id == record_id and not told:
                    key = (person[0], change.project_id)
                    readers[key] = _person(person, change.project_id)
                    found[key].append(change)
        if not readers:
            return
        schema = await self._parts.schema.in_transaction(tx)
        for key, reader in readers.items():
            await self._notice(tx, schema, actor, reader, found[key])

    async def _notice(
        self, tx: Transaction, schema: Schema, actor: Actor, reader: Actor, changes: Sequence[Change]
    ) -> None:
        """One notice for a person, however many of the records that they follow were changed at once."""
        texts = {}
        for change in changes:
            text = await self._text(tx, schema, reader, change)
            if text is not None:
                texts[change.record_id] = text
        if not texts:
            return
        record_id, text = next(iter(texts.items()))
        if len(texts) > 1:
            record_id, text = None, f"changed {len(texts)} records that you follow"
        row = {
            "id": self._parts.ids.new(), "user_id": reader.user_id, "text": f"{actor.name} {text}.",
            "created_at": self._parts.now(), "project_id": changes[0].project_id, "record_id": record_id,
        }  # fmt: skip
        await leave_notice(tx, self._parts.rows, row)

    async def _text(self, tx: Transaction, schema: Schema, reader: Actor, change: Change) -> str | None:
        """What was done, in the words of the reader; None where there is nothing they may see of it."""
        project = schema.projects.get(change.project_id)
        access = None if project is None else reader.access(project.id)
        if project is None or access is None or not shown(project, access, "followers"):
            return None
        names = [n for n in (_shown(project, access, n) for n in change.values()) if n is not None]
        if not names and change.kind not in _WHOLE:
            return None
        trash = change.kind == "record.deleted"
        now = self._parts.clock.now()
        if not await sees_record(tx, schema, reader, project, change.record_id or 0, now, trash):
            return None
        if change.kind in _WHOLE:
            return _WHOLE[change.kind].format(it=_IT)
        if change.kind == "comment.created":
            return f"commented on {_IT}"
        return f"changed {', '.join(names[:5])} of {_IT}"

    async def _followers(self, tx: Transaction, ids: Iterable[int]) -> list[Row]:
        use = Parameters(tx.dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        sql = (
            "SELECT f.record_id, u.id, u.name, u.admin, m.role, r.id, r.fields, r.scope, r.can "
            "FROM smalt_follower f JOIN smalt_user u ON u.id = f.user_id AND u.active "
            "LEFT JOIN smalt_member m ON m.user_id = f.user_id AND m.project_id = f.project_id "
            f"LEFT JOIN smalt_role r ON r.id = m.role_id WHERE f.record_id IN ({marks})"
        )
        return await tx.fetch(sql, use.values)

    async def _follow(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        """Let people follow records by the occasions that they have chosen."""
        wanted = list(_occasions(actor, changes))
        if not wanted:
            return
        use = Parameters(tx.dialect)
        marks = ", ".join(use.add(i, ID) for i in sorted({person for _, person, _ in wanted}))
        sql = f"SELECT id, auto_follow FROM smalt_user WHERE auto_follow IS NOT NULL AND id IN ({marks})"
        chosen = {row[0]: _names.decode(row[1]) for row in await tx.fetch(sql, use.values)}
        for occasion, person, change in wanted:
            if occasion in chosen.get(person, ()):
                await self.add(tx, change.project_id, change.record_id or 0, person)

    async def add(self, tx: Transaction, project_id: int, record_id: int, user_id: int) -> None:
        """Let a person follow a record; nothing happens where they do already."""
        mark = self._parts.rows.mark
        sql = (
            "INSERT INTO smalt_follower (record_id, user_id, project_id, created_at) "
            f"VALUES ({', '.join(mark(n) for n in range(1, 5))}) ON CONFLICT DO NOTHING"
        )
        await tx.execute(sql, [record_id, user_id, project_id, self._parts.now()])


def _occasions(actor: Actor, changes: Sequence[Change]) -> Iterable[tuple[str, int, Change]]:
    """What has happened to whom; who makes many records at once is not taken to follow them."""
    made = [c for c in changes if c.kind == "record.created"]
    if len(made) == 1 and actor.user_id is not None:
        yield "created", actor.user_id, made[0]
    for change in changes:
        if change.kind.startswith("record.") and change.touches("assignees"):
            for person in (change.values()["assignees"] or [None, None])[1] or ():
                yield "assigned", int(person), change
        if change.kind.startswith("comment."):
            yield from (("mentioned", person, change) for person in change.told)


def _shown(project: Project, access: ProjectAccess, name: str) -> str | None:
    """What a stored name is called; None for what a reader may not see."""
    if name.isdecimal():
        field = project.by_name.get(name)
        return field.name if field is not None and access.sees(field.key) else None
    seen = shown(project, access, DEFAULT_FIELD_OF.get(name, name)) and rule_of(access, name) != "hidden"
    return name.removesuffix("_at").replace("_", " ") if seen else None


def _person(row: Sequence[Any], project_id: int) -> Actor:
    """A follower with their rights in the record's project."""
    user_id, name, admin, role, role_id, fields, scope, can = row
    memberships: Mapping[int, ProjectAccess] = {}
    if role is not None or role_id is not None:
        access = BUILT_IN[role] if role_id is None else custom(role_id, fields, scope, can)
        memberships = {project_id: access}
    return Actor(user_id, name, bool(admin), memberships=memberships)
