"""What new records have behind them that are made with a past, as samples of templates are.

Their stays in lists, their history and the moments in their own rows all come from the same
moments, so everything that reads the past finds one story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from kernel.clock import to_milliseconds
from kernel.ids import IdGenerator
from kernel.services.changes import Change
from kernel.storage.database import Batch
from kernel.storage.record_rows import TablePlan

Stays = Sequence[tuple[int, datetime]]
"""Ids of lists with the moments of coming there, in order."""


@dataclass(slots=True)
class Past:
    """`stays` are record, list, begin and end in milliseconds; `log` the changes with their moments."""

    stays: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    log: list[tuple[int, Change]] = field(default_factory=list)

    def add(self, plan: TablePlan, row: list[object], stays: Stays, made: Change) -> None:
        """Note the past of a new record and move its `row` there; `made` is its first change."""
        assert made.record_id is not None
        begins = [to_milliseconds(moment) for _, moment in stays]
        for (list_id, _), begin, end in zip(stays, begins, [*begins[1:], None], strict=True):
            self.stays.append((made.record_id, list_id, begin, end))
        self.log.append((begins[0], made))
        for version, ((before, _), (after, _)) in enumerate(pairwise(stays), start=2):
            moved = f'{{"list":["{before}","{after}"]}}'.encode()
            change = Change(made.project_id, made.record_id, "record.moved", version, moved)
            self.log.append((begins[version - 1], change))
        first, last = stays[0][1], stays[-1][1]
        moments = {"created_at": first, "updated_at": last, "list_entered_at": last, "version": len(stays)}
        for name, value in moments.items():
            row[plan.place[name]] = plan.encode(name, value)

    def stays_as_rows(self, plan: TablePlan, ids: IdGenerator) -> Batch:
        """The stays, to be inserted."""
        columns = "id, record_id, list_id, entered_at, left_at"
        rows = [(id_, *stay) for id_, stay in zip(ids.many(len(self.stays)), self.stays, strict=True)]
        return Batch(f"INSERT INTO smalt_list_stay ({columns}) VALUES ({plan.integers(5)})", rows)
