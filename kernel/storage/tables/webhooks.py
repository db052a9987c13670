"""Webhooks, and what is delivered to them."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Webhook(Table, tablename="smalt_webhook", db=ENGINE):
    """Where somebody wants events sent. `events` is JSON; events before `since` are not for it."""

    id = number(primary_key=True)
    owner_id = number()
    url = text()
    project_id = number(null=True)
    events = text()
    enabled = Boolean(default=True)
    secret = text()
    since = number()
    reason = text(null=True)
    created_at = number()
    updated_at = number()


class Delivery(Table, tablename="smalt_delivery", db=ENGINE):
    """An event on its way to a webhook; `event_id` is that of its history row, none for a ping."""

    id = number(primary_key=True)
    webhook_id = number()
    event_id = number(null=True)
    kind = text()
    status = text()
    attempts = BigInt(default=0)
    response_code = number(null=True)
    error = text(null=True)
    next_at = number()
    lease_until = BigInt(default=0)
    created_at = number()
    finished_at = number(null=True)
    failing_since = number(null=True)


TABLES: tuple[type[Table], ...] = (Webhook, Delivery)
