"""Automations and their runs as the services hand them about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from kernel.effects import ActionSpec

MOST_ACTIONS = 50
Pause = Literal["drop", "keep"]
RunStatus = Literal["queued", "running", "done", "failed", "skipped"]
StepStatus = Literal["waiting", "sending", "retrying", "done", "failed", "skipped"]

Condition = Annotated[
    str | dict[str, Any] | None,
    msgspec.Meta(
        description="A filter, as text or as a tree, that the record must meet.",
        examples=["{amount} > 5000 AND {customer.category} = 'Retail'"],
    ),
]
While = Annotated[
    Pause,
    msgspec.Meta(description="What becomes of events while it is off: dropped, or kept until it is on."),
]


class TriggerSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What an automation begins with: the key of the trigger, and what its config says."""

    type: Annotated[str, msgspec.Meta(examples=["list_entered"])]
    config: Annotated[Mapping[str, Any], msgspec.Meta(examples=[{"list": "Closed Won"}])] = {}


Actions = Annotated[
    list[ActionSpec],
    msgspec.Meta(
        min_length=1,
        max_length=MOST_ACTIONS,
        examples=[[{"type": "add_tag", "config": {"tag": "won"}}]],
    ),
]


class AutomationInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new automation. Whoever saves it owns it: it acts with that person's rights."""

    name: Annotated[str, msgspec.Meta(examples=["Thank the customer"])]
    trigger: TriggerSpec
    actions: Actions
    condition: Condition = None
    enabled: bool = True
    while_paused: While = "drop"


class AutomationPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of an automation."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    trigger: TriggerSpec | msgspec.UnsetType = msgspec.UNSET
    actions: Actions | msgspec.UnsetType = msgspec.UNSET
    condition: Condition | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    while_paused: While | msgspec.UnsetType = msgspec.UNSET


class Definition(msgspec.Struct, frozen=True):
    """What an automation does. In storage, configs name lists, tags and people by their ids."""

    trigger: TriggerSpec
    condition: str | dict[str, Any] | None
    actions: tuple[ActionSpec, ...]


@dataclass(frozen=True)
class Automation:
    """An automation as it is stored. Times are milliseconds since 1970."""

    id: int
    project_id: int
    name: str
    enabled: bool
    while_paused: Pause
    definition: Definition
    version: int
    owner_id: int | None
    hook: str | None
    checked_at: int
    next_at: int | None
    created_at: int
    updated_at: int
    secret: str = ""

    @property
    def listens(self) -> bool:
        """Whether events begin runs of it, to be done now or when it is switched on again."""
        return self.enabled or self.while_paused == "keep"


class Step(msgspec.Struct):
    """One action of a run: what it is, and what became of it."""

    type: str
    config: Mapping[str, Any]
    status: StepStatus = "waiting"
    attempts: int = 0
    error: str | None = None
    result: Any = None


@dataclass(slots=True)
class Run:
    """A run in the hands of a worker. `steps` is empty until it begins."""

    id: int
    automation_id: int
    project_id: int
    record_id: int | None
    event: str
    depth: int
    version: int | None
    steps: list[Step] | None
    payload: Any
    started_at: int | None


@dataclass(frozen=True)
class NewRun:
    """A run to be. `moment` is what it begins with: the same moment begins an automation once."""

    automation: Automation
    record_id: int | None
    event: str
    moment: str
    event_id: int | None = None
    depth: int = 0
    payload: Any = None
    skipped: str | None = None
    failed: str | None = None
