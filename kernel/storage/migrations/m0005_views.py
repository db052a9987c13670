"""Saved views, and which one a person opens a project with."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0005-views"
VERSION = "1.38.0"
DESCRIPTION = "Saved views"

_STATEMENTS = (
    table(
        "smalt_view",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, owner_id BIGINT, name TEXT NOT NULL, "
        "kind TEXT NOT NULL, shared BOOLEAN NOT NULL DEFAULT FALSE, content TEXT NOT NULL, "
        "position BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL",
    ),
    same("CREATE INDEX smalt_view_project ON smalt_view (project_id, position)"),
    table(
        "smalt_view_default",
        "project_id BIGINT NOT NULL, user_id BIGINT NOT NULL, view_id BIGINT NOT NULL",
        key="project_id, user_id",
    ),
    same("CREATE INDEX smalt_view_default_view ON smalt_view_default (view_id)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
