"""Everything about files, put together."""

from __future__ import annotations

from urllib.parse import quote

from kernel.services.entries import ProjectParts
from kernel.services.files.removal import FileRemoval
from kernel.services.files.service import FileService
from kernel.settings import Settings
from kernel.storage.file_store import FilesPlace, FileStore


class Files(FileService):
    """Files of one server; `removal` is what sweeps them in the background."""

    def __init__(self, parts: ProjectParts, settings: Settings) -> None:
        store = self.store = FileStore(place_of(settings))
        self.removal = FileRemoval(parts, store, settings.trash_days)
        super().__init__(parts, store, self.removal, settings.max_upload_size)


def place_of(settings: Settings) -> FilesPlace:
    """Where files go; below the data directory when nothing is said."""
    usual = f"file://{quote(str(settings.data_dir.absolute() / 'files'))}"
    return FilesPlace(
        settings.files_url or usual,
        settings.files_endpoint,
        settings.files_region,
        settings.files_access_key,
        settings.files_secret_key,
    )
