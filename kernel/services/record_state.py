"""Records as they stand, read inside a write transaction, locked against other writers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect, Parameters
from kernel.queries.compilation import root_scope
from kernel.queries.paths import start
from kernel.schema import Schema
from kernel.services.record_writer import Current
from kernel.storage.database import Transaction
from kernel.storage.record_rows import TablePlan
from kernel.values import ID

_CHUNK = 500


class RecordState:
    """Loads records that a writer may see."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    async def load(
        self,
        tx: Transaction,
        schema: Schema,
        actor: Actor,
        plan: TablePlan,
        ids: Sequence[int],
        now: datetime,
        trash: bool = False,
    ) -> dict[int, Current]:
        """The records of these ids that exist and are in the writer's reach, by id."""
        found: dict[int, Current] = {}
        for part in chunks(sorted(set(ids)), _CHUNK):
            compilation = start(schema, actor, self._dialect, now)
            scope = root_scope(compilation, plan.project, trash=trash)
            marks = ", ".join(compilation.parameters.add(i, ID) for i in part)
            scope.frame.restrict(f"r.id IN ({marks})")
            columns = ", ".join(f"r.{name}" for name in plan.names)
            lock = self._dialect.statements.locking("r")
            sql = f"SELECT {columns} {scope.frame.clause()} ORDER BY r.id{lock}"
            for row in await tx.fetch(*compilation.statement(sql)):
                found[row[0]] = Current(plan.read(row))
            await self._links(tx, plan, found, part)
        return found

    async def _links(
        self, tx: Transaction, plan: TablePlan, found: dict[int, Current], ids: Sequence[int]
    ) -> None:
        parameters = Parameters(self._dialect)
        fields = ", ".join(str(number) for number in plan.link_fields)
        marks = ", ".join(parameters.add(i, ID) for i in ids)
        sql = (
            "SELECT source_id, field_id, target_id FROM smalt_link "
            f"WHERE field_id IN ({fields}) AND source_id IN ({marks}) ORDER BY source_id, field_id, position"
        )
        links: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for source, field_id, target in await tx.fetch(sql, parameters.values):
            links[source][field_id].append(target)
        for source, by_field in links.items():
            if source in found:
                found[source].links = dict(by_field)


def chunks(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(values), size):
        yield values[begin : begin + size]
