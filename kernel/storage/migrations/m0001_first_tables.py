"""The tables of the first release."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0001-first-tables"
VERSION = "1.38.0"
DESCRIPTION = "Projects, users, links, history, jobs"

_STAMPS = "created_at BIGINT NOT NULL, updated_at BIGINT, deleted_at BIGINT, deleted_by BIGINT"
_ENTRY = (
    "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, name TEXT NOT NULL, color TEXT, "
    f"position BIGINT NOT NULL DEFAULT 0, {_STAMPS}"
)

_STATEMENTS = (
    table("smalt_state", "name TEXT PRIMARY KEY, value BIGINT NOT NULL DEFAULT 0"),
    same("INSERT INTO smalt_state (name, value) VALUES ('schema', 1), ('access', 1), ('node', 0)"),
    table(
        "smalt_project",
        "id BIGINT PRIMARY KEY, name TEXT NOT NULL, description TEXT, default_fields TEXT NOT NULL, "
        "time_zone TEXT NOT NULL, currency TEXT NOT NULL, created_by BIGINT, updated_by BIGINT, " + _STAMPS,
    ),
    table("smalt_list", _ENTRY),
    same("CREATE INDEX smalt_list_project ON smalt_list (project_id, position)"),
    table("smalt_tag", _ENTRY),
    same("CREATE INDEX smalt_tag_project ON smalt_tag (project_id, position)"),
    table(
        "smalt_field",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, "
        "type TEXT NOT NULL, config TEXT NOT NULL, columns TEXT NOT NULL DEFAULT '[]', "
        'required BOOLEAN NOT NULL DEFAULT FALSE, "unique" BOOLEAN NOT NULL DEFAULT FALSE, '
        "indexed BOOLEAN NOT NULL DEFAULT FALSE, description TEXT, position BIGINT NOT NULL DEFAULT 0, "
        + _STAMPS,
    ),
    same("CREATE UNIQUE INDEX smalt_field_key ON smalt_field (project_id, key) WHERE deleted_at IS NULL"),
    table(
        "smalt_user",
        "id BIGINT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, password_hash TEXT, "
        "admin BOOLEAN NOT NULL DEFAULT FALSE, active BOOLEAN NOT NULL DEFAULT TRUE, "
        "time_zone TEXT, locale TEXT, created_at BIGINT NOT NULL, updated_at BIGINT",
    ),
    same("CREATE UNIQUE INDEX smalt_user_email ON smalt_user (email)"),
    table(
        "smalt_token",
        "id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, "
        "scopes TEXT NOT NULL, projects TEXT, created_at BIGINT NOT NULL, last_used_at BIGINT, "
        "expires_at BIGINT",
    ),
    same("CREATE UNIQUE INDEX smalt_token_hash ON smalt_token (hash)"),
    same("CREATE INDEX smalt_token_user ON smalt_token (user_id)"),
    table(
        "smalt_session",
        "id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, hash TEXT NOT NULL, csrf TEXT NOT NULL, "
        "created_at BIGINT NOT NULL, last_used_at BIGINT, expires_at BIGINT NOT NULL",
    ),
    same("CREATE UNIQUE INDEX smalt_session_hash ON smalt_session (hash)"),
    same("CREATE INDEX smalt_session_user ON smalt_session (user_id)"),
    same("CREATE INDEX smalt_session_expiry ON smalt_session (expires_at)"),
    table(
        "smalt_member",
        "project_id BIGINT NOT NULL, user_id BIGINT NOT NULL, role TEXT, role_id BIGINT, created_at BIGINT",
        key="project_id, user_id",
    ),
    same("CREATE INDEX smalt_member_user ON smalt_member (user_id)"),
    table(
        "smalt_role",
        "id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL, "
        "scope TEXT, can TEXT NOT NULL, created_at BIGINT, updated_at BIGINT",
    ),
    same("CREATE INDEX smalt_role_project ON smalt_role (project_id)"),
    table(
        "smalt_link",
        "field_id BIGINT NOT NULL, source_id BIGINT NOT NULL, target_id BIGINT NOT NULL, "
        "position BIGINT NOT NULL DEFAULT 0",
        key="field_id, source_id, position, target_id",
    ),
    same("CREATE INDEX smalt_link_backwards ON smalt_link (field_id, target_id, source_id)"),
    same("CREATE INDEX smalt_link_target ON smalt_link (target_id)"),
    table(
        "smalt_history",
        "id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor_id BIGINT, via TEXT NOT NULL, "
        "project_id BIGINT NOT NULL, record_id BIGINT, kind TEXT NOT NULL, version BIGINT, "
        "changes TEXT NOT NULL, batch_id BIGINT",
    ),
    same("CREATE INDEX smalt_history_record ON smalt_history (record_id, id) WHERE record_id IS NOT NULL"),
    same("CREATE INDEX smalt_history_project ON smalt_history (project_id, id) WHERE record_id IS NULL"),
    same("CREATE INDEX smalt_history_batch ON smalt_history (batch_id, id) WHERE batch_id IS NOT NULL"),
    table(
        "smalt_outbox",
        "id BIGINT PRIMARY KEY, at BIGINT NOT NULL, project_id BIGINT NOT NULL, record_id BIGINT, "
        "kind TEXT NOT NULL, version BIGINT",
    ),
    table(
        "smalt_list_stay",
        "id BIGINT NOT NULL, record_id BIGINT NOT NULL, list_id BIGINT NOT NULL, "
        "entered_at BIGINT NOT NULL, left_at BIGINT",
        key="record_id, id",
    ),
    same("CREATE INDEX smalt_list_stay_list ON smalt_list_stay (list_id, entered_at)"),
    table(
        "smalt_idempotency",
        "user_id BIGINT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT, "
        "created_at BIGINT NOT NULL",
        key="user_id, key",
    ),
    same("CREATE INDEX smalt_idempotency_age ON smalt_idempotency (created_at)"),
    table(
        "smalt_plugin",
        "name TEXT PRIMARY KEY, enabled BOOLEAN NOT NULL DEFAULT TRUE, reason TEXT, "
        "faults BIGINT NOT NULL DEFAULT 0, changed_at BIGINT NOT NULL",
    ),
    table(
        "smalt_notice",
        "id BIGINT PRIMARY KEY, user_id BIGINT, text TEXT NOT NULL, created_at BIGINT NOT NULL, "
        "read_at BIGINT",
    ),
    same("CREATE INDEX smalt_notice_user ON smalt_notice (user_id, id)"),
    table(
        "smalt_job",
        "id BIGINT PRIMARY KEY, kind TEXT NOT NULL, project_id BIGINT, actor_id BIGINT, "
        "status TEXT NOT NULL, state TEXT NOT NULL DEFAULT '{}', rows_done BIGINT NOT NULL DEFAULT 0, "
        "rows_total BIGINT, error TEXT, lease_owner TEXT, lease_until BIGINT, created_at BIGINT NOT NULL, "
        "updated_at BIGINT, started_at BIGINT, finished_at BIGINT",
    ),
    same("CREATE INDEX smalt_job_status ON smalt_job (status, lease_until)"),
    same("CREATE INDEX smalt_job_project ON smalt_job (project_id, id)"),
    table(
        "smalt_import_error",
        "job_id BIGINT NOT NULL, row_number BIGINT NOT NULL, faults TEXT NOT NULL, cells TEXT NOT NULL",
        key="job_id, row_number",
    ),
    table(
        "smalt_batch",
        "id BIGINT PRIMARY KEY, kind TEXT NOT NULL, project_id BIGINT, actor_id BIGINT, job_id BIGINT, "
        "at BIGINT NOT NULL, undone_at BIGINT",
    ),
    same("CREATE INDEX smalt_batch_project ON smalt_batch (project_id, id)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
