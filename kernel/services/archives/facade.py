"""Archives, put together."""

from __future__ import annotations

from collections.abc import Callable

from kernel.services.archives.model import EXPORT_KIND, IMPORT_KIND
from kernel.services.archives.reading import ArchiveReading
from kernel.services.archives.service import ArchiveService
from kernel.services.archives.signals import Signals
from kernel.services.archives.work import ExportWork, ImportWork
from kernel.services.archives.writing import ArchiveWriting
from kernel.services.entries import ProjectParts
from kernel.services.events.progress import ProgressReader
from kernel.services.exports.files import ExportFiles
from kernel.services.files.wiring import Files
from kernel.services.imports.uploads import Uploads
from kernel.services.jobs import JobHandler
from kernel.settings import Settings
from kernel.storage.schema_rows import FieldTypeLookup


class Archives(ArchiveService):
    """Archives of one server; `handlers` do its jobs."""

    def __init__(
        self,
        parts: ProjectParts,
        settings: Settings,
        kept: Files,
        field_types: FieldTypeLookup,
        wake: Callable[[], None],
        progress: ProgressReader,
    ) -> None:
        files = ExportFiles(settings.data_dir / "archives")
        uploads = Uploads(settings.data_dir / "archive-uploads", settings.max_upload_size)
        signals = Signals(settings.data_dir / "archive-uploads")
        writing = ArchiveWriting(parts.database, settings.database_url, kept.store, parts.clock, field_types)
        reading = ArchiveReading(parts, kept.store, kept.removal)
        super().__init__(parts, writing, reading, files, uploads, signals, wake)
        progress.ask(IMPORT_KIND, signals.told)
        self.handlers: dict[str, JobHandler] = {
            EXPORT_KIND: ExportWork(parts.database, parts.schema, writing, files),
            IMPORT_KIND: ImportWork(parts.database, reading, uploads, signals),
        }
