"""Each automation signs its requests with a secret of its own."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner

ID = "0009a-automation-secrets"
VERSION = "1.38.0"
DESCRIPTION = "Secrets of automations"

_STATEMENTS = (new_column("smalt_automation", "secret TEXT NOT NULL DEFAULT ''"),)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
