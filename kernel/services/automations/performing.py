"""Brings effects about: those inside in the transaction at hand, those outside on their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kernel.containment import PluginGuard
from kernel.effects import (
    AddChecklist,
    AddComment,
    AssignFairly,
    Call,
    ChangeLinked,
    ChangeRecord,
    CopyRecord,
    CreateRecord,
    Effect,
    Notify,
    SendMail,
    SendRequest,
)
from kernel.errors import PluginError, UnavailableError
from kernel.services.automations.attachments import Attachments
from kernel.services.automations.drawings import Drawer
from kernel.services.automations.mailing import Mailer
from kernel.services.automations.people_effects import PeopleEffects
from kernel.services.automations.record_effects import RecordEffects
from kernel.services.automations.requesting import Requester
from kernel.services.automations.stage import Stage

OUTSIDE_SECONDS: Final = 12.0
"""What an effect outside may take; a receiver that does not answer holds nobody else back."""

FILES_SECONDS: Final = 120.0
"""The same for a mail with files or dashboards."""

WRITING: Final = (ChangeRecord, ChangeLinked, CreateRecord, CopyRecord)
"""Effects that may give people more or less to do."""

Inside = Callable[[Stage, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Performing:
    """All that can be done for actions."""

    records: RecordEffects
    people: PeopleEffects
    mailer: Mailer
    requester: Requester
    guard: PluginGuard
    drawer: Drawer

    async def inside(self, stage: Stage, effect: Effect) -> Any:
        """Bring one about in the stage's transaction; what to tell of it."""
        inside: Mapping[type[Effect], Inside] = {
            ChangeRecord: self.records.change,
            ChangeLinked: self.records.change_linked,
            CreateRecord: self.records.create,
            CopyRecord: self.records.copy,
            AssignFairly: self.people.assign,
            AddComment: self.people.comment,
            AddChecklist: self.people.checklist,
            Notify: self.people.notify,
        }
        if type(effect) not in inside:
            raise PluginError(f"There is no effect '{type(effect).__name__}'.")
        if isinstance(effect, WRITING):
            stage.loads.forget()
        return await inside[type(effect)](stage, effect)

    async def outside(self, effect: Effect, key: str, secret: str, luggage: Attachments) -> Any:
        """Bring one about; what to tell of it. `secret` is the automation's own, `luggage` goes with a mail.

        Raises UnavailableError for what may pass.
        """
        limit = FILES_SECONDS if luggage.names else OUTSIDE_SECONDS
        try:
            async with asyncio.timeout(limit):
                return await self._send(effect, key, secret, luggage)
        except TimeoutError as error:
            raise UnavailableError(f"There was no answer within {limit:g} seconds.") from error

    async def _send(self, effect: Effect, key: str, secret: str, luggage: Attachments) -> Any:
        if isinstance(effect, SendMail):
            return await self._mail(effect, key, luggage)
        if isinstance(effect, SendRequest):
            return await self.requester.send(effect, key, secret)
        if isinstance(effect, Call):
            return _tellable(await self.guard.in_thread(effect.function, limit=OUTSIDE_SECONDS))
        raise PluginError(f"There is no effect '{type(effect).__name__}' outside.")

    async def _mail(self, mail: SendMail, key: str, luggage: Attachments) -> Any:
        drawn = [await self.drawer.drawn(drawing) for drawing in luggage.drawings]
        if drawn and not mail.subject:
            mail = msgspec.structs.replace(mail, subject=luggage.drawings[0].title)
        return await self.mailer.send(mail, key, luggage.files, drawn)


def _tellable(result: Any) -> Any:
    """What a plugin's code gave, if JSON can hold it."""
    try:
        encoded = msgspec.json.encode(result)
    except (TypeError, ValueError, RecursionError):
        return None
    return msgspec.json.decode(encoded) if len(encoded) < 2000 else None
