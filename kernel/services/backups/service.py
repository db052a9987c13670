"""Backups: written beside running servers, read into an empty installation."""

from __future__ import annotations

from pathlib import Path

from kernel.clock import Clock
from kernel.services.backups.archive import Manifest
from kernel.services.backups.backup import Backup
from kernel.services.backups.restore import Restore
from kernel.storage.database import Database
from kernel.storage.file_store import FileStore
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache
from kernel.storage.schema_rows import FieldTypeLookup


class Backups:
    """Both directions. `url` is that of the database."""

    def __init__(
        self,
        database: Database,
        url: str,
        rows: KernelRows,
        schema: SchemaCache,
        files: FileStore,
        clock: Clock,
        field_types: FieldTypeLookup,
    ) -> None:
        self._backup = Backup(database, url, files, clock, field_types)
        self._restore = Restore(database, rows, schema, files)

    async def write(self, path: Path) -> Manifest:
        """Write everything into a file; what it holds."""
        return await self._backup.write(path)

    async def restore(self, path: Path) -> Manifest:
        """Fill an empty installation; what came back. ConflictError where it is not empty."""
        return await self._restore.read(path)
