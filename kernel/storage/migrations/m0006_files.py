"""Files, and which comments hold them."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0006-files"
VERSION = "1.38.0"
DESCRIPTION = "Files of records and comments"

_STATEMENTS = (
    table(
        "smalt_file",
        "id BIGINT PRIMARY KEY, name TEXT NOT NULL, size BIGINT NOT NULL, content_type TEXT NOT NULL, "
        "state TEXT NOT NULL, owner TEXT NOT NULL, created_at BIGINT NOT NULL, created_by BIGINT, "
        "expires_at BIGINT",
    ),
    same("CREATE INDEX smalt_file_expiry ON smalt_file (expires_at) WHERE expires_at IS NOT NULL"),
    same("CREATE INDEX smalt_file_unready ON smalt_file (id) WHERE state <> 'ready'"),
    table(
        "smalt_comment_file",
        "comment_id BIGINT NOT NULL, file_id BIGINT NOT NULL, position BIGINT NOT NULL DEFAULT 0",
        key="comment_id, file_id",
    ),
    same("CREATE INDEX smalt_comment_file_file ON smalt_comment_file (file_id)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
