"""The files that comments hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

import msgspec

from kernel.dialects.base import Parameters
from kernel.errors import Fault, InvalidInputError
from kernel.services.files.linking import FileFinder
from kernel.services.files.model import Reader
from kernel.services.record_parts import PartWriting, RecordParts
from kernel.storage.database import Transaction
from kernel.values import FILE_CONTENT, ID

MOST = 50


class FileRef(msgspec.Struct):
    """A file as what holds it shows it."""

    id: str
    name: Annotated[str, msgspec.Meta(examples=["Contract.pdf"])]
    size: Annotated[int, msgspec.Meta(description="In bytes.", examples=[48213])]
    content_type: Annotated[str, msgspec.Meta(examples=["application/pdf"])]
    url: Annotated[str, msgspec.Meta(examples=[FILE_CONTENT.format(29374920184832)])]


class CommentFiles:
    """Reads and writes which comment holds what."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def shown(self, comment_ids: Sequence[int]) -> dict[int, list[FileRef]]:
        """The files of comments, in order."""
        found: dict[int, list[FileRef]] = defaultdict(list)
        if comment_ids:
            use = Parameters(self._parts.parts.database.dialect)
            marks = ", ".join(use.add(i, ID) for i in comment_ids)
            sql = (
                "SELECT c.comment_id, f.id, f.name, f.size, f.content_type FROM smalt_comment_file c "
                f"JOIN smalt_file f ON f.id = c.file_id WHERE c.comment_id IN ({marks}) ORDER BY c.position"
            )
            for comment_id, id_, name, size, type_ in await self._parts.read(sql, use.values):
                file = FileRef(str(id_), name, size, type_, FILE_CONTENT.format(id_))
                found[comment_id].append(file)
        return found

    async def held(self, tx: Transaction, comment_id: int) -> list[int]:
        sql = f"SELECT file_id FROM smalt_comment_file WHERE comment_id = {self._mark(1)} ORDER BY position"
        return [row[0] for row in await tx.fetch(sql, [comment_id])]

    async def replace(self, writing: PartWriting, comment_id: int, wanted: Sequence[str]) -> list[int]:
        """Let a comment hold these files and no others; their ids. InvalidInputError for what is none."""
        tx, work = writing.work.tx, writing.work
        held = {str(i): i for i in await self.held(tx, comment_id)}
        finder = FileFinder(tx, Reader(tx.dialect, work.schema, work.actor, work.now))
        known = held | await finder.find(set(wanted) - held.keys())
        faults = [
            Fault(f"/files/{place}", f"There is no file '{id_[:100]}', or you may not see it.")
            for place, id_ in enumerate(wanted)
            if id_ not in known
        ]
        if len(wanted) > MOST:
            faults = [Fault("/files", f"A comment may have {MOST} files.")]
        if faults:
            raise InvalidInputError("The comment is not valid.", faults)
        ids = [known[id_] for id_ in dict.fromkeys(wanted)]
        await tx.execute(f"DELETE FROM smalt_comment_file WHERE comment_id = {self._mark(1)}", [comment_id])
        rows = [(comment_id, id_, place) for place, id_ in enumerate(ids)]
        names = ("comment_id", "file_id", "position")
        await writing.parts.rows.insert_many(tx, "smalt_comment_file", names, rows)
        return ids
