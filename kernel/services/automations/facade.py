"""Everything about automations, put together for one kernel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kernel.plugin_manager import PluginManager
from kernel.services.automations.backtest import BacktestService
from kernel.services.automations.clockwork import DueAutomations
from kernel.services.automations.drawings import Drawer
from kernel.services.automations.evaluation import CONSUMER, Evaluator, evaluate_forever
from kernel.services.automations.execution import Executor
from kernel.services.automations.hooks import HookService
from kernel.services.automations.mailing import Mailer
from kernel.services.automations.people_effects import PeopleEffects
from kernel.services.automations.performing import Performing
from kernel.services.automations.planning import Planner
from kernel.services.automations.reading import Types
from kernel.services.automations.record_effects import RecordEffects
from kernel.services.automations.requesting import Requester
from kernel.services.automations.retention import RunRetention
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.run_views import RunService
from kernel.services.automations.service import AutomationService
from kernel.services.automations.steps import Steps
from kernel.services.automations.trial import TrialService
from kernel.services.automations.workers import Workers
from kernel.services.checklist_items import ChecklistItemService
from kernel.services.checklists import ChecklistService
from kernel.services.comments import CommentService
from kernel.services.dashboards.access import DashboardAccess
from kernel.services.dashboards.sheets import DashboardSheets
from kernel.services.entries import EntryService, ProjectParts
from kernel.services.events.feed import EventFeed
from kernel.services.files.service import FileService
from kernel.services.notice_mail import NoticeMail
from kernel.services.outgoing import Outgoing
from kernel.services.records import RecordService
from kernel.services.rounds import end
from kernel.services.timekeeping import Timekeeper
from kernel.settings import Settings


@dataclass(frozen=True)
class Neighbours:
    """The services that automations work through."""

    feed: EventFeed
    timekeeper: Timekeeper
    tags: EntryService
    outgoing: Outgoing
    records: RecordService
    comments: CommentService
    checklists: ChecklistService
    checklist_items: ChecklistItemService
    files: FileService
    boards: DashboardAccess
    sheets: DashboardSheets


class Automations:
    """Sets automations up (`service`), tells of their runs (`runs`), and carries them out."""

    def __init__(
        self, parts: ProjectParts, settings: Settings, registries: PluginManager, near: Neighbours
    ) -> None:
        database, schema, clock, guard = parts.database, parts.schema, parts.clock, registries.guard
        types = Types(registries.triggers, registries.actions)
        rows = AutomationRows(database, parts.rows)
        run_rows = RunRows(database, parts.rows, parts.ids, clock)
        self.service = AutomationService(
            parts, types, rows, run_rows, near.tags, near.outgoing.refuse_private
        )
        self.runs = RunService(parts, run_rows)
        effects = RecordEffects(near.records)
        people = PeopleEffects(
            near.records, effects, near.comments, near.checklists, near.checklist_items, parts.rows, parts.ids
        )
        mailer = Mailer(settings.smtp_url, settings.mail_from, clock, near.files)
        self._notices = NoticeMail(database, parts.rows, clock, mailer, settings.public_url)
        self.retention = RunRetention(database, parts.rows, clock, settings.run_days)
        requester = Requester(near.outgoing, clock)
        drawer = Drawer(database, near.boards, near.sheets)
        performing = Performing(effects, people, mailer, requester, guard, drawer)
        planner = Planner(types, guard)
        executor = Executor(
            database, schema, clock, rows, run_rows, Steps(run_rows, planner, performing), performing
        )
        self.trials = TrialService(database, schema, clock, rows, planner, performing)
        self._feed = near.feed
        self._evaluator = Evaluator(database, schema, clock, near.feed, types, rows, run_rows, guard)
        self._workers = Workers(database, clock, run_rows, executor)
        due = DueAutomations(database, schema, clock, rows, run_rows, self._evaluator, self._workers.wake)
        self.backtests = BacktestService(database, schema, clock, rows, self._evaluator, parts.rows, guard)
        self.hooks = HookService(parts, rows, run_rows, self._evaluator, self._workers.wake)
        self._on = settings.automations
        self._evaluating: asyncio.Task[None] | None = None
        if self._on:
            near.timekeeper.add(due)

    async def start(self) -> None:
        """Begin to listen and to work, unless another process is to do it."""
        await self._feed.register(CONSUMER)
        if self._on:
            await self._workers.start()
            await self._notices.start()
            await self.retention.start()
            watching = evaluate_forever(self._evaluator, self._feed, self._workers.wake)
            self._evaluating = asyncio.create_task(watching, name="smalt-automations")

    async def stop(self) -> None:
        """Stop in the middle; whoever starts next goes on."""
        if self._evaluating is not None:
            await end([self._evaluating])
            await self.retention.stop()
            await self._notices.stop()
            await self._workers.stop()
