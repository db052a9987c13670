"""One number that changes whenever anybody's rights do, in the transaction of the change.

Cached actors stay good while it stands still. A read that must not be answered to somebody
whose rights are gone sends `ACCESS_VERSION` along with its own statements.
"""

from __future__ import annotations

from typing import Final

from kernel.access.actor import Actor
from kernel.errors import StaleAccessError
from kernel.storage.database import Row, Statement, Transaction

ACCESS_VERSION: Final = Statement("SELECT value FROM smalt_state WHERE name = 'access'")
_BUMP: Final = "UPDATE smalt_state SET value = value + 1 WHERE name = 'access'"


def check_version(actor: Actor, rows: list[Row]) -> None:
    """Compare the answer to `ACCESS_VERSION` with the actor. Raises StaleAccessError."""
    if actor.access_version is not None and rows[0][0] != actor.access_version:
        raise StaleAccessError


async def bump_access(tx: Transaction) -> None:
    """Call in every transaction that changes users, tokens, sessions, members or roles."""
    await tx.execute(_BUMP)
