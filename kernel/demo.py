"""What `smalt demo` puts into an empty database."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from kernel.access.acting import actor_of
from kernel.access.actor import SYSTEM
from kernel.runtime import Kernel
from kernel.services.users import User, UserInput

ADMINISTRATOR = "admin@example.com"


class SignIn(NamedTuple):
    """An administrator; the password only where it was made just now."""

    email: str
    password: str | None = None


async def prepare_demo(kernel: Kernel, template: str, records: int) -> SignIn:
    """An administrator, and the projects of a template with sample records, where there are none.

    The automations of the projects will be the administrator's.
    """
    found = await _administrator(kernel)
    made = SignIn(ADMINISTRATOR, secrets.token_urlsafe(12))
    if found is None:
        data = UserInput(made.email, "Administrator", made.password, admin=True)
        found = await kernel.users.create(SYSTEM, data)
    else:
        made = SignIn(found.email)
    if not await kernel.projects.all(SYSTEM):
        actor = await actor_of(kernel.database, found.id, "api")
        await kernel.templates.apply(actor, template, sample=records)
    return made


async def _administrator(kernel: Kernel) -> User | None:
    """The first who may sign in as one."""
    users, _ = await kernel.users.page(SYSTEM, 0, 1000)
    return next((user for user in users if user.admin and user.active), None)
