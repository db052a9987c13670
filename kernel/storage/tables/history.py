"""What happened, and the events for whatever reacts."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class History(Table, tablename="smalt_history", db=ENGINE):
    """Every change. `record_id` is empty when the change is one of the project itself.

    `via_id` is the automation or form that made it, where one did.
    """

    id = number(primary_key=True)
    at = number()
    actor_id = number(null=True)
    via = text()
    project_id = number()
    record_id = number(null=True)
    kind = text()
    version = number(null=True)
    changes = text()
    batch_id = number(null=True)
    via_id = number(null=True)


class Outbox(Table, tablename="smalt_outbox", db=ENGINE):
    """Events for whatever reacts; the id is that of the history row.

    `seq` is the event's place in the feed. The engines give it; see `kernel.storage.event_order`.
    `cause` is the run of an automation that made the change.
    """

    seq = number(primary_key=True)
    id = number()
    at = number()
    project_id = number()
    record_id = number(null=True)
    kind = text()
    version = number(null=True)
    cause = number(null=True)


class Consumer(Table, tablename="smalt_consumer", db=ENGINE):
    """Whoever reads the feed: `position` is the `seq` of the last event that it has taken."""

    name = text(primary_key=True)
    position = BigInt(default=0)
    updated_at = number()


class Batch(Table, tablename="smalt_batch", db=ENGINE):
    """Changes that belong together: an import, a bulk edit, the template that was applied."""

    id = number(primary_key=True)
    kind = text()
    project_id = number(null=True)
    actor_id = number(null=True)
    job_id = number(null=True)
    at = number()
    undone_at = number(null=True)


TABLES: tuple[type[Table], ...] = (History, Outbox, Consumer, Batch)
