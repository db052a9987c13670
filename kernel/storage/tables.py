"""The kernel's own tables, as Piccolo sees them.

Times are whole milliseconds since 1970 in UTC, JSON is text, identifiers come from
`kernel.ids`. Queries on these tables are handed to a database's `select` or a transaction's
`run`. The tables themselves are made by `kernel.storage.migrations`: a test keeps both in step.
Where the primary key has several columns, the first stands here as the key.
"""

from __future__ import annotations

from typing import Any

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE


class KernelTable(Table):
    """A table whose queries run on whatever connection they are handed to."""

    def __init_subclass__(cls, tablename: str | None = None, **settings: Any) -> None:
        super().__init_subclass__(tablename=tablename, db=ENGINE, **settings)


def _number(null: bool = False, primary_key: bool = False) -> BigInt:
    return BigInt(default=None, null=null, primary_key=primary_key)


def _text(null: bool = False, primary_key: bool = False) -> Text:
    return Text(default=None, null=null, primary_key=primary_key)


class State(KernelTable, tablename="smalt_state"):
    """Counters that all processes share: `schema`, `access` and `node`."""

    name = _text(primary_key=True)
    value = BigInt(default=0)


class Project(KernelTable, tablename="smalt_project"):
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


class List(KernelTable, tablename="smalt_list"):
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


class Tag(KernelTable, tablename="smalt_tag"):
    id = _number(primary_key=True)
    project_id = _number()
    name = _text()
    color = _text(null=True)
    position = BigInt(default=0)
    created_at = _number()
    updated_at = _number(null=True)
    deleted_at = _number(null=True)
    deleted_by = _number(null=True)


class Field(KernelTable, tablename="smalt_field"):
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


class User(KernelTable, tablename="smalt_user"):
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


class Token(KernelTable, tablename="smalt_token"):
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


class Session(KernelTable, tablename="smalt_session"):
    """A signed-in browser, known by the hash of its cookie."""

    id = _number(primary_key=True)
    user_id = _number()
    hash = _text()
    csrf = _text()
    created_at = _number()
    last_used_at = _number(null=True)
    expires_at = _number()


class Member(KernelTable, tablename="smalt_member"):
    """Who belongs to a project: with a built-in `role`, or the custom one of `role_id`."""

    project_id = _number(primary_key=True)
    user_id = _number()
    role = _text(null=True)
    role_id = _number(null=True)
    created_at = _number(null=True)


class Role(KernelTable, tablename="smalt_role"):
    id = _number(primary_key=True)
    project_id = _number()
    name = _text()
    fields = _text()
    scope = _text(null=True)
    can = _text()
    created_at = _number(null=True)
    updated_at = _number(null=True)


class Link(KernelTable, tablename="smalt_link"):
    """Many-valued fields of all projects: record `source_id` holds `target_id` under `field_id`."""

    field_id = _number(primary_key=True)
    source_id = _number()
    target_id = _number()
    position = BigInt(default=0)


class History(KernelTable, tablename="smalt_history"):
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


class Outbox(KernelTable, tablename="smalt_outbox"):
    """Events for whatever reacts; the id is that of the history row."""

    id = _number(primary_key=True)
    at = _number()
    project_id = _number()
    record_id = _number(null=True)
    kind = _text()
    version = _number(null=True)


class ListStay(KernelTable, tablename="smalt_list_stay"):
    """How long a record was in a list."""

    id = _number(primary_key=True)
    record_id = _number()
    list_id = _number()
    entered_at = _number()
    left_at = _number(null=True)


class Idempotency(KernelTable, tablename="smalt_idempotency"):
    """The first answer to a request with an idempotency key; none while it runs."""

    user_id = _number(primary_key=True)
    key = _text()
    fingerprint = _text()
    answer = _text(null=True)
    created_at = _number()


class Plugin(KernelTable, tablename="smalt_plugin"):
    """What administrators or repeated faults have decided about a plugin."""

    name = _text(primary_key=True)
    enabled = Boolean(default=True)
    reason = _text(null=True)
    faults = BigInt(default=0)
    changed_at = _number()


class Notice(KernelTable, tablename="smalt_notice"):
    """A message to a user, or to all administrators when `user_id` is empty."""

    id = _number(primary_key=True)
    user_id = _number(null=True)
    text = _text()
    created_at = _number()
    read_at = _number(null=True)


class Job(KernelTable, tablename="smalt_job"):
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


class ImportFault(KernelTable, tablename="smalt_import_error"):
    """A row that an import refused: `faults` and `cells` are JSON."""

    job_id = _number(primary_key=True)
    row_number = _number()
    faults = _text()
    cells = _text()


class Batch(KernelTable, tablename="smalt_batch"):
    """Changes that belong together: an import, a bulk edit, the template that was applied."""

    id = _number(primary_key=True)
    kind = _text()
    project_id = _number(null=True)
    actor_id = _number(null=True)
    job_id = _number(null=True)
    at = _number()
    undone_at = _number(null=True)


TABLES: tuple[type[KernelTable], ...] = (
    State, Project, List, Tag, Field, User, Token, Session, Member, Role, Link, History, Outbox,
    ListStay, Idempotency, Plugin, Notice, Job, ImportFault, Batch,
)  # fmt: skip
"""All tables of the kernel."""
