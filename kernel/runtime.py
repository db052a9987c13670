"""The object that everything hangs on. It wires; it has no verbs but start and stop."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from kernel.access.actor import Actor
from kernel.access.authenticator import Authenticator
from kernel.access.claims import Claims
from kernel.access.last_use import LastUse
from kernel.access.passwords import Passwords
from kernel.access.throttle import Throttle
from kernel.clock import Clock, OffsetClock, SystemClock
from kernel.containment import PluginGuard
from kernel.errors import UnavailableError
from kernel.fields import Derivation
from kernel.ids import IdGenerator
from kernel.plugin_manager import PluginManager
from kernel.plugin_sources import Found
from kernel.queries.check import check_derivation
from kernel.schema import Project, Schema
from kernel.services.archives.facade import Archives
from kernel.services.automations.facade import Automations, Neighbours
from kernel.services.backups.service import Backups
from kernel.services.blueprints.wiring import blueprints
from kernel.services.bulk.model import KIND as BULK
from kernel.services.bulk.service import BulkService
from kernel.services.bulk.work import BulkWork
from kernel.services.changes import ChangeLog
from kernel.services.checklist_items import ChecklistItemService
from kernel.services.checklists import ChecklistService
from kernel.services.comments import CommentService
from kernel.services.conversions import Conversions
from kernel.services.currency_rates import CurrencyRateService
from kernel.services.dashboards.facade import Dashboards
from kernel.services.dashboards.sheets import DashboardSheets
from kernel.services.displays import DisplayService
from kernel.services.entries import ProjectParts
from kernel.services.events.facade import Events
from kernel.services.events.feed import EventFeed
from kernel.services.explanations import Explanations
from kernel.services.exports.files import ExportFiles
from kernel.services.exports.model import KIND as EXPORT
from kernel.services.exports.service import ExportService
from kernel.services.exports.work import ExportWork
from kernel.services.field_checks import FieldChecks
from kernel.services.field_kinds import FieldKinds
from kernel.services.fields import FieldService
from kernel.services.files.wiring import Files
from kernel.services.forms.facade import Forms
from kernel.services.history import HistoryService
from kernel.services.imports.looking import Looker
from kernel.services.imports.made import MadeThings
from kernel.services.imports.missing import MissingThings
from kernel.services.imports.model import KIND as IMPORT
from kernel.services.imports.parts import PartWriter
from kernel.services.imports.service import ImportService
from kernel.services.imports.session import Sessions
from kernel.services.imports.undo import Undo
from kernel.services.imports.uploads import Uploads
from kernel.services.imports.work import ImportWork
from kernel.services.invitations import InvitationService
from kernel.services.job_rows import JobRows
from kernel.services.jobs import JobHandler, JobRunner
from kernel.services.lists import ListService
from kernel.services.members import MemberService
from kernel.services.mentions import Mentions
from kernel.services.notices import NoticeService
from kernel.services.outgoing import Outgoing
from kernel.services.parsing_ahead import ParsingAhead
from kernel.services.planning import Planning
from kernel.services.plugins import PluginService
from kernel.services.presses import PressService
from kernel.services.projects import ProjectService
from kernel.services.record_batch import RecordBatch
from kernel.services.record_dependencies import DependencyService
from kernel.services.record_parts import RecordParts
from kernel.services.record_past import RecordPast
from kernel.services.record_reader import RecordReader
from kernel.services.record_relations import LinkReader
from kernel.services.record_writer import RecordWriter
from kernel.services.records import RecordService
from kernel.services.renaming import Renaming
from kernel.services.reverts import RevertService
from kernel.services.roles import RoleService
from kernel.services.search import SearchService
from kernel.services.search_indexing import SearchIndexing
from kernel.services.sessions import SessionService
from kernel.services.sweeping import Sweeping
from kernel.services.tags import TagService
from kernel.services.templates import TemplateService
from kernel.services.timekeeping import Timekeeper
from kernel.services.tokens import TokenService
from kernel.services.trash import TrashService
from kernel.services.trash_emptying import TrashEmptying
from kernel.services.users import UserService
from kernel.services.views import ViewService
from kernel.services.webhooks.facade import Webhooks
from kernel.settings import Settings
from kernel.storage.attempts import Attempts
from kernel.storage.connect import open_database
from kernel.storage.event_order import event_order
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.options import StorageOptions
from kernel.storage.schema_cache import SchemaCache
from kernel.storage.state import take_node
from kernel.translations import OWN, Translations


class Kernel:
    """One server's worth of Smalt. `registries` holds what the plugins brought."""

    def __init__(self, settings: Settings, registries: PluginManager, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.registries = registries
        self.ids = IdGenerator(0, clock)
        self.claims = Claims(clock)
        self.attempts = Attempts()
        database = open_database(settings.database_url, storage_options(settings))
        self.database = self.claims.around(self.attempts.around(database))
        self.rows = KernelRows(self.database.dialect)
        self.schema = SchemaCache(self.database, registries.field_types.get, registries.guard.follow)
        order = event_order(settings.database_url, self.database)
        self.feed = EventFeed(self.database, self.rows, clock, order)
        self.log = ChangeLog(self.ids, clock, self.rows, self.feed.stir)
        self._work: dict[str, JobHandler] = {}
        self.translations = Translations(OWN, registries.translations.enabled().values())
        self._wire_access()
        self._wire_projects()
        self._wire_records()
        self._wire_collaboration()
        self._wire_imports()
        self._wire_exports()
        self._wire_bulk()
        self._wire_backups()
        self.outgoing = Outgoing(settings.allow_private_addresses)
        self.webhooks = Webhooks(self._parts, self.feed, self.outgoing)
        self._wire_automations()
        self._wire_templates()
        self._wire_blueprints()

    def _wire_access(self) -> None:
        database, rows, ids, clock = self.database, self.rows, self.ids, self.clock
        passwords = Passwords()
        self.timekeeper = Timekeeper()
        self.last_use = LastUse(database, clock)
        self.timekeeper.add(self.last_use)
        self.authenticator = Authenticator(database, clock, self.last_use)
        self.users = UserService(database, rows, ids, clock, passwords)
        self.tokens = TokenService(database, rows, ids, clock, self.users)
        throttle = Throttle(database, clock)
        self.sessions = SessionService(database, rows, ids, clock, passwords, throttle, self.users)
        self.members = MemberService(database, rows, clock, self.schema, self.users)
        self.invitations = InvitationService(
            database, rows, ids, clock, self.schema, self.users, self.members, passwords
        )
        self.roles = RoleService(database, rows, ids, clock, self.schema)
        self.plugins = PluginService(database, rows, ids, clock, self.schema, self.registries)

    def _wire_records(self) -> None:
        reader = RecordReader(self.database, self.schema, self.clock)
        writer = RecordWriter(self.ids, self.clock, self.log)
        ahead = ParsingAhead(reader, self.registries.guard)
        self.records = RecordService(self.database, self.schema, self.clock, reader, writer, ahead)
        self.record_batch = RecordBatch(self.records, self.ids)
        self.presses = PressService(self.records, self.log)
        self.currency_rates = CurrencyRateService(self.database, self.rows, self.clock)
        self.relations = LinkReader(self.database, self.schema, self.clock, reader)
        self.dashboards = Dashboards(
            self._parts,
            self.registries.chart_types,
            self.registries.guard,
            reader,
            self.users,
            self.translations,
        )
        self.sheets = DashboardSheets(self.dashboards, self.clock, self.translations)
        self.events = Events(
            self.database, self.schema, self.rows, self.clock, self.feed, self.authenticator,
            self.dashboards.watch, self.settings.event_days,
        )  # fmt: skip
        self.history = HistoryService(self.database, self.schema, self.clock, reader)
        self.forms = Forms(self._parts, self.settings, self.records, self.files)

    def _wire_collaboration(self) -> None:
        parts, records = self._parts, self.records
        self.comments = CommentService(RecordParts(parts, records, "comments"), Mentions(self.database))
        checklists = RecordParts(parts, records, "checklists")
        self.checklists = ChecklistService(checklists)
        self.checklist_items = ChecklistItemService(checklists)
        self.dependencies = DependencyService(RecordParts(parts, records, "dependencies"))
        self.planning = Planning(parts, records, self.users, self.timekeeper)
        self.trash = TrashService(parts, self.settings.trash_days)
        self.trash_emptying = TrashEmptying(parts, self.settings.trash_days)
        self.reverts = RevertService(self.database, self.rows, records, self.ids)
        self.search = SearchService(self.database, self.clock, records.reader)
        self.past = RecordPast(self.schema, records.reader)
        self.explanations = Explanations(self.database, self.schema, self.clock)
        self.displays = DisplayService(self.schema, self.database.dialect, self.clock, self.translations)
        self.notices = NoticeService(self.database, self.rows, self.clock)

    def _wire_projects(self) -> None:
        parts = ProjectParts(self.database, self.schema, self.ids, self.clock, self.rows, self.log)
        self._parts = parts
        self.files = Files(parts, self.settings)
        checks = FieldChecks(self._check_derivation)
        conversions = Conversions(self.database.dialect, self.ids, self.log, self.clock)
        self.projects = ProjectService(parts)
        self.lists = ListService(parts)
        self.tags = TagService(parts)
        self.views = ViewService(parts)
        self.log.listen(Renaming(parts))
        self.search_indexing = SearchIndexing(parts)
        self.fields = FieldService(parts, self.registries.field_types, checks, conversions)
        self.field_kinds = FieldKinds(self.database, self.schema, self.clock)

    def _check_derivation(
        self, schema: Schema, project: Project, derivation: Derivation, actor: Actor
    ) -> None:
        check_derivation(schema, project, derivation, actor, self.database.dialect, self.clock.now())

    def _wire_automations(self) -> None:
        near = Neighbours(
            self.feed, self.timekeeper, self.tags, self.outgoing, self.records, self.comments,
            self.checklists, self.checklist_items, self.files, self.dashboards.access, self.sheets,
        )  # fmt: skip
        self.automations = Automations(self._parts, self.settings, self.registries, near)

    def _wire_imports(self) -> None:
        uploads = Uploads(self.settings.data_dir / "uploads", self.settings.max_upload_size)
        types, importers = self.registries.field_types, self.registries.importers
        sessions = Sessions(self.database, self.schema, self.clock, types, importers)
        missing = MissingThings(self.lists, self.tags, self.fields)
        made = MadeThings(self.database, self.schema, self.fields, self.lists, self.tags)
        undo = Undo(self.records, made)
        work = ImportWork(
            self.database,
            uploads,
            sessions,
            self.records,
            missing,
            self.rows,
            undo,
            PartWriter(self.ids, self.rows, self.log),
        )
        self._work[IMPORT] = work
        self.jobs = JobRunner(self.database, self.clock, self._work)
        looker = Looker(sessions, uploads, self.settings.import_preview_seconds)
        self.imports = ImportService(sessions, uploads, looker, self.fields, self.ids, self.jobs.wake)

    def _wire_exports(self) -> None:
        files = ExportFiles(self.settings.data_dir / "exports")
        reader, views = self.records.reader, self.views
        self._work[EXPORT] = ExportWork(self.database, self.schema, reader, files)
        rows = JobRows(self.database, self.clock)
        self.exports = ExportService(reader, views, self.schema, files, self.ids, rows, self.jobs.wake)

    def _wire_bulk(self) -> None:
        jobs = JobRows(self.database, self.clock)
        self._work[BULK] = BulkWork(self.database, self.records)
        self.bulk = BulkService(self.records, self.views, self.schema, self.ids, jobs, self.jobs.wake)

    def _wire_backups(self) -> None:
        url, types = self.settings.database_url, self.registries.field_types.get
        database, rows, schema = self.database, self.rows, self.schema
        self.backups = Backups(database, url, rows, schema, self.files.store, self.clock, types)
        wake, progress = self.jobs.wake, self.events.progress
        self.archives = Archives(self._parts, self.settings, self.files, types, wake, progress)
        self._work.update(self.archives.handlers)
        self.sweeping = Sweeping([self.imports, self.exports, self.archives])

    def _wire_templates(self) -> None:
        templates = self.registries.templates
        self.templates = TemplateService(
            self._parts,
            templates,
            self.projects,
            self.lists,
            self.tags,
            self.fields,
            self.records,
            self.dashboards,
            self.automations.service,
        )

    def _wire_blueprints(self) -> None:
        self.blueprints = blueprints(
            self.projects, self.lists, self.tags, self.fields, self.roles, self.views,
            self.automations.service, self.forms.service, self.dashboards,
        )  # fmt: skip

    async def start(self) -> None:
        """Open the database, bring it up to date, take a node number for identifiers."""
        await self.database.start()
        self.ids.settle(await take_node(self.database))
        await self.claims.sweep()
        await self.schema.current()
        self.plugins.watch()
        await self.events.start()
        await self.webhooks.start()
        await self.jobs.start()
        await self.trash_emptying.start()
        await self.automations.start()
        await self.timekeeper.start()
        await self.search_indexing.start()
        await self.files.removal.start()
        await self.sweeping.start()

    async def stop(self) -> None:
        """Finish what is running and close the database."""
        await self.sweeping.stop()
        await self.files.removal.stop()
        await self.search_indexing.stop()
        await self.timekeeper.stop()
        with suppress(UnavailableError):
            await self.last_use.write()
        await self.automations.stop()
        await self.trash_emptying.stop()
        await self.jobs.stop()
        await self.webhooks.stop()
        await self.outgoing.close()
        await self.events.stop()
        await self.dashboards.stop()
        await self.plugins.unwatch()
        await self.database.stop()


def create_kernel(settings: Settings, plugins: Iterable[Found] | None = None) -> Kernel:
    """A kernel with these plugins, or with all that this Python environment has. Not started yet."""
    guard = PluginGuard(settings.plugin_slow_call, settings.plugin_fault_limit)
    registries = PluginManager(guard, settings.blocked_plugins).load(plugins)
    moved = settings.clock_offset
    clock = OffsetClock(timedelta(seconds=moved)) if moved else SystemClock()
    return Kernel(settings, registries, clock)


def storage_options(settings: Settings) -> StorageOptions:
    """The part of the settings that is about storage."""
    return StorageOptions(
        readers=settings.sqlite_readers,
        synchronous=settings.sqlite_synchronous,
        read_seconds=settings.read_seconds,
        write_seconds=settings.write_seconds,
        busy_seconds=settings.busy_seconds,
        pool_minimum=settings.postgres_pool_minimum,
        pool_maximum=settings.postgres_pool_maximum,
    )
