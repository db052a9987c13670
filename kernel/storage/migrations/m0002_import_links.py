"""References among the rows of one imported file, until all of its rows are in."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, table

ID = "0002-import-links"
VERSION = "1.38.0"
DESCRIPTION = "References among the rows of one import"

_STATEMENTS = (
    table(
        "smalt_import_link",
        "job_id BIGINT NOT NULL, row_number BIGINT NOT NULL, column_index BIGINT NOT NULL, "
        "record_id BIGINT NOT NULL, wanted TEXT NOT NULL",
        key="job_id, row_number, column_index",
    ),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
