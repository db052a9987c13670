"""The trash: what an actor may bring back, over all their projects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from kernel.access.actor import Actor
from kernel.clock import from_milliseconds, to_milliseconds
from kernel.queries.compilation import root_scope
from kernel.queries.paths import start
from kernel.schema import Project, Schema
from kernel.services.dashboards.trash import DashboardTrash
from kernel.services.entries import ProjectParts
from kernel.services.record_parts import moment
from kernel.services.rights import visible_project
from kernel.storage.database import Statement
from kernel.values import DATETIME, ID

Kind = Literal["project", "list", "tag", "field", "record", "dashboard", "chart"]
_ENTRIES: tuple[Kind, ...] = ("list", "tag", "field")


class Trashed(msgspec.Struct):
    """Something in the trash. `POST` to `restore` brings it back. Dashboards and charts have no project."""

    kind: Kind
    id: str
    name: str
    project_id: str | None
    deleted_at: str
    expires_at: str
    restore: str


Found = tuple[int, int, Kind, str, int]
"""Milliseconds, id, kind, name and project (or dashboard)."""

_PLACES: dict[str, str] = {
    "project": "/projects/{of}", "dashboard": "/dashboards/{of}", "chart": "/dashboards/{of}/charts/{id}",
}  # fmt: skip


class TrashService:
    """Reads the trash."""

    def __init__(self, parts: ProjectParts, days: float) -> None:
        self._parts = parts
        self._boards = DashboardTrash(parts)
        self._kept = int(days * 86_400_000)

    async def page(
        self, actor: Actor, limit: int, before: tuple[int, int] | None, project_id: int | None = None
    ) -> list[Trashed]:
        """What went there last comes first; up to `limit + 1` before the time and id given."""
        schema = await self._parts.schema.current()
        if project_id is not None:
            visible_project(schema, actor, project_id)
        edge = before or (to_milliseconds(self._parts.clock.now()) + self._kept, 0)
        found: list[Found] = []
        for kind, project, statement in self._statements(schema, actor, limit, edge, project_id):
            (rows,) = await self._parts.database.read(statement)
            for id_, name, at in rows:
                since = self._milliseconds(at) if kind == "record" else at
                found.append((since, id_, kind, name, project or id_))
        if project_id is None:
            boards = await self._boards.page(actor, limit, edge)
            found += [(b.deleted_at, b.id, b.kind, b.name, b.dashboard_id) for b in boards]
        found.sort(reverse=True)
        return [self._trashed(entry) for entry in found[: limit + 1]]

    def _statements(
        self, schema: Schema, actor: Actor, limit: int, edge: tuple[int, int], only: int | None
    ) -> Iterator[tuple[Kind, int | None, Statement]]:
        for project in schema.projects.values():
            access = actor.access(project.id)
            if access is None or only not in (None, project.id):
                continue
            configures = "configure" in access.can
            if project.deleted:
                if configures and only is None:
                    yield "project", None, self._kernel_rows("project", "id", project.id, limit, edge)
                continue
            if configures:
                for kind in _ENTRIES:
                    yield kind, project.id, self._kernel_rows(kind, "project_id", project.id, limit, edge)
            if "delete" in access.can:
                yield "record", project.id, self._records(schema, actor, project, limit, edge)

    def _kernel_rows(self, kind: Kind, column: str, id_: int, limit: int, edge: tuple[int, int]) -> Statement:
        mark = self._parts.rows.mark
        earlier = f"(deleted_at < {mark(2)} OR (deleted_at = {mark(2)} AND id < {mark(3)}))"
        where = f"{column} = {mark(1)} AND {earlier}"
        order = f"ORDER BY deleted_at DESC, id DESC LIMIT {limit + 1}"
        return Statement(f"SELECT id, name, deleted_at FROM smalt_{kind} WHERE {where} {order}", [id_, *edge])

    def _records(
        self, schema: Schema, actor: Actor, project: Project, limit: int, edge: tuple[int, int]
    ) -> Statement:
        compilation = start(schema, actor, self._parts.database.dialect, self._parts.clock.now())
        scope = root_scope(compilation, project, trash=True)
        at = compilation.parameters.add(from_milliseconds(edge[0]), DATETIME)
        id_ = compilation.parameters.add(edge[1], ID)
        scope.frame.restrict(f"(r.deleted_at < {at} OR (r.deleted_at = {at} AND r.id < {id_}))")
        title = "r.title" if scope.access.sees("title") else "''"
        order = f"ORDER BY r.deleted_at DESC, r.id DESC LIMIT {limit + 1}"
        return compilation.statement(f"SELECT r.id, {title}, r.deleted_at {scope.frame.clause()} {order}")

    def _milliseconds(self, stored: Any) -> int:
        found: datetime = self._parts.database.dialect.decode(stored, DATETIME)
        return to_milliseconds(found)

    def _trashed(self, found: Found) -> Trashed:
        at, id_, kind, name, within = found
        place = _PLACES.get(kind, "/projects/{of}/{kind}s/{id}").format(of=within, kind=kind, id=id_)
        project = None if kind in ("dashboard", "chart") else str(within)
        return Trashed(
            kind, str(id_), name, project, moment(at) or "", moment(at + self._kept) or "",
            f"{place}/restore",
        )  # fmt: skip
