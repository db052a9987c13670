"""Public forms, and the keys by which a submission happens once."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0012-forms"
VERSION = "1.38.0"
DESCRIPTION = "Public forms"

_STATEMENTS = (
    table(
        "smalt_form",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, owner_id BIGINT, name TEXT NOT NULL, "
        "slug TEXT NOT NULL, enabled BOOLEAN NOT NULL DEFAULT TRUE, content TEXT NOT NULL, "
        "secret TEXT NOT NULL, submissions BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, "
        "updated_at BIGINT NOT NULL",
    ),
    same("CREATE UNIQUE INDEX smalt_form_slug ON smalt_form (slug)"),
    same("CREATE INDEX smalt_form_project ON smalt_form (project_id, id)"),
    table(
        "smalt_form_key",
        "key TEXT PRIMARY KEY, form_id BIGINT NOT NULL, project_id BIGINT NOT NULL, record_id BIGINT, "
        "created_at BIGINT NOT NULL",
    ),
    same("CREATE INDEX smalt_form_key_age ON smalt_form_key (created_at)"),
    same("CREATE INDEX smalt_form_key_form ON smalt_form_key (form_id)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
