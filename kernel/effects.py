"""What an action may ask for. An action describes its effects; the kernel brings them about.

Effects inside Smalt happen in one transaction with the note that they did, so exactly once. Those
outside (`outside`) carry a key by which a receiver knows a repetition, and are tried again when
what hinders them may pass. Ids are texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec


class ActionSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An action of an automation: the key of its type, and what its config says."""

    type: str
    config: Mapping[str, Any] = {}


class Address(msgspec.Struct, frozen=True):
    """Somebody to write to. `user_id` is there for people of this installation."""

    email: str
    name: str = ""
    user_id: str | None = None


class Effect(msgspec.Struct, frozen=True, tag=True):
    """Something to be brought about."""

    outside: ClassVar[bool] = False


class ChangeRecord(Effect, frozen=True):
    """Write values to the record, as the REST API takes them: `{"list": …, "fields": {…}}`.

    `add` and `remove` are for members that hold many: tags and assignees.
    """

    values: Mapping[str, Any] = {}
    add: Mapping[str, Sequence[str]] = {}
    remove: Mapping[str, Sequence[str]] = {}


class ChangeLinked(Effect, frozen=True):
    """Write values to the records that a reference of the record points to.

    With `project_id`, to those of that project whose `reference` points to the record.
    """

    reference: str
    values: Mapping[str, Any]
    project_id: str | None = None


class CreateRecord(Effect, frozen=True):
    """Add a record, in the project of the automation or in another one."""

    values: Mapping[str, Any]
    project_id: str | None = None


class CopyRecord(Effect, frozen=True):
    """Add a record with the values of this one, but for those given."""

    values: Mapping[str, Any] = {}


class AssignFairly(Effect, frozen=True):
    """Assign one of several people: by turns, or whoever has the fewest open records.

    Records are open that are not completed and, where given, not in the lists `closed`.
    """

    people: Sequence[str]
    strategy: Literal["round_robin", "least_loaded"]
    replace: bool = True
    closed: Sequence[str] = ()


class AddChecklist(Effect, frozen=True):
    """Put a checklist on the record."""

    name: str
    items: Sequence[str] = ()


class AddComment(Effect, frozen=True):
    """Comment on the record, in Markdown."""

    body: str


class Notify(Effect, frozen=True):
    """Leave people of this installation a notice about the record, as far as they see it."""

    people: Sequence[Address]
    text: str


class DashboardFile(msgspec.Struct, frozen=True):
    """A dashboard as a file, as the automation's owner sees it; without a language in theirs."""

    dashboard_id: str
    format: Literal["pdf", "png"] = "pdf"
    language: str | None = None


class SendMail(Effect, frozen=True):
    """Send an email. `attachments` are fields whose files go with it, `dashboards` are drawn for it.

    Without a subject it is called like its first dashboard.
    """

    outside = True

    to: Sequence[Address]
    subject: str
    body: str
    cc: Sequence[Address] = ()
    reply_to: str | None = None
    attachments: Sequence[str] = ()
    dashboards: Sequence[DashboardFile] = ()


class SendRequest(Effect, frozen=True):
    """Send an HTTP request; signed by the Standard Webhooks scheme, with `secret` or the automation's own."""

    outside = True

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: str | None = None
    secret: str | None = None


class Call(Effect, frozen=True):
    """Run code of the plugin's own, in a thread and within the time limit of actions.

    What it raises as `UnavailableError` is tried again, any other fault is final. `says` tells
    people what it does.
    """

    outside = True

    function: Callable[[], Any]
    says: str


class Wait(Effect, frozen=True):
    """Go on with the next action at a later moment."""

    until: datetime


class GoOn(Effect, frozen=True):
    """Go on with these actions before those that follow."""

    actions: Sequence[ActionSpec]
