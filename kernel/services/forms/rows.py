"""The rows of forms and of the keys that were used."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from kernel.dialects.base import Parameters
from kernel.services.forms.model import FormContent, StoredForm
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.values import TEXT

_SELECT: Final = (
    "SELECT id, project_id, owner_id, name, slug, enabled, content, secret, submissions, created_at, "
    "updated_at FROM smalt_form"
)
_content = msgspec.json.Decoder(FormContent)


class FormRows:
    """Reads and writes `smalt_form` and `smalt_form_key`."""

    def __init__(self, database: Database, rows: KernelRows) -> None:
        self._database = database
        self._rows = rows

    async def of_project(self, project_id: int) -> list[StoredForm]:
        """The forms of a project, oldest first."""
        sql = f"{_SELECT} WHERE project_id = {self._rows.mark(1)} ORDER BY id"
        (rows,) = await self._database.read(Statement(sql, [project_id]))
        return [_form(row) for row in rows]

    async def of_project_in(self, tx: Transaction, project_id: int) -> list[StoredForm]:
        """The same, inside a transaction."""
        sql = f"{_SELECT} WHERE project_id = {self._rows.mark(1)} ORDER BY id"
        return [_form(row) for row in await tx.fetch(sql, [project_id])]

    async def by_slug(self, slug: str) -> StoredForm | None:
        """The form of an address, whatever its project."""
        (rows,) = await self._database.read(Statement(f"{_SELECT} WHERE slug = {self._rows.mark(1)}", [slug]))
        return _form(rows[0]) if rows else None

    async def by_slug_in(self, tx: Transaction, slug: str) -> StoredForm | None:
        """The same, inside a transaction."""
        rows = await tx.fetch(f"{_SELECT} WHERE slug = {self._rows.mark(1)}", [slug])
        return _form(rows[0]) if rows else None

    async def taken(self, tx: Transaction, prefix: str) -> set[str]:
        """The addresses that are in use and begin so."""
        use = Parameters(tx.dialect)
        sql = f"SELECT slug FROM smalt_form WHERE slug LIKE {use.add(prefix + '%', TEXT)}"
        return {row[0] for row in await tx.fetch(sql, use.values)}

    async def insert(self, tx: Transaction, form: StoredForm) -> None:
        row = {"id": form.id, "project_id": form.project_id, **_row(form), "secret": form.secret}
        stamps = {"created_at": form.created_at, "updated_at": form.updated_at}
        await self._rows.insert(tx, "smalt_form", row | stamps)

    async def update(self, tx: Transaction, form: StoredForm) -> None:
        changes = _row(form) | {"updated_at": form.updated_at}
        await self._rows.update(tx, "smalt_form", form.id, changes)

    async def delete(self, tx: Transaction, form_id: int) -> None:
        mark = self._rows.mark(1)
        await tx.execute(f"DELETE FROM smalt_form_key WHERE form_id = {mark}", [form_id])
        await tx.execute(f"DELETE FROM smalt_form WHERE id = {mark}", [form_id])

    async def use_key(self, tx: Transaction, key: str, form: StoredForm, now: int, oldest: int) -> bool:
        """Take a key for the one submission that it is good for; whether it was free."""
        mark = self._rows.mark
        await tx.execute(
            f"DELETE FROM smalt_form_key WHERE key = {mark(1)} AND created_at < {mark(2)}", [key, oldest]
        )
        marks = ", ".join(mark(number) for number in (1, 2, 3, 4))
        columns = "key, form_id, project_id, created_at"
        sql = f"INSERT INTO smalt_form_key ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        return bool(await tx.execute(sql, [key, form.id, form.project_id, now]))

    async def note_record(self, tx: Transaction, key: str, record_id: int) -> None:
        """What the key has made."""
        mark = self._rows.mark
        await tx.execute(
            f"UPDATE smalt_form_key SET record_id = {mark(2)} WHERE key = {mark(1)}", [key, record_id]
        )

    async def forget_keys(self, tx: Transaction, oldest: int) -> None:
        """Keys that have run out anyway."""
        await tx.execute(f"DELETE FROM smalt_form_key WHERE created_at < {self._rows.mark(1)}", [oldest])

    async def is_used(self, key: str, oldest: int) -> bool:
        """Whether a key has made its record."""
        mark = self._rows.mark
        sql = f"SELECT 1 FROM smalt_form_key WHERE key = {mark(1)} AND created_at >= {mark(2)}"
        (rows,) = await self._database.read(Statement(sql, [key, oldest]))
        return bool(rows)

    async def count(self, tx: Transaction, form_id: int, most: int | None) -> bool:
        """Count a submission, unless there are as many as may be; whether it was counted."""
        limited = "" if most is None else f" AND submissions < {self._rows.mark(2)}"
        sql = f"UPDATE smalt_form SET submissions = submissions + 1 WHERE id = {self._rows.mark(1)}{limited}"
        return bool(await tx.execute(sql, [form_id] if most is None else [form_id, most]))


def _form(row: Row) -> StoredForm:
    id_, project_id, owner_id, name, slug, enabled, content, secret, submissions, created, updated = row
    return StoredForm(
        id_, project_id, owner_id, name, slug, bool(enabled), _content.decode(content), secret, submissions,
        created, updated,
    )  # fmt: skip


def _row(form: StoredForm) -> dict[str, Any]:
    content = msgspec.json.encode(form.content).decode()
    return {
        "owner_id": form.owner_id, "name": form.name, "slug": form.slug, "enabled": form.enabled,
        "content": content,
    }  # fmt: skip
