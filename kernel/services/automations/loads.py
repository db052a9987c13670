"""How much people have to do: counted once in a transaction, then kept up with what it does itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kernel.schema import BUILT_IN_LINKS, Project
from kernel.storage.database import Transaction
from kernel.values import ID


@dataclass(frozen=True)
class Team:
    """People whose records of a project are counted: those not completed and not in the lists `closed`."""

    project: Project
    people: tuple[int, ...]
    closed: tuple[str, ...]

    async def load(self, tx: Transaction, record_id: int | None = None) -> Counter[int]:
        """How many records each has now; of one record alone where it is given."""
        values = [*self.people] if record_id is None else [*self.people, record_id]
        marks = [tx.dialect.placeholder(n, ID) for n in range(1, len(values) + 1)]
        lists = ", ".join(str(int(one)) for one in self.closed)
        open_ = f" AND r.list_id NOT IN ({lists})" if lists else ""
        only = "" if record_id is None else f" AND l.source_id = {marks[-1]}"
        sql = (
            "SELECT l.target_id, count(*) FROM smalt_link l "
            f"JOIN {self.project.table} r ON r.id = l.source_id "
            f"WHERE l.field_id = {BUILT_IN_LINKS['assignees']} "
            f"AND l.target_id IN ({', '.join(marks[: len(self.people)])}) "
            f"AND r.deleted_at IS NULL AND r.completed_at IS NULL{open_}{only} GROUP BY l.target_id"
        )
        return Counter(dict(await tx.fetch(sql, values)))


class Loads:
    """What a transaction knows of a team while nobody else assigns in the project."""

    def __init__(self) -> None:
        self._known: tuple[Team, Counter[int]] | None = None

    async def of(self, tx: Transaction, team: Team) -> Counter[int]:
        """The loads of a team; those of another are forgotten."""
        if self._known is None or self._known[0] != team:
            self._known = team, await team.load(tx)
        return self._known[1]

    def moved(self, before: Counter[int], after: Counter[int]) -> None:
        """A record of the team counts for other people than before."""
        if self._known is not None:
            self._known[1].subtract(before)
            self._known[1].update(after)

    def forget(self) -> None:
        """Count anew: something else was done, or undone, in the transaction."""
        self._known = None
