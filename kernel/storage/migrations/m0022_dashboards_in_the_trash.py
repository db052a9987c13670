"""Dashboards and charts go to the trash before they go for good."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner

ID = "0022-dashboards-in-the-trash"
VERSION = "1.38.0"
DESCRIPTION = "Dashboards and charts in the trash"

_STATEMENTS = tuple(
    new_column(table, f"{column} BIGINT")
    for table in ("smalt_dashboard", "smalt_chart")
    for column in ("deleted_at", "deleted_by")
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
