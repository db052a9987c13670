"""What is to happen with records in time, and who wants to hear of them."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Follower(Table, tablename="smalt_follower", db=ENGINE):
    """`user_id` is told of what others do to `record_id`."""

    record_id = number(primary_key=True)
    user_id = number()
    project_id = number()
    created_at = number()


class Reminder(Table, tablename="smalt_reminder", db=ENGINE):
    """`user_id` is told once, at `at` or some `seconds` before the date of the record that `before` names.

    `fires_at` follows from these; it is empty while there is no such date, or the record is away.
    """

    id = number(primary_key=True)
    project_id = number()
    record_id = number()
    user_id = number()
    at = number(null=True)
    before = text(null=True)
    seconds = BigInt(default=0)
    text = text(null=True)
    fires_at = number(null=True)
    fired_at = number(null=True)
    created_at = number()
    created_by = number(null=True)


class Repeat(Table, tablename="smalt_repeat", db=ENGINE):
    """By which rule (JSON) a record repeats. `successor_id` is the record that it has made, once."""

    record_id = number(primary_key=True)
    project_id = number()
    rule = text()
    next_at = number(null=True)
    successor_id = number(null=True)
    created_at = number()
    created_by = number(null=True)


TABLES: tuple[type[Table], ...] = (Follower, Reminder, Repeat)
