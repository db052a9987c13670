"""Finds the files that drafts of records and comments name, and keeps them for as long as they are held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from kernel.content_types import fits
from kernel.dialects.base import Parameters
from kernel.errors import Fault
from kernel.fields import FileLimits
from kernel.ids import number_of
from kernel.queries.files import FILE
from kernel.schema import Field
from kernel.services.files.model import AT_ONCE, FileInfo, Reader
from kernel.services.record_state import chunks
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
        ids = {number for token in tokens if (number := number_of(token)) is not None}
        kept = await self._keep(await self._reader.visible(self._tx.fetch, ids - self._found.keys()))
        self._found |= kept
        return {str(id_): id_ for id_ in ids if id_ in self._found}

    async def find_former(
        self, tokens: Iterable[str], field: Field, record_ids: Collection[int]
    ) -> dict[str, int]:
        """Those of the ids that records have had in a field before, so that a change can be taken back."""
        wanted = {number for token in tokens if (number := number_of(token)) is not None}
        if not wanted or not record_ids:
            return {}
        had: set[int] = set()
        for part in chunks(sorted(record_ids), AT_ONCE):
            had |= await self._had(field, part)
        ids = sorted(wanted & had)
        self._found |= await self._keep(ids)
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

    async def _had(self, field: Field, record_ids: Sequence[int]) -> set[int]:
        use = Parameters(self._reader.dialect)
        marks = ", ".join(use.add(i, ID) for i in record_ids)
        named = use.add(f'%"{field.id}":%', TEXT)
        sql = f"SELECT changes FROM smalt_history WHERE record_id IN ({marks}) AND changes LIKE {named}"
        rows = await self._tx.fetch(sql, use.values)
        return {i for (text,) in rows for i in _identifiers(msgspec.json.decode(text).get(str(field.id)))}

    async def _keep(self, ids: Iterable[int]) -> dict[int, FileInfo]:
        """Lock the files against being swept; those that are there still."""
        found: dict[int, FileInfo] = {}
        for part in chunks(sorted(ids), AT_ONCE):
            use = Parameters(self._reader.dialect)
            marks = ", ".join(use.add(i, ID) for i in part)
            where = f"WHERE id IN ({marks}) AND state = 'ready'"
            sql = f"UPDATE smalt_file SET expires_at = NULL {where} RETURNING {FILE}"
            found |= {row[0]: FileInfo(*row) for row in await self._tx.fetch(sql, use.values)}
        return found


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
