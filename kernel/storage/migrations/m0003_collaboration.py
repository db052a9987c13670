"""What people do on a record together: comments, checklists, dependencies, and who is told."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import new_column, runner, same, table

ID = "0003-collaboration"
VERSION = "1.38.0"
DESCRIPTION = "Comments, checklists, dependencies, notices about records"

_STAMPS = (
    "created_at BIGINT NOT NULL, created_by BIGINT, updated_at BIGINT NOT NULL, "
    "deleted_at BIGINT, deleted_by BIGINT"
)
_OF_RECORD = "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, record_id BIGINT NOT NULL"
_TRASH = "WHERE deleted_at IS NOT NULL"

_STATEMENTS = (
    table("smalt_comment", f"{_OF_RECORD}, body TEXT NOT NULL, {_STAMPS}"),
    same("CREATE INDEX smalt_comment_record ON smalt_comment (record_id, id)"),
    same(f"CREATE INDEX smalt_comment_trash ON smalt_comment (deleted_at) {_TRASH}"),
    table("smalt_checklist", f"{_OF_RECORD}, name TEXT NOT NULL, position BIGINT NOT NULL, {_STAMPS}"),
    same("CREATE INDEX smalt_checklist_record ON smalt_checklist (record_id, position)"),
    same(f"CREATE INDEX smalt_checklist_trash ON smalt_checklist (deleted_at) {_TRASH}"),
    table(
        "smalt_checklist_item",
        f"{_OF_RECORD}, checklist_id BIGINT NOT NULL, title TEXT NOT NULL, "
        "done BOOLEAN NOT NULL DEFAULT FALSE, done_at BIGINT, done_by BIGINT, assignee_id BIGINT, "
        f"due_at BIGINT, position BIGINT NOT NULL, {_STAMPS}",
    ),
    same("CREATE INDEX smalt_checklist_item_list ON smalt_checklist_item (checklist_id, position)"),
    same("CREATE INDEX smalt_checklist_item_record ON smalt_checklist_item (record_id)"),
    same(f"CREATE INDEX smalt_checklist_item_trash ON smalt_checklist_item (deleted_at) {_TRASH}"),
    table(
        "smalt_dependency",
        "blocker_id BIGINT NOT NULL, blocked_id BIGINT NOT NULL, blocker_project BIGINT NOT NULL, "
        "blocked_project BIGINT NOT NULL, created_at BIGINT NOT NULL, created_by BIGINT",
        key="blocker_id, blocked_id",
    ),
    same("CREATE INDEX smalt_dependency_blocked ON smalt_dependency (blocked_id, blocker_id)"),
    new_column("smalt_notice", "project_id BIGINT"),
    new_column("smalt_notice", "record_id BIGINT"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
