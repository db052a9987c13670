"""Which records an automation would have begun for in a past period, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.automations import Due, Schedule
from kernel.clock import Clock, from_milliseconds, to_milliseconds
from kernel.containment import PluginGuard
from kernel.errors import Fault, InvalidInputError, InvalidValueError, NotFoundError
from kernel.ids import first_of
from kernel.schema import Project, Schema
from kernel.services.automations.conditions import met_at
from kernel.services.automations.evaluation import Evaluator, Listener, chosen
from kernel.services.automations.moments import Window, due_so_far
from kernel.services.automations.occurrences import Occurrences
from kernel.services.automations.rights import automatable_project
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.watching import next_time
from kernel.services.events.feed import Event
from kernel.services.record_input import read_time
from kernel.services.record_parts import moment
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache

MOST_EVENTS: Final = 20_000
MOST_FOUND: Final = 500
_SLACK: Final = 600_000


class BacktestInput(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """The period: times, or days in the project's time zone. `to` is now when left out."""

    from_: Annotated[str, msgspec.Meta(examples=["2026-11-01"])]
    to: Annotated[str | None, msgspec.Meta(examples=["2026-11-26T09:00:00Z"])] = None


class Begun(msgspec.Struct):
    """When it would have begun, for which record; `condition` is whether that met it then."""

    at: str | None
    record_id: str | None
    event: str
    condition: bool | None


class Backtest(msgspec.Struct):
    """What would have begun the automation, oldest first. `more`: there was more than is shown."""

    from_: str | None = msgspec.field(name="from")
    to: str | None
    events: int
    would_run: int
    items: list[Begun]
    more: bool


class BacktestService:
    """Replays the history for one automation, without effect."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        rows: AutomationRows,
        evaluator: Evaluator,
        kernel_rows: KernelRows,
        guard: PluginGuard,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._rows = rows
        self._evaluator = evaluator
        self._mark = kernel_rows.mark
        self._guard = guard

    async def replay(
        self, actor: Actor, project_id: int, automation_id: int, data: BacktestInput
    ) -> Backtest:
        """Raises InvalidInputError for a trigger that leaves nothing in the history."""
        schema = await self._schema.current()
        project = automatable_project(schema, actor, project_id)
        found = await self._rows.of_project(project_id)
        automation = next((a for a in found if a.id == automation_id), None)
        if automation is None:
            raise NotFoundError("There is no such automation.")
        listener = self._evaluator.listener(schema, project, automation)
        if listener is None:
            raise InvalidInputError("The automation cannot work now; its `fault` says why.")
        window = self._window(project, data)
        events, begun = await self._begun(project, listener, window)
        shown = begun[:MOST_FOUND]
        items = [await self._with_condition(schema, project, listener, actor, *one) for one in shown]
        running = sum(item.condition is not False for item in items)
        more = len(begun) > MOST_FOUND or events >= MOST_EVENTS
        return Backtest(moment(window.after), moment(window.until), events, running, items, more)

    def _window(self, project: Project, data: BacktestInput) -> Window:
        now, faults, moments = to_milliseconds(self._clock.now()), list[Fault](), list[int]()
        for name, text in (("from", data.from_), ("to", data.to)):
            try:
                read = read_time(text, project.time_zone)
                moments.append(now if read is None else to_milliseconds(read))
            except InvalidValueError as error:
                faults.append(Fault(f"/{name}", error.detail))
        if not faults and moments[0] >= moments[1]:
            faults.append(Fault("/from", "The period must end after it has begun."))
        if faults:
            raise InvalidInputError("The period is not valid.", faults)
        return Window(moments[0], min(moments[1], now))

    async def _begun(
        self, project: Project, listener: Listener, window: Window
    ) -> tuple[int, list[tuple[int, int | None, str]]]:
        """How much was looked at; moment, record and kind of what would have begun it."""
        timing = listener.timing
        if isinstance(timing, Schedule):
            times = _times(timing, project, window)
            return len(times), [(at, None, "time.scheduled") for at in times]
        if isinstance(timing, Due):
            async with self._database.transaction() as tx:
                found, until = await due_so_far(tx, project, timing, window, past=True)
            return len(found), [(b.at or until, b.record_id, b.event) for b in found]
        if timing is not None or not listener.trigger.kinds:
            raise InvalidInputError("What begins this automation is not in the history.")
        events = await self._events(project, listener.trigger.kinds, window)
        matching = await self._guard.in_thread(chosen, listener, Occurrences(project), events, 0)
        return len(events), [(e.at, e.record_id, e.kind) for e in matching]

    async def _events(self, project: Project, kinds: Sequence[str], window: Window) -> list[Event]:
        use: list[Any] = [
            first_of(from_milliseconds(window.after - _SLACK)),
            first_of(from_milliseconds(window.until + _SLACK)),
            project.id,
        ]
        marks = ", ".join(self._mark(n) for n in range(4, len(kinds) + 4))
        sql = (
            "SELECT id, at, record_id, kind, version, actor_id, via, changes, batch_id, via_id "
            f"FROM smalt_history WHERE id >= {self._mark(1)} AND id < {self._mark(2)} "
            f"AND project_id = {self._mark(3)} AND kind IN ({marks}) ORDER BY id LIMIT {MOST_EVENTS}"
        )
        (rows,) = await self._database.read(Statement(sql, [*use, *kinds]))
        events = [_event(project.id, row) for row in rows]
        return [event for event in events if window.after < event.at <= window.until]

    async def _with_condition(
        self,
        schema: Schema,
        project: Project,
        listener: Listener,
        actor: Actor,
        at: int,
        record_id: int | None,
        kind: str,
    ) -> Begun:
        condition = listener.automation.definition.condition
        met = None
        if condition is not None and record_id is not None:
            then = from_milliseconds(at)
            statement = met_at(
                schema, actor, project, condition, record_id, self._database.dialect, self._clock.now(), then
            )
            (rows,) = await self._database.read(statement)
            met = bool(rows and rows[0][0])
        return Begun(moment(at), None if record_id is None else str(record_id), kind, met)


def _times(schedule: Schedule, project: Project, window: Window) -> list[int]:
    found: list[int] = []
    at = window.after
    while len(found) <= MOST_FOUND:
        at = next_time(schedule, project.time_zone, from_milliseconds(at))
        if at > window.until:
            break
        found.append(at)
    return found


def _event(project_id: int, row: Row) -> Event:
    id_, at, record_id, kind, version, actor_id, via, changes, batch_id, via_id = row
    decoded = msgspec.json.decode(changes)
    return Event(
        0, id_, at, project_id, record_id, kind, version, actor_id, via, decoded, batch_id, None, via_id
    )
