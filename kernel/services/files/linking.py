"""Finds the files that drafts of records and comments name, and keeps them for as long as they are held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from kernel.content_types import fits
from kernel.dialects.base import Parameters
from kernel.errors import Fault
from kernel.fields import FileLimits
from kernel.queries.files import FILE
from kernel.schema import Field
from kernel.services.files.model import FileInfo, Reader
from kernel.storage.database import Transaction
from kernel.storage.record_rows import Draft
from kernel.values import ID, TEXT


class FileFinder:
    """Finds files inside a write transaction."""

    def __init__(self, tx: Transaction, reader: Reader) -> None:
        self._tx = tx
        self._reader = reader
        self._found: dict[int, FileInfo] = {}

    async def find(self, tokens: Iterable[str]) -> dict[str, int]:
        """Those of the ids whose files the writer may see, by their text. They are held from now on."""
        ids = {int(t) for t in tokens if t.isdecimal() and len(t) < 19}
        kept = await self._keep(await self._reader.visible(self._tx.fetch, ids - self._found.keys()))
        self._found |= kept
        return {str(id_): id_ for id_ in ids if id_ in self._found}

    async def find_former(
        self, tokens: Iterable[str], field: Field, record_ids: Collection[int]
    ) -> dict[str, int]:
        """Those of the ids that records have had in a field before, so that a change can be taken back."""
        wanted = {int(t) for t in tokens if t.isdecimal() and len(t) < 19}
        if not wanted or not record_ids:
            return {}
        use = Parameters(self._reader.dialect)
        marks = ", ".join(use.add(i, ID) for i in record_ids)
        named = use.add(f'%"{field.id}":%', TEXT)
        sql = f"SELECT changes FROM smalt_history WHERE record_id IN ({marks}) AND changes LIKE {named}"
        had: set[int] = set()
        for (changes,) in await self._tx.fetch(sql, use.values):
            had.update(_identifiers(msgspec.json.decode(changes).get(str(field.id))))
        ids = sorted(wanted & had)
        self._found |= await self._keep(await self._infos(ids))
        return {str(id_): id_ for id_ in ids if id_ in self._found}

    def faults(self, drafts: Sequence[tuple[str, Draft]], field: Field, new: Collection[int]) -> list[Fault]:
        """What the field does not take of the new files that have been found for it."""
        limits = field.columns[0].spec.files
        found = []
        for pointer, draft in drafts:
            infos = [self._found[id_] for id_ in draft.fields.get(field.id) or () if id_ in new]
            details = [detail for info in infos for detail in _refusal(info, limits)]
            found += [Fault(f"{pointer}/fields/{field.key}", detail) for detail in details[:1]]
        return found

    async def _infos(self, ids: Sequence[int]) -> dict[int, FileInfo]:
        if not ids:
            return {}
        use = Parameters(self._reader.dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        sql = f"SELECT {FILE} FROM smalt_file WHERE id IN ({marks})"
        return {row[0]: FileInfo(*row) for row in await self._tx.fetch(sql, use.values)}

    async def _keep(self, infos: Mapping[int, FileInfo]) -> dict[int, FileInfo]:
        """Lock the files against being swept; those that are there still."""
        if not infos:
            return {}
        use = Parameters(self._reader.dialect)
        marks = ", ".join(use.add(i, ID) for i in sorted(infos))
        sql = (
            f"UPDATE smalt_file SET expires_at = NULL WHERE id IN ({marks}) AND state = 'ready' RETURNING id"
        )
        return {row[0]: infos[row[0]] for row in await self._tx.fetch(sql, use.values)}


def _refusal(info: FileInfo, limits: FileLimits) -> Iterable[str]:
    if limits.size is not None and info.size > limits.size:
        yield f"'{info.name}' has {info.size:,} bytes; {limits.size:,} are allowed here."
    if not fits(info.content_type, limits.types):
        yield f"'{info.name}' is of the type {info.content_type}; this takes {', '.join(limits.types)}."


def _identifiers(pair: Any) -> Iterable[int]:
    """The ids in a change as the history keeps it: `[before, after]`, each a list or null."""
    sides = pair if isinstance(pair, list) else []
    for side in sides:
        if isinstance(side, list):
            yield from (int(one) for one in side)
