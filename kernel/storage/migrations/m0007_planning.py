"""Who follows records, who wants to be reminded of them, and which of them repeat."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner, same, table

ID = "0007-planning"
VERSION = "1.38.0"
DESCRIPTION = "Followers, reminders, repetition"

_STATEMENTS = (
    new_column("smalt_user", "auto_follow TEXT"),
    table(
        "smalt_follower",
        "record_id BIGINT NOT NULL, user_id BIGINT NOT NULL, project_id BIGINT NOT NULL, "
        "created_at BIGINT NOT NULL",
        key="record_id, user_id",
    ),
    same("CREATE INDEX smalt_follower_user ON smalt_follower (user_id)"),
    table(
        "smalt_reminder",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, record_id BIGINT NOT NULL, "
        "user_id BIGINT NOT NULL, at BIGINT, before TEXT, seconds BIGINT NOT NULL DEFAULT 0, text TEXT, "
        "fires_at BIGINT, fired_at BIGINT, created_at BIGINT NOT NULL, created_by BIGINT",
    ),
    same("CREATE INDEX smalt_reminder_record ON smalt_reminder (record_id)"),
    same("CREATE INDEX smalt_reminder_due ON smalt_reminder (fires_at) WHERE fired_at IS NULL"),
    table(
        "smalt_repeat",
        "record_id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, rule TEXT NOT NULL, next_at BIGINT, "
        "successor_id BIGINT, created_at BIGINT NOT NULL, created_by BIGINT",
    ),
    same("CREATE INDEX smalt_repeat_due ON smalt_repeat (next_at) WHERE successor_id IS NULL"),
    same(
        "UPDATE smalt_project SET default_fields = replace(default_fields, ']', "
        '\',"comments","followers","reminders","repeat"]\') WHERE default_fields LIKE \'["%\''
    ),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
