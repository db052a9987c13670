"""The best records of one project for a search, and the text that says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.queries.compilation import Scope, root_scope
from kernel.queries.fields import sees_built_in, title_of
from kernel.queries.frames import Frame
from kernel.queries.paths import start
from kernel.queries.searching import Search, places
from kernel.schema import Project, Schema
from kernel.storage.database import Statement
from kernel.values import ID, INTEGER

MOST_COMMENTS = 1000


def best_records(
    schema: Schema, actor: Actor, project: Project, text: str, limit: int, after: tuple[int, int] | None,
    dialect: Dialect, now: datetime,
) -> Statement:  # fmt: skip
    """Rank, id, title and list of the records found, best first, the newest of equals first."""
    compilation = start(schema, actor, dialect, now)
    scope = root_scope(compilation, project)
    search = Search(scope, text)
    title = title_of(compilation, project, scope.alias)
    list_id = scope.column("list_id") if sees_built_in(scope, "list") else dialect.null(ID)
    columns = f"place, {scope.column('id')} AS id, {title} AS title, {list_id} AS list_id"
    where = ""
    if after is not None:
        place, id_ = compilation.parameters.add(after[0], INTEGER), compilation.parameters.add(after[1], ID)
        where = f"WHERE place > {place} OR (place = {place} AND id < {id_}) "
    seen = " AND ".join([f"{scope.column('id')} = hits.id", *scope.frame.conditions()])
    # the hits are in order before the first record is read, so that few of many are
    return compilation.statement(
        f"WITH hits AS MATERIALIZED ({search.ids(ranked=True)}), best AS "
        f"(SELECT place, id FROM hits {where}ORDER BY place, id DESC) SELECT {columns} "
        f"FROM best hits CROSS JOIN {scope.frame.tables()} WHERE {seen} "
        f"ORDER BY place, hits.id DESC LIMIT {limit}"
    )


def texts_of(
    schema: Schema, actor: Actor, project: Project, ids: Sequence[int], dialect: Dialect, now: datetime
) -> tuple[list[str], Statement, Statement | None]:
    """The names of the text that the actor sees; its statement, by id; that of the comments, by record."""
    compilation = start(schema, actor, dialect, now)
    scope = Scope(compilation, project, Frame(compilation.aliases, f"{project.table} r"), "r")
    seen = places(scope)
    found = [place for place in seen if place.sql]
    marks = ", ".join(compilation.parameters.add(i, ID) for i in ids)
    columns = ", ".join([scope.column("id"), *(place.sql for place in found)])
    texts = compilation.statement(f"SELECT {columns} {scope.frame.clause()} WHERE r.id IN ({marks})")
    comments = None
    if len(seen) > len(found):
        where = f"record_id IN ({marks}) AND deleted_at IS NULL"
        comments = compilation.statement(
            f"SELECT record_id, body FROM smalt_comment WHERE {where} ORDER BY id DESC LIMIT {MOST_COMMENTS}"
        )
    return [place.name for place in found], texts, comments
