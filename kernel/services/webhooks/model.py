"""What webhooks and deliveries look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Final, Literal

import msgspec

from kernel.services.record_parts import moment
from kernel.storage.database import Row

Status = Literal["queued", "done", "failed"]

PING = "webhook.ping"
MOST_EVENTS = 100
WEBHOOK_COLUMNS = "id, owner_id, url, project_id, events, enabled, reason, created_at"
DELIVERY_COLUMNS = "id, kind, status, attempts, response_code, error, next_at, created_at, finished_at"

_SUBJECTS: Final = (
    "record", "comment", "checklist", "checklist_item", "dependency", "repeat",
    "project", "list", "tag", "field", "view", "form", "automation",
)  # fmt: skip
_VERBS: Final = (
    "created", "updated", "moved", "reordered", "renamed", "recolored", "deleted", "restored", "purged",
    "converted", "set", "removed",
)  # fmt: skip
_KINDS: Final = [
    *(f"{subject}.{verb}" for subject in _SUBJECTS for verb in ("*", *_VERBS)),
    "button.pressed", "button.*",
]  # fmt: skip

Url = Annotated[
    str, msgspec.Meta(description="Where to send events.", examples=["https://example.com/hooks/smalt"])
]
Events = Annotated[
    list[str],
    msgspec.Meta(
        description="Kinds of events as on `/events`; `record.*` for all of a kind, `*` for all.",
        examples=[["record.created", "record.updated"]],
    ),
]


class WebhookInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new webhook. Without `project_id` it gets the events of all projects that you see."""

    url: Url
    events: Events
    project_id: Annotated[str | None, msgspec.Meta(examples=["29374920184832"])] = None
    enabled: bool = True


class WebhookPatch(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a webhook."""

    url: Url | msgspec.UnsetType = msgspec.UNSET
    events: Events | msgspec.UnsetType = msgspec.UNSET
    project_id: str | msgspec.UnsetType | None = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class Webhook(msgspec.Struct):
    """A webhook. `reason` says why it was switched off, if it was not by somebody."""

    id: str
    owner_id: str
    url: str
    project_id: str | None
    events: list[str]
    enabled: bool
    reason: str | None
    created_at: str | None


class NewWebhook(Webhook):
    """A webhook as it was made. `secret` is told only now; what is sent is signed with it."""

    secret: Annotated[str, msgspec.Meta(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])]


class Delivery(msgspec.Struct):
    """An event on its way to a webhook, or there. `next_at` is when it is tried (again)."""

    id: str
    event: str
    status: Status
    attempts: int
    response_code: int | None
    error: str | None
    next_at: str | None
    created_at: str | None
    finished_at: str | None


def webhook(row: Row) -> Webhook:
    id_, owner_id, url, project_id, events, enabled, reason, created_at = row
    return Webhook(
        str(id_), str(owner_id), url, None if project_id is None else str(project_id),
        events_of(events), bool(enabled), reason, moment(created_at),
    )  # fmt: skip


def delivery(row: Row) -> Delivery:
    id_, kind, status, attempts, code, error, next_at, created_at, finished_at = row
    again = moment(next_at) if status == "queued" else None
    return Delivery(
        str(id_), kind, status, attempts, code, error, again, moment(created_at), moment(finished_at)
    )


def events_of(text: str) -> list[str]:
    """The patterns of a webhook as they are stored."""
    return msgspec.json.decode(text, type=list[str])


def matches(patterns: Iterable[str], kind: str) -> bool:
    """Whether a webhook with these patterns wants events of a kind."""
    return not {"*", kind, f"{kind.partition('.')[0]}.*"}.isdisjoint(patterns)


def wrong_patterns(patterns: Sequence[str]) -> dict[int, str]:
    """What is wrong with patterns, by their place."""
    return {n: _hint(one) for n, one in enumerate(patterns) if one != "*" and one not in _KINDS}


def _hint(pattern: str) -> str:
    near = get_close_matches(pattern[:100], _KINDS, n=1)
    told = f"Did you mean '{near[0]}'?" if near else "Name a kind such as record.created, or record.* or *."
    return f"There are no events of the kind '{pattern[:100]}'. {told}"
