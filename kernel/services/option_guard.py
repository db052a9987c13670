"""Options that others have added a moment ago do not go because somebody left them out unknowingly.

A config is sent whole: who adds an option sends the others along. Who read them before another one came
would take that one away. `If-Match` tells the two apart; this is for clients that do not send it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import ConflictError, Fault
from kernel.services.conversion_run import Conversion
from kernel.services.field_config import AnyFieldType
from kernel.services.names import same_name
from kernel.storage.database import Transaction
from kernel.values import ID

MOMENT_MS: Final = 10 * 60 * 1000
"""Between reading a field and writing it a program takes less, and a page sends what it has read."""


async def check_left_out(
    tx: Transaction, actor: Actor, conversion: Conversion, named: Collection[str], now: datetime
) -> None:
    """Raise ConflictError when options would go that came in a moment ago and that `named` does not tell of.

    Somebody's own go when nothing but that is asked for: that cannot be a mistake.
    """
    names = {choice.id: choice.name for choice in conversion.old.type.choices(conversion.old.config)}
    told = {same_name(name) for name in named}
    out = {i for i in conversion.removed if str(i) not in named and same_name(names[i]) not in told}
    if not out:
        return
    adds = any(c.id not in names for c in conversion.new.type.choices(conversion.new.config))
    fresh = out & await _added(tx, conversion, now, None if adds else actor.user_id)
    if fresh:
        listed = ", ".join(f"'{names[id_]}'" for id_ in sorted(fresh))
        detail = (
            f"{listed} came in a moment ago and would be gone. Read the field again and send all of its "
            "options, with If-Match; or name under replacements what is to go, with null."
        )
        raise ConflictError(detail, [Fault("/config/options", detail)])


async def _added(tx: Transaction, conversion: Conversion, now: datetime, but: int | None) -> set[int]:
    """The options that were added to the field since it was made, in the last minutes, not by `but`."""
    use = Parameters(tx.dialect)
    sql = (
        "SELECT changes, actor_id FROM smalt_history "
        f"WHERE project_id = {use.add(conversion.project.id, ID)} AND record_id IS NULL "
        "AND kind IN ('field.updated', 'field.renamed', 'field.converted') "
        f"AND at > {use.add(to_milliseconds(now) - MOMENT_MS, ID)}"
    )
    found: set[int] = set()
    for text, actor_id in await tx.fetch(sql, use.values):
        changes = msgspec.json.decode(text, type=dict[str, Any])
        if (
            changes["id"] == str(conversion.field.id)
            and "config" in changes
            and (but is None or actor_id != but)
        ):
            old, new = (_options(conversion.old.type, config) for config in changes["config"])
            found |= new - old
    return found


def _options(type_: AnyFieldType, config: Mapping[str, Any]) -> set[int]:
    try:
        return {choice.id for choice in type_.choices(msgspec.convert(config, type_.config_type))}
    except msgspec.ValidationError:
        return set()  # of another type, which the field had before
