"""Webhooks, and what is delivered to them."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0011-webhooks"
VERSION = "1.38.0"
DESCRIPTION = "Webhooks and their deliveries"

_STATEMENTS = (
    table(
        "smalt_webhook",
        "id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL, url TEXT NOT NULL, project_id BIGINT, "
        "events TEXT NOT NULL, enabled BOOLEAN NOT NULL DEFAULT TRUE, secret TEXT NOT NULL, "
        "since BIGINT NOT NULL, reason TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL",
    ),
    same("CREATE INDEX smalt_webhook_owner ON smalt_webhook (owner_id, id)"),
    table(
        "smalt_delivery",
        "id BIGINT PRIMARY KEY, webhook_id BIGINT NOT NULL, event_id BIGINT, kind TEXT NOT NULL, "
        "status TEXT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0, response_code BIGINT, error TEXT, "
        "next_at BIGINT NOT NULL, lease_until BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, "
        "finished_at BIGINT",
    ),
    same("CREATE INDEX smalt_delivery_webhook ON smalt_delivery (webhook_id, id)"),
    same("CREATE INDEX smalt_delivery_due ON smalt_delivery (webhook_id, next_at) WHERE status = 'queued'"),
    same("CREATE INDEX smalt_delivery_age ON smalt_delivery (finished_at) WHERE finished_at IS NOT NULL"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
