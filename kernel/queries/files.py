"""Which files a reader may see: decided in the query, from what holds them.

A file that nothing holds is its uploader's. One that a field or a comment holds is everybody's
who sees that field, or the comments, of that record, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kernel.dialects.base import Dialect, Parameters
from kernel.fields import Column
from kernel.queries.compilation import Compilation, reach
from kernel.schema import Field, Project
from kernel.storage.database import Row, Statement
from kernel.values import ID

FILE = "id, name, size, content_type, created_at, created_by"
"""The columns of a file that matter outside."""

UNHELD = (
    "NOT EXISTS (SELECT 1 FROM smalt_link l WHERE l.target_id = f.id) "
    "AND NOT EXISTS (SELECT 1 FROM smalt_comment_file c WHERE c.file_id = f.id)"
)
"""Whether nothing holds the file `f`, be it in the trash."""


def holders(dialect: Dialect, ids: Collection[int]) -> Statement:
    """The fields that hold any of the files, and the projects whose comments do: `(field, project)`."""
    use = Parameters(dialect)
    marks = ", ".join(use.add(i, ID) for i in ids)
    return Statement(
        f"SELECT field_id, 0 FROM smalt_link WHERE target_id IN ({marks}) UNION "
        "SELECT 0, c.project_id FROM smalt_comment_file f JOIN smalt_comment c ON c.id = f.comment_id "
        f"WHERE f.file_id IN ({marks})",
        use.values,
    )


def visible_files(compilation: Compilation, ids: Collection[int], held: Sequence[Row]) -> Statement:
    """Those of the files that the reader may see; `held` is what `holders` has found."""
    marks = ", ".join(compilation.parameters.add(i, ID) for i in ids)
    seen = " OR ".join([*_own(compilation), *_held(compilation, held)]) or "1 = 0"
    columns = ", ".join(f"f.{name}" for name in FILE.split(", "))
    return compilation.statement(
        f"SELECT {columns} FROM smalt_file f WHERE f.id IN ({marks}) AND f.state = 'ready' AND ({seen})"
    )


def _own(compilation: Compilation) -> Iterator[str]:
    user_id = compilation.actor.person
    if user_id is not None:
        yield f"(f.created_by = {compilation.parameters.add(user_id, ID)} AND {UNHELD})"
    if compilation.actor.uploads:
        brought = ", ".join(compilation.parameters.add(i, ID) for i in compilation.actor.uploads)
        yield f"(f.id IN ({brought}) AND {UNHELD})"


def _held(compilation: Compilation, held: Sequence[Row]) -> Iterator[str]:
    """A condition for each project in which the reader sees something that holds files."""
    field_ids, project_ids = {row[0] for row in held}, {row[1] for row in held}
    for project in compilation.schema.projects.values():
        access = compilation.access(project.id)
        if project.deleted or access is None:
            continue
        fields = [f for f in _file_fields(project) if f.id in field_ids and access.sees(f.key)]
        if fields:
            condition = f"h.field_id IN ({', '.join(str(f.id) for f in fields)}) AND h.target_id = f.id"
            yield _holding(compilation, project, "smalt_link h ON h.source_id = r.id", condition)
        if project.id in project_ids and access.sees("comments"):
            joined = "smalt_comment c ON c.record_id = r.id JOIN smalt_comment_file h ON h.comment_id = c.id"
            yield _holding(compilation, project, joined, "c.deleted_at IS NULL AND h.file_id = f.id")


def _holding(compilation: Compilation, project: Project, holder: str, condition: str) -> str:
    """Whether any live record in the reader's reach has a holder that fits."""
    narrowed = reach(compilation, project, "r")
    where = " AND ".join(c for c in (condition, "r.deleted_at IS NULL", narrowed) if c)
    return f"EXISTS (SELECT 1 FROM {project.table} r JOIN {holder} WHERE {where})"


def _file_fields(project: Project) -> Iterator[Field]:
    for field in project.live_fields:
        if field.type is not None and any(c.spec.column is Column.FILE for c in field.columns):
            yield field
