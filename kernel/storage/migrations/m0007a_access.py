"""Invitations, what sessions run on, failed sign-ins that all processes know of."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner, same, table

ID = "0007a-access"
VERSION = "1.38.0"
DESCRIPTION = "Invitations, sessions, failed sign-ins"

_STATEMENTS = (
    new_column("smalt_session", "agent TEXT"),
    table(
        "smalt_invitation",
        "id BIGINT PRIMARY KEY, email TEXT NOT NULL, hash TEXT NOT NULL, "
        "admin BOOLEAN NOT NULL DEFAULT FALSE, project_id BIGINT, "
        "role TEXT, role_id BIGINT, created_at BIGINT NOT NULL, created_by BIGINT, "
        "expires_at BIGINT NOT NULL, accepted_at BIGINT, user_id BIGINT",
    ),
    same("CREATE UNIQUE INDEX smalt_invitation_hash ON smalt_invitation (hash)"),
    same("CREATE INDEX smalt_invitation_project ON smalt_invitation (project_id, id)"),
    table("smalt_attempt", "key TEXT PRIMARY KEY, began_at BIGINT NOT NULL, failures BIGINT NOT NULL"),
    same("CREATE INDEX smalt_attempt_began ON smalt_attempt (began_at)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
