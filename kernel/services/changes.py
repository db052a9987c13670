"""The history of every change and, in the same transaction, its event for whatever reacts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Protocol

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.ids import IdGenerator
from kernel.storage.database import Batch, Transaction
from kernel.storage.kernel_rows import KernelRows

_HISTORY = (
    "id", "at", "actor_id", "via", "via_id", "project_id", "record_id", "kind", "version", "changes",
    "batch_id",
)  # fmt: skip
_OUTBOX = ("id", "at", "project_id", "record_id", "kind", "version", "cause")


@cache
def _member(name: str) -> bytes:
    """How a member of a JSON object begins."""
    return f'"{name}":'.encode()


class Change(NamedTuple):
    """One change: of a record, or of the project itself when `record_id` is None.

    `kind` is like record.updated or field.created; `version` is the record's after the change;
    `changes` is anything that JSON can hold, by custom `{"name": [old, new]}`. `told` are the
    people who learn of it in another way than by following the record.
    """

    project_id: int
    record_id: int | None
    kind: str
    version: int | None
    changes: Any
    told: Collection[int] = ()

    def touches(self, *names: str) -> bool:
        """Whether values of these names may be among what has changed."""
        if isinstance(self.changes, bytes):
            return any(_member(name) in self.changes for name in names)
        return isinstance(self.changes, Mapping) and any(name in self.changes for name in names)

    def values(self) -> Mapping[str, Any]:
        """What has changed, by stored name; nothing for what is no mapping."""
        found = msgspec.json.decode(self.changes) if isinstance(self.changes, bytes) else self.changes
        return found if isinstance(found, Mapping) else {}


class Logged(NamedTuple):
    """Changes of one actor at one moment as rows of history and outbox, in order; `ids` are those of both."""

    ids: Sequence[int]
    changes: Sequence[Change]
    history: Batch
    events: Batch


class Listener(Protocol):
    """Hears of changes in their own transaction, after they were logged."""

    async def heard(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        """Do what follows from the changes. It sits on the road of every write, so it must be quick."""
        ...


class ChangeLog:
    """Writes history and outbox rows, and tells its listeners. `committed` is called when the rows
    are there for all to see."""

    def __init__(
        self, ids: IdGenerator, clock: Clock, rows: KernelRows, committed: Callable[[], None] = lambda: None
    ) -> None:
        self._ids = ids
        self._clock = clock
        self._rows = rows
        self._committed = committed
        self._encode = msgspec.json.Encoder(decimal_format="string").encode
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell somebody of every change from now on."""
        self._listeners.append(listener)

    async def write(
        self,
        tx: Transaction,
        actor: Actor,
        project_id: int,
        record_id: int | None,
        kind: str,
        version: int | None,
        changes: Any,
        batch_id: int | None = None,
        told: Collection[int] = (),
    ) -> int:
        """Log one change; gives the id of its history row, which is the id of its event."""
        change = Change(project_id, record_id, kind, version, changes, told)
        return (await self.write_many(tx, actor, [change], batch_id))[0]

    async def write_many(
        self,
        tx: Transaction,
        actor: Actor,
        changes: Iterable[Change],
        batch_id: int | None = None,
        moment: datetime | None = None,
    ) -> Sequence[int]:
        """Log many changes of one actor at one moment (now), in order; gives their ids."""
        logged = self.logged(actor, list(changes), batch_id, moment)
        await self.write_logged(tx, actor, logged)
        return logged.ids

    def logged(
        self,
        actor: Actor,
        changes: Sequence[Change],
        batch_id: int | None = None,
        moment: datetime | None = None,
    ) -> Logged:
        """The same as rows that are still to be written; of many in a thread, since it takes time."""
        ids = self._ids.many(len(changes))
        at = to_milliseconds(moment or self._clock.now())
        who = (actor.user_id, actor.via, actor.via_id)
        batch = batch_id or actor.batch_id
        history = [
            (id_, at, *who, c.project_id, c.record_id, c.kind, c.version, self._text(c.changes), batch)
            for id_, c in zip(ids, changes, strict=True)
        ]
        events = [
            (id_, at, c.project_id, c.record_id, c.kind, c.version, actor.cause)
            for id_, c in zip(ids, changes, strict=True)
        ]
        return Logged(
            ids,
            changes,
            self._rows.insertion("smalt_history", _HISTORY, history),
            self._rows.insertion("smalt_outbox", _OUTBOX, events),
        )

    async def write_logged(self, tx: Transaction, actor: Actor, logged: Logged, *first: Batch) -> None:
        """Write rows that were made before, after those of the changes themselves, which are `first`."""
        await tx.execute_batches(*first, logged.history, logged.events)
        for listener in self._listeners:
            await listener.heard(tx, actor, logged.changes)
        tx.on_commit(self._committed)

    async def write_past(
        self,
        tx: Transaction,
        actor: Actor,
        changes: Iterable[tuple[int, Change]],
        batch_id: int | None = None,
    ) -> None:
        """Write down changes of long ago, each with its moment in milliseconds: they are history, no news."""
        listed = list(changes)
        who = (actor.user_id, actor.via, actor.via_id)
        history = [
            (
                id_, at, *who, c.project_id, c.record_id, c.kind, c.version,
                self._text(c.changes), batch_id,
            )
            for id_, (at, c) in zip(self._ids.many(len(listed)), listed, strict=True)
        ]  # fmt: skip
        await tx.execute_batches(self._rows.insertion("smalt_history", _HISTORY, history))

    def _text(self, changes: Any) -> str:
        """JSON text; a change that is JSON bytes already is taken as it is."""
        return (changes if isinstance(changes, bytes) else self._encode(changes)).decode()
