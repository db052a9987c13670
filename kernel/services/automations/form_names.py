"""The forms that configs may name."""

from __future__ import annotations

from kernel.storage.database import Reading, Statement
from kernel.values import ID


async def form_names(database: Reading, project_id: int) -> dict[str, str]:
    """The addresses (slugs) of the forms of a project, by id."""
    sql = f"SELECT id, slug FROM smalt_form WHERE project_id = {database.dialect.placeholder(1, ID)}"
    (rows,) = await database.read(Statement(sql, [project_id]))
    return {str(row[0]): row[1] for row in rows}
