"""The history knows which automation made a change; old runs are found by when they ended."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner, same

ID = "0019a-automations-in-history"
VERSION = "1.38.0"
DESCRIPTION = "Automations in the history"

_STATEMENTS = (
    new_column("smalt_history", "via_id BIGINT"),
    same("CREATE INDEX smalt_run_finished ON smalt_run (finished_at) WHERE finished_at IS NOT NULL"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
