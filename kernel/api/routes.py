"""Every controller of the API."""

from __future__ import annotations

from typing import Final

from litestar import Controller

from kernel.api.controllers.archives import ArchivesController
from kernel.api.controllers.automations import AutomationsController, RunsController
from kernel.api.controllers.blueprints import BlueprintsController
from kernel.api.controllers.bulk import BulkController
from kernel.api.controllers.catalogues import CataloguesController
from kernel.api.controllers.charts import ChartsController
from kernel.api.controllers.checklists import ChecklistItemsController, ChecklistsController
from kernel.api.controllers.comments import CommentsController, NotificationsController
from kernel.api.controllers.currency_rates import CurrencyRatesController
from kernel.api.controllers.dashboards import DashboardMembersController, DashboardsController
from kernel.api.controllers.dependencies import DependenciesController
from kernel.api.controllers.events import EventsController
from kernel.api.controllers.exports import ExportsController
from kernel.api.controllers.fields import FieldsController
from kernel.api.controllers.figures import FiguresController
from kernel.api.controllers.files import FilesController
from kernel.api.controllers.form_pages import FormPagesController
from kernel.api.controllers.forms import FormsController, PublicFormsController
from kernel.api.controllers.health import HealthController
from kernel.api.controllers.hooks import HooksController, OutsideHooksController
from kernel.api.controllers.imports import ImportsController
from kernel.api.controllers.invitations import InvitationsController, ProjectInvitationsController
from kernel.api.controllers.lists import ListsController
from kernel.api.controllers.members import MembersController, RolesController
from kernel.api.controllers.openapi import OpenApiController
from kernel.api.controllers.planning import FollowersController, RemindersController, RepeatController
from kernel.api.controllers.plugins import PluginsController
from kernel.api.controllers.projects import ProjectsController
from kernel.api.controllers.record_relations import (
    CandidatesController,
    ProjectHistoryController,
    RecordRelationsController,
)
from kernel.api.controllers.records import RecordsController
from kernel.api.controllers.reverts import RevertsController
from kernel.api.controllers.search import SearchController
from kernel.api.controllers.session import MeController, SessionController
from kernel.api.controllers.sheets import SheetsController
from kernel.api.controllers.tags import TagsController
from kernel.api.controllers.templates import TemplatesController
from kernel.api.controllers.trash import TrashController
from kernel.api.controllers.user_sessions import UserSessionsController
from kernel.api.controllers.users import TokensController, UsersController
from kernel.api.controllers.views import ViewsController
from kernel.api.controllers.webhooks import WebhooksController
from kernel.api.pages import PagesController

CONTROLLERS: Final[tuple[type[Controller], ...]] = (
    SessionController,
    MeController,
    UsersController,
    TokensController,
    UserSessionsController,
    InvitationsController,
    ProjectInvitationsController,
    PluginsController,
    CataloguesController,
    MembersController,
    RolesController,
    ProjectsController,
    ListsController,
    TagsController,
    FieldsController,
    RecordsController,
    BulkController,
    RecordRelationsController,
    CandidatesController,
    ProjectHistoryController,
    CommentsController,
    NotificationsController,
    ChecklistsController,
    ChecklistItemsController,
    DependenciesController,
    ViewsController,
    FollowersController,
    RemindersController,
    RepeatController,
    SearchController,
    FilesController,
    AutomationsController,
    RunsController,
    HooksController,
    TrashController,
    RevertsController,
    ImportsController,
    ExportsController,
    ArchivesController,
    TemplatesController,
    BlueprintsController,
    DashboardsController,
    DashboardMembersController,
    ChartsController,
    FiguresController,
    SheetsController,
    CurrencyRatesController,
    EventsController,
    WebhooksController,
    FormsController,
    PublicFormsController,
)
"""Below the base of the API."""

OUTSIDE: Final[tuple[type[Controller], ...]] = (
    HealthController,
    OpenApiController,
    OutsideHooksController,
    FormPagesController,
    PagesController,
)
"""Outside the base."""
