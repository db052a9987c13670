"""What a reference on a form may point to: titles of the records that its filter lets through.

The form reads as its owner, who chose to show them, and nothing but titles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from kernel.access.acting import actor_of
from kernel.access.actor import Actor, ProjectAccess
from kernel.errors import BrokenSourceError, ForbiddenError, InvalidInputError
from kernel.fields import Column
from kernel.queries.compilation import root_scope
from kernel.queries.pages import allow
from kernel.queries.paths import start
from kernel.schema import Project, Schema
from kernel.services.forms.entries import Entry
from kernel.services.forms.model import StoredForm
from kernel.storage.database import Database, Reading, Statement

FORM: Final = "form"
MOST_OPTIONS: Final = 500


class Option(NamedTuple):
    """Something to choose: what is sent, and what a person reads."""

    value: str
    name: str


async def seen_targets(
    database: Reading, schema: Schema, form: StoredForm, entries: Sequence[Entry]
) -> dict[int, ProjectAccess]:
    """The projects whose titles the form may show and refer to, with its access to each."""
    ids = {e.custom.target for e in entries if e.custom is not None and e.column is Column.RECORD}
    if not ids:
        return {}
    try:
        owner = await actor_of(database, form.owner_id, FORM)
    except ForbiddenError:
        return {}
    found: dict[int, ProjectAccess] = {}
    for id_ in ids:
        project = schema.projects.get(id_ or 0)
        access = None if project is None or project.deleted else owner.access(project.id)
        if project is not None and access is not None and access.sees("title"):
            found[project.id] = ProjectAccess(
                FORM, {"*": "hidden", "title": "read"}, access.scope, frozenset()
            )
    return found


async def options(
    database: Database, schema: Schema, seen: Mapping[int, ProjectAccess], entry: Entry, now: datetime
) -> list[Option]:
    """The records to choose from, by title."""
    target = None if entry.custom is None else entry.custom.target
    if entry.custom is None or target is None or target not in seen:
        return []
    actor = Actor(user_id=None, name=FORM, memberships={target: seen[target]}, via=FORM)
    allowed = getattr(entry.custom.config, "filter", None)
    try:
        asked = _question(database, schema, actor, schema.projects[target], allowed, now)
    except (InvalidInputError, BrokenSourceError):
        return []
    (rows,) = await database.read(asked)
    return [Option(str(row[0]), row[1]) for row in rows]


def _question(
    database: Database, schema: Schema, actor: Actor, target: Project, allowed: str | None, now: datetime
) -> Statement:
    compilation = start(schema, actor, database.dialect, now)
    scope = root_scope(compilation, target)
    if allowed:
        allow(scope, allowed)
    order = f"ORDER BY {database.dialect.fold(scope.column('title'))}, {scope.column('id')}"
    columns = f"{scope.column('id')}, {scope.column('title')}"
    return compilation.statement(f"SELECT {columns} {scope.frame.clause()} {order} LIMIT {MOST_OPTIONS}")
