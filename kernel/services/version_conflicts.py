"""What a writer who read an older version has missed: their change, the others', the value before both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.errors import FieldConflict, SmaltError, VersionMismatchError
from kernel.schema import Schema
from kernel.services.history_view import FieldChange, HistoryView
from kernel.services.new_records import encode
from kernel.services.record_links import LinkFinder
from kernel.services.record_writer import Current, check_version, differences
from kernel.storage.database import Transaction, WithinTransaction
from kernel.storage.record_rows import Draft, TablePlan
from kernel.values import ID

Pairs = dict[str, list[Any]]


class Attempt(Protocol):
    """A write that may come too late."""

    @property
    def tx(self) -> Transaction: ...

    @property
    def schema(self) -> Schema: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def plan(self) -> TablePlan: ...

    @property
    def now(self) -> datetime: ...


class VersionConflicts:
    """Refuses changes to another version than the one that is there, and says what is in the way."""

    async def check(
        self, work: Attempt, record_id: int, before: Current, draft: Draft, versions: Collection[int] | None
    ) -> None:
        """Raise VersionMismatchError, with the fields that either side has changed, unless it matches."""
        try:
            check_version(before, versions)
        except VersionMismatchError as error:
            error.conflict = await self.conflict(work, record_id, before, draft, versions or ())
            raise

    async def conflict(
        self, work: Attempt, record_id: int, before: Current, draft: Draft, versions: Collection[int]
    ) -> Sequence[FieldConflict]:
        """The fields that the writer of a draft, or others since one of these versions, have changed."""
        read = max((v for v in versions if v < before.columns["version"]), default=None)
        if read is None:
            return ()
        theirs = await self._theirs(work, record_id, read)
        yours = await self._yours(work, before, draft)
        for name, pair in yours.items():
            pair[0] = theirs[name][0] if name in theirs else pair[0]
        view = HistoryView(work.schema, work.plan.project, work.actor, work.now)
        shown = await view.shown(WithinTransaction(work.tx), [theirs, yours])
        return _merged(*({change.field: change for change in changes} for changes in shown))

    async def _theirs(self, work: Attempt, record_id: int, read: int) -> Pairs:
        """What has become of the record since that version: `{name: [then, now]}`."""
        use = Parameters(work.tx.dialect)
        sql = (
            f"SELECT changes FROM smalt_history WHERE record_id = {use.add(record_id, ID)} "
            f"AND version > {use.add(read, ID)} AND kind LIKE 'record.%' ORDER BY id"
        )
        found: Pairs = {}
        for (text,) in await work.tx.fetch(sql, use.values):
            for name, (old, new) in msgspec.json.decode(text, type=dict[str, tuple[Any, Any]]).items():
                found.setdefault(name, [old, new])[1] = new
        return found

    async def _yours(self, work: Attempt, before: Current, draft: Draft) -> Pairs:
        """What the writer wanted, as the history would have it; people and records that do not exist
        leave it out."""
        finder = LinkFinder(work.tx, work.tx.dialect, work.schema, work.actor, work.now)
        try:
            await finder.find(work.plan.project, [("", draft)], {"": before})
            draft.settle(work.now, before.columns["completed_at"])
            wanted = differences(work.plan, before, draft)[1]
        except SmaltError:
            return {}
        return msgspec.json.decode(encode(wanted), type=Pairs)


def _merged(theirs: Mapping[str, FieldChange], yours: Mapping[str, FieldChange]) -> list[FieldConflict]:
    """By field; whoever has not touched one, has it as it was before."""
    return [
        FieldConflict(
            field=name,
            base=(theirs.get(name) or yours[name]).before,
            yours=yours[name].after if name in yours else theirs[name].before,
            theirs=theirs[name].after if name in theirs else yours[name].before,
        )
        for name in [*yours, *(n for n in theirs if n not in yours)]
    ]
