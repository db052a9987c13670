"""What `smalt demo` puts into an empty database."""

from __future__ import annotations

import secrets

from kernel.access.acting import actor_of
from kernel.access.actor import SYSTEM, Actor
from kernel.runtime import Kernel
from kernel.services.users import UserInput

ADMINISTRATOR = "admin@example.com"


async def prepare_demo(kernel: Kernel, template: str, records: int) -> str | None:
    """An administrator, and the projects of a template with sample records, where there are none.

    Returns the administrator's password if one was made.
    """
    password = await _administrator(kernel)
    if not await kernel.projects.all(SYSTEM):
        await kernel.templates.apply(await _acting(kernel), template, sample=records)
    return password


async def _acting(kernel: Kernel) -> Actor:
    """The first administrator, whose automations they will be."""
    users, _ = await kernel.users.page(SYSTEM, 0, 100)
    found = next((user.id for user in users if user.admin and user.active), None)
    return SYSTEM if found is None else await actor_of(kernel.database, found, "api")


async def _administrator(kernel: Kernel) -> str | None:
    users, _ = await kernel.users.page(SYSTEM, 0, 1)
    if users:
        return None
    password = secrets.token_urlsafe(12)
    data = UserInput(ADMINISTRATOR, "Administrator", password, admin=True)
    await kernel.users.create(SYSTEM, data)
    return password
