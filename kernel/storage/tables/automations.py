"""Automations and what they do."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Automation(Table, tablename="smalt_automation", db=ENGINE):
    """What begins when, on which condition, and does what: `definition` is JSON.

    `checked_at` and `next_at` are for what begins at moments, `turn` for assigning by turns.
    """

    id = number(primary_key=True)
    project_id = number()
    name = text()
    enabled = Boolean(default=True)
    while_paused = text()
    definition = text()
    version = number()
    owner_id = number(null=True)
    hook = text(null=True)
    checked_at = number()
    next_at = number(null=True)
    turn = BigInt(default=0)
    secret = Text(default="")
    created_at = number()
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class AutomationVersion(Table, tablename="smalt_automation_version", db=ENGINE):
    """An automation as somebody has saved it."""

    automation_id = number(primary_key=True)
    version = number()
    at = number()
    by_id = number(null=True)
    definition = text()


class AutomationMatch(Table, tablename="smalt_automation_match", db=ENGINE):
    """A record that met the filter of an automation when it was last looked at."""

    automation_id = number(primary_key=True)
    record_id = number()


class Run(Table, tablename="smalt_run", db=ENGINE):
    """One time that an automation begins. `moment` tells what it began with, so that it does so once."""

    id = number(primary_key=True)
    automation_id = number()
    project_id = number()
    record_id = number(null=True)
    event = text()
    event_id = number(null=True)
    moment = text()
    status = text()
    held = Boolean(default=False)
    reason = text(null=True)
    steps = text(null=True)
    payload = text(null=True)
    version = number(null=True)
    depth = BigInt(default=0)
    due_at = number()
    lease_owner = text(null=True)
    lease_until = BigInt(default=0)
    created_at = number()
    started_at = number(null=True)
    finished_at = number(null=True)


TABLES: tuple[type[Table], ...] = (Automation, AutomationVersion, AutomationMatch, Run)
