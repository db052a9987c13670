"""Automations, their versions, their runs, and what they must remember between events."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0009-automations"
VERSION = "1.38.0"
DESCRIPTION = "Automations and their runs"

_STATEMENTS = (
    table(
        "smalt_automation",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, name TEXT NOT NULL, enabled BOOLEAN NOT NULL, "
        "while_paused TEXT NOT NULL, definition TEXT NOT NULL, version BIGINT NOT NULL, owner_id BIGINT, "
        "hook TEXT, checked_at BIGINT NOT NULL, next_at BIGINT, turn BIGINT NOT NULL DEFAULT 0, "
        "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, deleted_at BIGINT, deleted_by BIGINT",
    ),
    same("CREATE INDEX smalt_automation_project ON smalt_automation (project_id, id)"),
    same("CREATE UNIQUE INDEX smalt_automation_hook ON smalt_automation (hook) WHERE hook IS NOT NULL"),
    table(
        "smalt_automation_version",
        "automation_id BIGINT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL, by_id BIGINT, "
        "definition TEXT NOT NULL",
        key="automation_id, version",
    ),
    table(
        "smalt_automation_match",
        "automation_id BIGINT NOT NULL, record_id BIGINT NOT NULL",
        key="automation_id, record_id",
    ),
    table(
        "smalt_run",
        "id BIGINT PRIMARY KEY, automation_id BIGINT NOT NULL, project_id BIGINT NOT NULL, "
        "record_id BIGINT, event TEXT NOT NULL, event_id BIGINT, moment TEXT NOT NULL, status TEXT NOT NULL, "
        "held BOOLEAN NOT NULL DEFAULT FALSE, reason TEXT, steps TEXT, payload TEXT, version BIGINT, "
        "depth BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL, lease_owner TEXT, "
        "lease_until BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, started_at BIGINT, "
        "finished_at BIGINT",
    ),
    same("CREATE UNIQUE INDEX smalt_run_moment ON smalt_run (automation_id, moment)"),
    same("CREATE INDEX smalt_run_list ON smalt_run (automation_id, id)"),
    same("CREATE INDEX smalt_run_record ON smalt_run (record_id, automation_id, id)"),
    same(
        "CREATE INDEX smalt_run_waiting ON smalt_run (automation_id, due_at, id) "
        "WHERE status = 'queued' AND NOT held"
    ),
    same("CREATE INDEX smalt_run_due ON smalt_run (due_at) WHERE status = 'queued' AND NOT held"),
    same("CREATE INDEX smalt_run_leased ON smalt_run (lease_until) WHERE status = 'running'"),
    same("INSERT INTO smalt_state (name, value) VALUES ('automations', 1)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
