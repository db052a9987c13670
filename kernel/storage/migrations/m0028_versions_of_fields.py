"""Fields know their version, so that two people who change one at once learn of each other."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner

ID = "0028-versions-of-fields"
VERSION = "1.38.0"
DESCRIPTION = "Versions of fields"

_STATEMENTS = (new_column("smalt_field", "version BIGINT NOT NULL DEFAULT 1"),)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
