"""The kernel's own tables, as Piccolo sees them.

Times are whole milliseconds since 1970 in UTC, JSON is text, identifiers come from
`kernel.ids`. Queries on these tables are handed to a database's `select` or a transaction's
`run`. The tables themselves are made by `kernel.storage.migrations`: a test keeps both in step.
Where the primary key has several columns, the first stands here as the key.
"""

from __future__ import annotations

from piccolo.table import Table

from kernel.storage.tables.automations import TABLES as AUTOMATIONS
from kernel.storage.tables.collaboration import TABLES as COLLABORATION
from kernel.storage.tables.dashboards import TABLES as DASHBOARDS
from kernel.storage.tables.files import TABLES as FILES
from kernel.storage.tables.forms import TABLES as FORMS
from kernel.storage.tables.history import TABLES as HISTORY
from kernel.storage.tables.people import TABLES as PEOPLE
from kernel.storage.tables.planning import TABLES as PLANNING
from kernel.storage.tables.records import TABLES as RECORDS
from kernel.storage.tables.schema import TABLES as SCHEMA
from kernel.storage.tables.views import TABLES as VIEWS
from kernel.storage.tables.webhooks import TABLES as WEBHOOKS
from kernel.storage.tables.work import TABLES as WORK

TABLES: tuple[type[Table], ...] = (
    *SCHEMA,
    *PEOPLE,
    *RECORDS,
    *COLLABORATION,
    *PLANNING,
    *FILES,
    *HISTORY,
    *AUTOMATIONS,
    *WORK,
    *DASHBOARDS,
    *VIEWS,
    *WEBHOOKS,
    *FORMS,
)
"""All tables of the kernel."""
