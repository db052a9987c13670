"""Requests, plugins and work in the background."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Idempotency(Table, tablename="smalt_idempotency", db=ENGINE):
    """The first answer to a request with an idempotency key; none while it runs."""

    user_id = number(primary_key=True)
    key = text()
    fingerprint = text()
    answer = text(null=True)
    created_at = number()


class Plugin(Table, tablename="smalt_plugin", db=ENGINE):
    """What administrators or repeated faults have decided about a plugin."""

    name = text(primary_key=True)
    enabled = Boolean(default=True)
    reason = text(null=True)
    faults = BigInt(default=0)
    changed_at = number()


class Job(Table, tablename="smalt_job", db=ENGINE):
    """Work in the background. A process that takes it holds a lease until `lease_until`."""

    id = number(primary_key=True)
    kind = text()
    project_id = number(null=True)
    actor_id = number(null=True)
    status = text()
    state = Text(default="{}")
    rows_done = BigInt(default=0)
    rows_total = number(null=True)
    error = text(null=True)
    lease_owner = text(null=True)
    lease_until = number(null=True)
    created_at = number()
    updated_at = number(null=True)
    started_at = number(null=True)
    finished_at = number(null=True)


class ImportFault(Table, tablename="smalt_import_error", db=ENGINE):
    """A row that an import refused: `faults` and `cells` are JSON."""

    job_id = number(primary_key=True)
    row_number = number()
    faults = text()
    cells = text()


class ImportLink(Table, tablename="smalt_import_link", db=ENGINE):
    """What a record that an import has made still refers to, among the rows of the same file."""

    job_id = number(primary_key=True)
    row_number = number()
    column_index = number()
    record_id = number()
    wanted = text()


TABLES: tuple[type[Table], ...] = (Idempotency, Plugin, Job, ImportFault, ImportLink)
