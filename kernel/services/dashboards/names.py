"""The dashboards that somebody may name."""

from __future__ import annotations

from kernel.access.actor import Actor
from kernel.storage.database import Reading, Statement
from kernel.values import ID


async def dashboard_names(database: Reading, actor: Actor) -> dict[str, str]:
    """The names of the dashboards that the actor sees, by id, oldest first."""
    mark = database.dialect.placeholder(1, ID)
    shared = f"SELECT dashboard_id FROM smalt_dashboard_member WHERE user_id = {mark}"
    seen = "" if actor.admin else f" WHERE created_by = {mark} OR id IN ({shared})"
    sql = f"SELECT id, name FROM smalt_dashboard{seen} ORDER BY id"
    (rows,) = await database.read(Statement(sql, [] if actor.admin else [actor.user_id]))
    return {str(row[0]): row[1] for row in rows}
