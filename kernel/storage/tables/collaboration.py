"""What people do on a record together."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Comment(Table, tablename="smalt_comment", db=ENGINE):
    """What somebody wrote on a record, in Markdown."""

    id = number(primary_key=True)
    project_id = number()
    record_id = number()
    body = text()
    created_at = number()
    created_by = number(null=True)
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class Checklist(Table, tablename="smalt_checklist", db=ENGINE):
    id = number(primary_key=True)
    project_id = number()
    record_id = number()
    name = text()
    position = BigInt(default=0)
    created_at = number()
    created_by = number(null=True)
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class ChecklistItem(Table, tablename="smalt_checklist_item", db=ENGINE):
    id = number(primary_key=True)
    project_id = number()
    record_id = number()
    checklist_id = number()
    title = text()
    done = Boolean(default=False)
    done_at = number(null=True)
    done_by = number(null=True)
    assignee_id = number(null=True)
    due_at = number(null=True)
    position = BigInt(default=0)
    created_at = number()
    created_by = number(null=True)
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class Dependency(Table, tablename="smalt_dependency", db=ENGINE):
    """The record `blocked_id` waits for the record `blocker_id`."""

    blocker_id = number(primary_key=True)
    blocked_id = number()
    blocker_project = number()
    blocked_project = number()
    created_at = number()
    created_by = number(null=True)


TABLES: tuple[type[Table], ...] = (Comment, Checklist, ChecklistItem, Dependency)
