"""Whether somebody else sees a record: asked before they are told of it."""

from __future__ import annotations

from datetime import datetime

from kernel.access.actor import Actor
from kernel.queries.compilation import root_scope
from kernel.queries.paths import start
from kernel.schema import Project, Schema
from kernel.storage.database import Transaction
from kernel.values import ID


async def sees_record(
    tx: Transaction,
    schema: Schema,
    person: Actor,
    project: Project,
    record_id: int,
    now: datetime,
    trash: bool = False,
) -> bool:
    """Whether a record, live or in the trash, is in the reach of a person."""
    if project.deleted or person.access(project.id) is None:
        return False
    compilation = start(schema, person, tx.dialect, now)
    scope = root_scope(compilation, project, trash=trash)
    scope.frame.restrict(f"r.id = {compilation.parameters.add(record_id, ID)}")
    return bool(await tx.fetch(*compilation.statement(f"SELECT r.id {scope.frame.clause()}")))
