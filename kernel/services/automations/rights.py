"""Who may set up automations, and as whom they act."""

from __future__ import annotations

from dataclasses import replace

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.errors import ForbiddenError
from kernel.schema import Project, Schema
from kernel.services.rights import configurable_project
from kernel.storage.database import Transaction, WithinTransaction

_PARTIAL = (
    "Automations tell of every record and field of the project; your role hides some of them, so it "
    "cannot work with automations."
)


def automatable_project(schema: Schema, actor: Actor, project_id: int) -> Project:
    """The project, for somebody who may work with its automations: configures it, and sees all of it.

    What automations did, and why not, tells about values; so whoever sees a part only sees none.
    """
    project = configurable_project(schema, actor, project_id)
    if not sees_automations(actor, project_id):
        raise ForbiddenError(_PARTIAL)
    return project


def sees_automations(actor: Actor, project_id: int) -> bool:
    """Whether somebody may know of the automations of a project."""
    access = actor.access(project_id)
    if access is None or access.scope is not None or "hidden" in access.fields.values():
        return False
    return "configure" in access.can


async def acting_for(
    tx: Transaction, owner_id: int | None, run_id: int | None, automation_id: int | None = None
) -> Actor:
    """The owner of an automation as the one who acts, with the rights of now."""
    actor = await actor_of(WithinTransaction(tx), owner_id, "automation")
    return replace(actor, cause=run_id, via_id=automation_id)
