"""The rows of saved views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kernel.services.view_model import StoredView, ViewContent
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

_COLUMNS = "id, owner_id, name, kind, shared, content, position"
_content = msgspec.json.Decoder(ViewContent)


class ViewRows:
    """Reads and writes `smalt_view` and `smalt_view_default`."""

    def __init__(self, database: Database, rows: KernelRows) -> None:
        self._database = database
        self._rows = rows

    async def seen(self, project_id: int, user_id: int | None) -> tuple[list[StoredView], int | None]:
        """The shared views and the user's own, each in their order, and the default of the user."""
        views, default = await self._database.read(*self._select(project_id, user_id))
        return [_view(row) for row in views], default[0][0] if default else None

    async def seen_in(
        self, tx: Transaction, project_id: int, user_id: int | None
    ) -> tuple[list[StoredView], int | None]:
        """The same, inside a transaction."""
        views, default = await tx.fetch_all(*self._select(project_id, user_id))
        return [_view(row) for row in views], default[0][0] if default else None

    async def insert(self, tx: Transaction, project_id: int, view: StoredView, now: int) -> None:
        row = {"id": view.id, "project_id": project_id, **_row(view), "created_at": now, "updated_at": now}
        await self._rows.insert(tx, "smalt_view", row)

    async def update(self, tx: Transaction, view: StoredView, now: int) -> None:
        await self._rows.update(tx, "smalt_view", view.id, _row(view) | {"updated_at": now})

    async def place(self, tx: Transaction, ids: Sequence[int]) -> None:
        await self._rows.place(tx, "smalt_view", ids)

    async def delete(self, tx: Transaction, view_id: int) -> None:
        mark = self._rows.mark(1)
        await tx.execute(f"DELETE FROM smalt_view_default WHERE view_id = {mark}", [view_id])
        await tx.execute(f"DELETE FROM smalt_view WHERE id = {mark}", [view_id])

    async def set_default(self, tx: Transaction, project_id: int, user_id: int, view_id: int | None) -> None:
        one, two = self._rows.mark(1), self._rows.mark(2)
        where = f"project_id = {one} AND user_id = {two}"
        await tx.execute(f"DELETE FROM smalt_view_default WHERE {where}", [project_id, user_id])
        if view_id is not None:
            row = {"project_id": project_id, "user_id": user_id, "view_id": view_id}
            await self._rows.insert(tx, "smalt_view_default", row)

    def _select(self, project_id: int, user_id: int | None) -> list[Statement]:
        one, two = self._rows.mark(1), self._rows.mark(2)
        use = [project_id, user_id or 0]
        return [
            Statement(
                f"SELECT {_COLUMNS} FROM smalt_view WHERE project_id = {one} "
                f"AND (shared OR owner_id = {two}) ORDER BY NOT shared, position, id",
                use,
            ),
            Statement(
                f"SELECT view_id FROM smalt_view_default WHERE project_id = {one} AND user_id = {two}", use
            ),
        ]


def _view(row: Row) -> StoredView:
    id_, owner_id, name, kind, shared, content, position = row
    return StoredView(id_, owner_id, name, kind, bool(shared), _content.decode(content), position)


def _row(view: StoredView) -> dict[str, Any]:
    content = msgspec.json.encode(view.content).decode()
    return {
        "owner_id": view.owner_id, "name": view.name, "kind": view.kind, "shared": view.shared,
        "content": content, "position": view.position,
    }  # fmt: skip
