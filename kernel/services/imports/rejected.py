"""The file of rejected rows: the original cells with the reasons, ready to be mended and imported."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence

import msgspec

from kernel.importers import Cell
from kernel.services.imports.cells import as_text
from kernel.services.imports.model import RowError
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows
from kernel.translations import Wording

PAGE = 1000
REASON = "Reason"

_errors = msgspec.json.Decoder(list[RowError])
_cells = msgspec.json.Decoder(list[Cell])


async def rejected_csv(
    database: Database, rows: KernelRows, job_id: int, names: Sequence[str], say: Wording
) -> AsyncIterator[bytes]:
    """The file in pieces: UTF-8 with a mark, so that spreadsheets read it right; `say` tells the reasons."""
    yield b"\xef\xbb\xbf" + _lines([[*names, _free(names, say(REASON))]])
    after = 0
    sql = (
        "SELECT row_number, faults, cells FROM smalt_import_error "
        f"WHERE job_id = {rows.mark(1)} AND row_number > {rows.mark(2)} ORDER BY row_number LIMIT {PAGE}"
    )
    while True:
        (found,) = await database.read(Statement(sql, [job_id, after]))
        if not found:
            return
        after = found[-1][0]
        yield await asyncio.to_thread(_page, found, len(names), say)


def _page(found: Sequence[Row], width: int, say: Wording) -> bytes:
    return _lines([_line(row, width, say) for row in found])


def _line(row: Row, width: int, say: Wording) -> list[str]:
    cells = [as_text(cell) for cell in _cells.decode(row[2])]
    cells = [*cells, *[""] * (width - len(cells))]
    reasons = (f"{e.column}: {say(e.reason)}" if e.column else say(e.reason) for e in _errors.decode(row[1]))
    return [*cells[:width], " ".join(reasons)]


def _lines(lines: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode("utf-8", errors="replace")


def _free(names: Sequence[str], name: str) -> str:
    while name in names:
        name += " *"
    return name
