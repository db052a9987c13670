"""Looks at every event once and begins the automations that it concerns."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Final

import structlog

from kernel.automations import Due, Matching, Timing, Trigger
from kernel.clock import Clock, to_milliseconds
from kernel.containment import PluginGuard
from kernel.enclosure import is_outside
from kernel.errors import SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.beginnings import Beginning, Beginnings
from kernel.services.automations.matching import Watch
from kernel.services.automations.model import Automation, NewRun
from kernel.services.automations.moments import late
from kernel.services.automations.occurrences import Occurrences
from kernel.services.automations.reading import Types, plugin_config
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.events.feed import Event, EventFeed
from kernel.services.trouble import tell
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache

CONSUMER: Final = "automations"
BATCH: Final = 500
PASS_SECONDS: Final = 60.0
_log = structlog.get_logger("smalt.automations")


@dataclass(frozen=True)
class Listener:
    """An automation with its trigger and the config of that."""

    automation: Automation
    trigger: Trigger[Any]
    config: Any
    timing: Timing | None

    def concerns(self, event: Event, occurrences: Occurrences) -> bool:
        """Whether an event begins the automation, as far as the trigger says. A plugin's fault: no."""
        if event.kind not in self.trigger.kinds:
            return False
        try:
            return self.trigger.matches(occurrences.of(event), self.config)
        except SmaltError:
            return False


class Evaluator:
    """The consumer of the feed. However many processes run one, each event is taken once."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        feed: EventFeed,
        types: Types,
        rows: AutomationRows,
        runs: RunRows,
        guard: PluginGuard,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._feed = feed
        self._types = types
        self._rows = rows
        self._runs = runs
        self._guard = guard
        self._beginnings = Beginnings(runs)
        self._listeners: dict[int, tuple[Automation, int, Listener | None]] = {}
        self._passed = 0.0

    async def step(self) -> int:
        """Take the next events and queue the runs that they begin; how many events there were.

        While nothing listens events are passed over, now and then, without a look at them: what is
        there to be listened to later is newer than the automation.
        """
        await self._schema.current()
        newest = self._feed.newest
        if not any(automation.listens for automation in await self._rows.current()):
            if monotonic() - self._passed >= PASS_SECONDS:
                self._passed = monotonic()
                await self._feed.pass_over(CONSUMER, newest)
            return 0
        async with self._database.transaction() as tx:
            events = await self._feed.take(tx, CONSUMER, BATCH)
            if events:
                await self._begin(tx, events)
        return len(events)

    async def _begin(self, tx: Transaction, events: Sequence[Event]) -> None:
        automations = [a for a in await self._rows.all(tx) if a.listens]
        if not automations:
            return
        schema = await self._schema.in_transaction(tx)
        causes = [event.cause for event in events if event.cause is not None]
        depths = await self._runs.depths(tx, causes)
        by_project: dict[int, list[Event]] = defaultdict(list)
        for event in events:
            by_project[event.project_id].append(event)
        runs: list[NewRun] = []
        seen = {id_: Occurrences(schema.projects[id_]) for id_ in by_project if id_ in schema.projects}
        for automation in automations:
            project = schema.projects.get(automation.project_id)
            if project is None or project.deleted:
                continue
            listener = self.listener(schema, project, automation)
            if listener is not None:
                runs += await self._runs_of(tx, schema, project, listener, by_project, depths, seen)
        await self._runs.add(tx, runs)

    def listener(self, schema: Schema, project: Project, automation: Automation) -> Listener | None:
        """The automation ready to listen; None where something that it names is gone."""
        known = self._listeners.get(automation.id)
        if known is not None and known[0] == automation and known[1] == schema.version:
            return known[2]
        try:
            trigger = self._types.trigger(automation.definition.trigger.type, schema)
            config = plugin_config(trigger, automation.definition.trigger.config, schema, project)
            made = Listener(automation, trigger, config, trigger.timing(config))
        except (SmaltError, ValueError) as error:
            _log.info("automation cannot listen", automation=automation.id, reason=str(error))
            made = None
        self._listeners[automation.id] = (automation, schema.version, made)
        return made

    async def _runs_of(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        listener: Listener,
        by_project: Mapping[int, Sequence[Event]],
        depths: Mapping[int, int],
        seen: Mapping[int, Occurrences],
    ) -> list[NewRun]:
        automation, now = listener.automation, self._clock.now()
        if isinstance(listener.timing, Matching):
            watch = Watch(tx, schema, project, automation, listener.timing, now)
            found = await watch.begun(by_project, depths)
        elif events := by_project.get(project.id):
            concerning = await self._concerning(listener, seen[project.id], events)
            found = [beginning_of(event, depths) for event in concerning]
            found += await self._late(tx, project, listener, seen[project.id], events, depths)
        else:
            return []
        if not found:
            return []
        return await self._beginnings.runs_of(tx, schema, project, automation, found, now)

    async def _late(
        self,
        tx: Transaction,
        project: Project,
        listener: Listener,
        occurrences: Occurrences,
        events: Sequence[Event],
        depths: Mapping[int, int],
    ) -> list[Beginning]:
        """Records that were given a date whose moment has passed; the clock finds only those to come."""
        timing, since = listener.timing, listener.automation.created_at
        if not isinstance(timing, Due) or timing.after != "field":
            return []
        dated = {
            event.record_id: event
            for event in events
            if event.record_id is not None
            and event.at >= since
            and occurrences.of(event).changed(timing.field) is not None
        }
        found = await late(tx, project, timing, sorted(dated), to_milliseconds(self._clock.now()))
        return [_caused_by(b, dated[b.record_id], depths) for b in found if b.record_id is not None]

    async def _concerning(
        self, listener: Listener, occurrences: Occurrences, events: Sequence[Event]
    ) -> Iterable[Event]:
        """The events that begin an automation; plugins from elsewhere are asked beside the event loop."""
        kinds = [event for event in events if event.kind in listener.trigger.kinds]
        if not kinds:
            return ()
        choose = partial(chosen, listener, occurrences, kinds, listener.automation.checked_at)
        if is_outside(listener.trigger):
            try:
                return await self._guard.in_thread(choose, limit=2 * self._guard.slow_call)
            except SmaltError:
                return ()
        return choose()


def chosen(listener: Listener, occurrences: Occurrences, events: Sequence[Event], since: int) -> list[Event]:
    """Those of some events, from a moment on, that begin an automation."""
    return [e for e in events if e.at >= since and listener.concerns(e, occurrences)]


def _caused_by(beginning: Beginning, event: Event, depths: Mapping[int, int]) -> Beginning:
    """The beginning as one that an event has brought."""
    cause = beginning_of(event, depths)
    return replace(beginning, event_id=cause.event_id, depth=cause.depth, caused=cause.caused)


def beginning_of(event: Event, depths: Mapping[int, int]) -> Beginning:
    """What an event begins, with the length of the chain that led to it."""
    caused = event.cause is not None
    depth = 0 if event.cause is None else depths.get(event.cause, 0) + 1
    return Beginning(event.record_id, event.kind, f"event:{event.id}", event.id, depth, caused)


async def evaluate_forever(evaluator: Evaluator, feed: EventFeed, wake: Callable[[], None]) -> None:
    """Evaluate as events come; `wake` is called when there may be runs to do."""
    while True:
        seen = feed.newest
        try:
            taken = await evaluator.step()
        except Exception as error:
            tell(_log, "evaluating events", error)
            await asyncio.sleep(1)
            continue
        if taken:
            wake()
        if taken < BATCH:
            await feed.wait(10, seen)
