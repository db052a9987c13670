"""New records as rows of the tables they go to: in parts, each made ahead of its writing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kernel.access.actor import Actor
from kernel.schema import BUILT_IN_LINKS
from kernel.services.changes import Change
from kernel.services.sample_pasts import Past
from kernel.storage.record_rows import Draft, TablePlan

Part = TypeVar("Part")

LINK_NAMES = {number: name for name, number in BUILT_IN_LINKS.items()}
encode = msgspec.json.Encoder(decimal_format="string").encode
"""Values as the history holds them."""

OFF_LOOP = 200
"""Records in one write from which on their rows are made in a thread, not on the event loop."""

PART = 500
"""So many are made while as many others are written."""


@dataclass(slots=True)
class Prepared:
    """New records as rows; `entries` are the lists that they enter, `past` what they have behind them."""

    rows: list[list[Any]] = field(default_factory=list)
    links: list[tuple[int, ...]] = field(default_factory=list)
    entries: list[tuple[int, int | None]] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)
    past: Past = field(default_factory=Past)


@dataclass(frozen=True)
class NewRecords:
    """Drafts of one actor at one moment, with their ids.

    `numbers` are what the kernel counts for the first of them, by column.
    """

    plan: TablePlan
    actor: Actor
    now: datetime
    ids: Sequence[int]
    drafts: Sequence[Draft]
    kind: str
    numbers: Mapping[str, int]

    async def each_part(
        self, ready: Callable[[Prepared], Part], write: Callable[[Part], Awaitable[None]]
    ) -> None:
        """Hand them over to be written, as `ready` makes them. Of many the next part is made beside the
        writing of one, so `ready` may be called in another thread."""
        count = len(self.drafts)
        if count < OFF_LOOP:
            return await write(ready(self._prepared(0, count)))

        def ahead(begin: int) -> asyncio.Task[Part]:
            return asyncio.create_task(asyncio.to_thread(lambda: ready(self._prepared(begin, begin + PART))))

        coming = ahead(0)
        try:
            for begin in range(0, count, PART):
                part = await coming
                if begin + PART < count:
                    coming = ahead(begin + PART)
                await write(part)
        finally:
            await asyncio.gather(coming, return_exceptions=True)

    def _prepared(self, begin: int, end: int) -> Prepared:
        found, plan = Prepared(), self.plan
        first_list = plan.project.lists[0].id if plan.project.lists else None
        blank = plan.blank({"list_id": first_list, **self._stamps()})
        project_id, list_at = plan.project.id, plan.place["list_id"]
        names = {field_id: str(field_id) for field_id in plan.fields}
        counted = [(plan.place[n], plan.encoders[plan.place[n]], f) for n, f in self.numbers.items()]
        each = zip(self.ids[begin:end], self.drafts[begin:end], strict=True)
        for place, (record_id, draft) in enumerate(each, begin):
            if plan.defaults:
                draft.fields = {**plan.defaults, **draft.fields}
            draft.settle(self.now, None)
            row = plan.row(blank, draft, record_id)
            for at, encoded, number in counted:
                row[at] = encoded(number + place)
            found.rows.append(row)
            if draft.links or plan.many:
                found.links.extend(link_rows(plan, record_id, draft))
            first = draft.stays[0][0] if draft.stays else row[list_at]
            made = Change(project_id, record_id, self.kind, 1, _created(draft, first, names))
            if draft.stays:
                found.past.add(plan, row, draft.stays, made)
            else:
                found.entries.append((record_id, row[list_at]))
                found.log.append(made)
        return found

    def _stamps(self) -> dict[str, Any]:
        return {
            "list_entered_at": self.now,
            "created_at": self.now,
            "created_by": self.actor.user_id,
            "updated_at": self.now,
            "updated_by": self.actor.user_id,
            "version": 1,
        }


def link_rows(
    plan: TablePlan, record_id: int, draft: Draft, cleared: list[tuple[int, int]] | None = None
) -> Iterable[tuple[int, ...]]:
    """The link rows of a draft; what is replaced goes to `cleared`."""
    wanted = dict(draft.links)
    for field_id in plan.many:
        if field_id in draft.fields:
            wanted[field_id] = list(draft.fields[field_id] or ())
    for field_id, targets in wanted.items():
        if cleared is not None:
            cleared.append((field_id, record_id))
        for position, target in enumerate(targets):
            yield field_id, record_id, target, position


def _created(draft: Draft, list_id: int | None, names: Mapping[int, str]) -> bytes:
    """The history of a new record: what it has, from nothing. `names` are those of the fields in it."""
    found: dict[str, Any] = {} if list_id is None else {"list": (None, str(list_id))}
    for name, value in draft.columns.items():
        if value is not None and name != "list_id":
            found[name] = (None, value)
    for number, targets in draft.links.items():
        if targets:
            found[LINK_NAMES[number]] = (None, [str(t) for t in targets])
    for field_id, value in draft.fields.items():
        if value is not None and value != []:
            found[names[field_id]] = (None, value)
    return encode(found)
