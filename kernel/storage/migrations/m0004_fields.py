"""Numbers that fields hand out, default values of fields, rates of currencies."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0004-fields"
VERSION = "1.38.0"
DESCRIPTION = "Sequences, defaults, currency rates"

_STATEMENTS = (
    same("ALTER TABLE smalt_field ADD COLUMN default_value TEXT"),
    table("smalt_sequence", "field_id BIGINT PRIMARY KEY, value BIGINT NOT NULL DEFAULT 0"),
    table(
        "smalt_currency_rate",
        "source TEXT NOT NULL, target TEXT NOT NULL, valid_from TEXT NOT NULL, rate TEXT NOT NULL, "
        "updated_at BIGINT NOT NULL, updated_by BIGINT",
        key="source, target, valid_from",
    ),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
