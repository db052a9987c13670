"""Notices by email, for those who have chosen it."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner, same

ID = "0019-notices-by-email"
VERSION = "1.38.0"
DESCRIPTION = "Notices by email"

_STATEMENTS = (
    new_column("smalt_user", "notify_by_email BOOLEAN NOT NULL DEFAULT FALSE"),
    new_column("smalt_notice", "mail_due_at BIGINT"),
    new_column("smalt_notice", "mail_attempts BIGINT NOT NULL DEFAULT 0"),
    same("CREATE INDEX smalt_notice_mail ON smalt_notice (mail_due_at) WHERE mail_due_at IS NOT NULL"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
