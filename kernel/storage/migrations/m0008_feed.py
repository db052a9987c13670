"""The outbox as a feed: an order in which no reader misses an event, and who has read how far.

On SQLite the one writer numbers the events as it inserts them. On PostgreSQL transactions commit
in another order than they insert, so an event arrives with a negative number (-1, -2, …) and gets
its place in the feed once it is committed; see `kernel.storage.event_order`.
"""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import only, runner, table

ID = "0008-feed"
VERSION = "1.38.0"
DESCRIPTION = "The order of events, and their readers"

_COLUMNS = "id, at, project_id, record_id, kind, version"

_STATEMENTS = (
    only("sqlite", "ALTER TABLE smalt_outbox RENAME TO smalt_outbox_before"),
    only(
        "sqlite",
        "CREATE TABLE smalt_outbox (seq INTEGER PRIMARY KEY, id INTEGER NOT NULL, at INTEGER NOT NULL, "
        "project_id INTEGER NOT NULL, record_id INTEGER, kind TEXT NOT NULL, version INTEGER, "
        "cause INTEGER) STRICT",
    ),
    only(
        "sqlite",
        f"INSERT INTO smalt_outbox ({_COLUMNS}) SELECT {_COLUMNS} FROM smalt_outbox_before ORDER BY id",
    ),
    only("sqlite", "DROP TABLE smalt_outbox_before"),
    only("postgres", "CREATE SEQUENCE smalt_outbox_arrival"),
    only(
        "postgres",
        "ALTER TABLE smalt_outbox ADD COLUMN seq BIGINT NOT NULL "
        "DEFAULT (-nextval('smalt_outbox_arrival')), ADD COLUMN cause BIGINT",
    ),
    only("postgres", "CREATE UNIQUE INDEX smalt_outbox_order ON smalt_outbox (seq)"),
    table(
        "smalt_consumer",
        "name TEXT PRIMARY KEY, position BIGINT NOT NULL DEFAULT 0, updated_at BIGINT NOT NULL",
    ),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
