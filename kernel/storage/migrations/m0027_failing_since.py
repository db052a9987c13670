"""Deliveries know since when they fail."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner

ID = "0027-failing-since"
VERSION = "1.38.0"
DESCRIPTION = "Since when deliveries fail"

_STATEMENTS = (new_column("smalt_delivery", "failing_since BIGINT"),)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
