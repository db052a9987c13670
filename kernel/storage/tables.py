"""The kernel's own tables, as Piccolo sees them.

Times are whole milliseconds since 1970 in UTC, JSON is text, identifiers come from
`kernel.ids`. Queries on these tables are handed to a database's `select` or a transaction's
`run`. The tables themselves are made by `kernel.storage.migrations`: a test keeps both in step.
Where the primary key has several columns, the first stands here as the key.
"""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE


def _number(null: bool = False, primary_key: bool = False) -> BigInt:
    return BigInt(default=None, null=null, primary_key=primary_key)


def _text(null: bool = False, primary_key: bool = False) -> Text:
    return Text(default=None, null=null, primary_key=primary_key)


class State(Table, tablename="smalt_state", db=ENGINE):
    """Counters that all processes share: `schema`, `access` and `node`."""

    name = _text(primary_key=True)
    value = BigInt(default=0)


class Project(Table, tablename="smalt_project", db=ENGINE):
    id = _number(primary_key=True)
    name = _text()
    description = _text(null=True)
    default_fields = _text()
    time_zone = _text()
    currency = _text()
    created_at = _number()
    created_by = _number(null=True)
    updated_at = _number(null=True)
    updated_by = _number(null=True)
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class List(Table, tablename="smalt_list", db=ENGINE):
    """A step of a project's process."""

    id = _number(primary_key=True)
    project_id = _number()
    name = _text()
    color = _text(null=True)
    position = BigInt(default=0)
    created_at = _number()
    updated_at = _number(null=True)
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class Tag(Table, tablename="smalt_tag", db=ENGINE):
    id = _number(primary_key=True)
    project_id = _number()
    name = _text()
    color = _text(null=True)
    position = BigInt(default=0)
    created_at = _number()
    updated_at = _number(null=True)
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class Field(Table, tablename="smalt_field", db=ENGINE):
    """A custom field. `columns` is the JSON of its stored columns, see `schema_rows`."""

    id = _number(primary_key=True)
    project_id = _number()
    key = _text()
    name = _text()
    type = _text()
    config = _text()
    columns = Text(default="[]")
    required = Boolean(default=False)
    unique = Boolean(default=False)
    indexed = Boolean(default=False)
    description = _text(null=True)
    position = BigInt(default=0)
    created_at = _number()
    updated_at = _number(null=True)
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)
    default_value = _text(null=True)


class User(Table, tablename="smalt_user", db=ENGINE):
    """A person. `email` is stored in lower case."""

    id = _number(primary_key=True)
    email = _text()
    name = _text()
    password_hash = _text(null=True)
    admin = Boolean(default=False)
    active = Boolean(default=True)
    time_zone = _text(null=True)
    locale = _text(null=True)
    created_at = _number()
    updated_at = _number(null=True)


class Token(Table, tablename="smalt_token", db=ENGINE):
    """A personal token, known by its hash. `scopes` and `projects` are JSON lists of text."""

    id = _number(primary_key=True)
    user_id = _number()
    name = _text()
    hash = _text()
    scopes = _text()
    projects = _text(null=True)
    created_at = _number()
    last_used_at = _number(null=True)
    expires_at = _number(null=True)


class Session(Table, tablename="smalt_session", db=ENGINE):
    """A signed-in browser, known by the hash of its cookie."""

    id = _number(primary_key=True)
    user_id = _number()
    hash = _text()
    csrf = _text()
    created_at = _number()
    last_used_at = _number(null=True)
    expires_at = _number()


class Member(Table, tablename="smalt_member", db=ENGINE):
    """Who belongs to a project: with a built-in `role`, or the custom one of `role_id`."""

    project_id = _number(primary_key=True)
    user_id = _number()
    role = _text(null=True)
    role_id = _number(null=True)
    created_at = _number(null=True)


class Role(Table, tablename="smalt_role", db=ENGINE):
    id = _number(primary_key=True)
    project_id = _number()
    name = _text()
    fields = _text()
    scope = _text(null=True)
    can = _text()
    created_at = _number(null=True)
    updated_at = _number(null=True)


class Link(Table, tablename="smalt_link", db=ENGINE):
    """Many-valued fields of all projects: record `source_id` holds `target_id` under `field_id`."""

    field_id = _number(primary_key=True)
    source_id = _number()
    target_id = _number()
    position = BigInt(default=0)


class History(Table, tablename="smalt_history", db=ENGINE):
    """Every change. `record_id` is empty when the change is one of the project itself."""

    id = _number(primary_key=True)
    at = _number()
    actor_id = _number(null=True)
    via = _text()
    project_id = _number()
    record_id = _number(null=True)
    kind = _text()
    version = _number(null=True)
    changes = _text()
    batch_id = _number(null=True)


class Outbox(Table, tablename="smalt_outbox", db=ENGINE):
    """Events for whatever reacts; the id is that of the history row."""

    id = _number(primary_key=True)
    at = _number()
    project_id = _number()
    record_id = _number(null=True)
    kind = _text()
    version = _number(null=True)


class ListStay(Table, tablename="smalt_list_stay", db=ENGINE):
    """How long a record was in a list."""

    id = _number(primary_key=True)
    record_id = _number()
    list_id = _number()
    entered_at = _number()
    left_at = _number(null=True)


class Idempotency(Table, tablename="smalt_idempotency", db=ENGINE):
    """The first answer to a request with an idempotency key; none while it runs."""

    user_id = _number(primary_key=True)
    key = _text()
    fingerprint = _text()
    answer = _text(null=True)
    created_at = _number()


class Plugin(Table, tablename="smalt_plugin", db=ENGINE):
    """What administrators or repeated faults have decided about a plugin."""

    name = _text(primary_key=True)
    enabled = Boolean(default=True)
    reason = _text(null=True)
    faults = BigInt(default=0)
    changed_at = _number()


class Notice(Table, tablename="smalt_notice", db=ENGINE):
    """A message to a user, or to all administrators when `user_id` is empty."""

    id = _number(primary_key=True)
    user_id = _number(null=True)
    text = _text()
    created_at = _number()
    read_at = _number(null=True)
    project_id = _number(null=True)
    record_id = _number(null=True)


class Job(Table, tablename="smalt_job", db=ENGINE):
    """Work in the background. A process that takes it holds a lease until `lease_until`."""

    id = _number(primary_key=True)
    kind = _text()
    project_id = _number(null=True)
    actor_id = _number(null=True)
    status = _text()
    state = Text(default="{}")
    rows_done = BigInt(default=0)
    rows_total = _number(null=True)
    error = _text(null=True)
    lease_owner = _text(null=True)
    lease_until = _number(null=True)
    created_at = _number()
    updated_at = _number(null=True)
    started_at = _number(null=True)
    finished_at = _number(null=True)


class ImportFault(Table, tablename="smalt_import_error", db=ENGINE):
    """A row that an import refused: `faults` and `cells` are JSON."""

    job_id = _number(primary_key=True)
    row_number = _number()
    faults = _text()
    cells = _text()


class ImportLink(Table, tablename="smalt_import_link", db=ENGINE):
    """What a record that an import has made still refers to, among the rows of the same file."""

    job_id = _number(primary_key=True)
    row_number = _number()
    column_index = _number()
    record_id = _number()
    wanted = _text()


class Batch(Table, tablename="smalt_batch", db=ENGINE):
    """Changes that belong together: an import, a bulk edit, the template that was applied."""

    id = _number(primary_key=True)
    kind = _text()
    project_id = _number(null=True)
    actor_id = _number(null=True)
    job_id = _number(null=True)
    at = _number()
    undone_at = _number(null=True)


class Comment(Table, tablename="smalt_comment", db=ENGINE):
    """What somebody wrote on a record, in Markdown."""

    id = _number(primary_key=True)
    project_id = _number()
    record_id = _number()
    body = _text()
    created_at = _number()
    created_by = _number(null=True)
    updated_at = _number()
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class Checklist(Table, tablename="smalt_checklist", db=ENGINE):
    id = _number(primary_key=True)
    project_id = _number()
    record_id = _number()
    name = _text()
    position = BigInt(default=0)
    created_at = _number()
    created_by = _number(null=True)
    updated_at = _number()
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class ChecklistItem(Table, tablename="smalt_checklist_item", db=ENGINE):
    id = _number(primary_key=True)
    project_id = _number()
    record_id = _number()
    checklist_id = _number()
    title = _text()
    done = Boolean(default=False)
    done_at = _number(null=True)
    done_by = _number(null=True)
    assignee_id = _number(null=True)
    due_at = _number(null=True)
    position = BigInt(default=0)
    created_at = _number()
    created_by = _number(null=True)
    updated_at = _number()
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class Dependency(Table, tablename="smalt_dependency", db=ENGINE):
    """The record `blocked_id` waits for the record `blocker_id`."""

    blocker_id = _number(primary_key=True)
    blocked_id = _number()
    blocker_project = _number()
    blocked_project = _number()
    created_at = _number()
    created_by = _number(null=True)


class Sequence(Table, tablename="smalt_sequence", db=ENGINE):
    """The last number that a field has given to a record."""

    field_id = _number(primary_key=True)
    value = BigInt(default=0)


class CurrencyRate(Table, tablename="smalt_currency_rate", db=ENGINE):
    """One `source` costs `rate` (a decimal) `target` from the day `valid_from` (ISO 8601) on."""

    source = _text(primary_key=True)
    target = _text()
    valid_from = _text()
    rate = _text()
    updated_at = _number()
    updated_by = _number(null=True)


TABLES: tuple[type[Table], ...] = (
    State, Project, List, Tag, Field, User, Token, Session, Member, Role, Link, History, Outbox,
    ListStay, Idempotency, Plugin, Notice, Job, ImportFault, ImportLink, Batch,
    Comment, Checklist, ChecklistItem, Dependency,
    Sequence, CurrencyRate,
)  # fmt: skip
"""All tables of the kernel."""
