"""From an action of a run to its effects: facts read, the plugin asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from kernel.automations import Action, Facts
from kernel.containment import PluginGuard
from kernel.effects import Effect
from kernel.enclosure import is_outside
from kernel.errors import InvalidInputError, NotFoundError, PluginError
from kernel.queries.cache import QueryCache
from kernel.queries.facts import FactQuery, Question, fact_query
from kernel.services.automations.asking import Asked, Frame, Known, asked_by, facts_of, people_in
from kernel.services.automations.model import Step
from kernel.services.automations.people import find_people
from kernel.services.automations.reading import Types, plugin_config
from kernel.services.automations.stage import Stage

GONE = "The record is gone, or whoever owns the automation may not see it."


class Planner:
    """Asks actions what is to be done."""

    def __init__(self, types: Types, guard: PluginGuard) -> None:
        self._types = types
        self._guard = guard
        self._queries = QueryCache()

    async def plan(self, stage: Stage, step: Step, key: str, payload: Any) -> Sequence[Effect]:
        """The effects of one action, at most one of them outside.

        Raises NotFoundError where the record is gone, InvalidInputError, BrokenSourceError and
        PluginError for what cannot be done.
        """
        item = self._types.action(step.type, stage.schema)
        if item.needs_record and stage.record_id is None:
            raise InvalidInputError("This action needs a record, and the automation ran for none.")
        config = plugin_config(item, step.config, stage.schema, stage.project)
        asked = asked_by(step.config, item.config_type)
        facts = await self._facts(stage, asked, key, payload)
        effects = await self._ask(item, config, facts)
        if sum(effect.outside for effect in effects) > 1:
            raise PluginError(f"The action '{step.type}' has more than one effect outside Smalt.")
        return effects

    async def _ask(self, item: Action[Any], config: Any, facts: Facts) -> Sequence[Effect]:
        if is_outside(item):
            limit = 2 * self._guard.slow_call
            return await self._guard.in_thread(partial(item.plan, config, facts), limit=limit)
        return item.plan(config, facts)

    async def _facts(self, stage: Stage, asked: Asked, key: str, payload: Any) -> Facts:
        known, record = await self._known(stage, list(asked.questions()))
        people = await find_people(stage.tx, people_in(asked, known, payload))
        frame = Frame(key, stage.now, stage.project.time_zone, record, payload)
        return facts_of(asked, known, people, frame)

    async def _known(self, stage: Stage, questions: list[Question]) -> tuple[Known, Any]:
        if stage.record_id is None:
            return {}, None
        query = self._query(stage, questions)
        rows = await stage.tx.fetch(*query.of(stage.record_id))
        if not rows:
            raise NotFoundError(GONE)
        record = {**query.record(rows[0]), "project_id": str(stage.project.id)}
        return query.answers(rows[0]), record

    def _query(self, stage: Stage, questions: list[Question]) -> FactQuery:
        key = ("facts", stage.schema.version, stage.actor.rights_key, stage.project.id, tuple(questions))

        def build() -> FactQuery:
            dialect = stage.tx.dialect
            return fact_query(stage.schema, stage.actor, stage.project, questions, dialect, stage.now)

        return self._queries.get(key, build)
