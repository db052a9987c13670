"""The contracts of automations: what plugins in `plugins/automations/` implement.

A trigger says when an automation begins: on events, at moments, when records start to match. An
action says what is then to be done: it reads facts and gives effects (`kernel.effects`), and the
kernel does the rest. So a test can show what would happen without letting it happen, and no action
has to know about transactions, retries or rights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from kernel.effects import Address, Effect

C = TypeVar("C", bound=msgspec.Struct)


class NoSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A trigger or action with nothing to choose."""


@dataclass(frozen=True)
class Changed:
    """A value before and after, as the history holds it: ids of lists, tags and people as text."""

    before: Any
    after: Any


@dataclass(frozen=True)
class Occurrence:
    """An event as triggers see it. `changes` is by built-in name (`list`, `tags`) or field key.

    `kind` is like record.updated, `via` like api, page, form, import, automation. `payload` is the
    body of an incoming webhook, `via_id` the form or automation through which it happened.
    """

    kind: str
    via: str
    at: datetime
    record_id: str | None
    actor_id: str | None
    changes: Mapping[str, Any]
    payload: Any = None
    same: Callable[[str, Any, Any], bool] = lambda name, stored, wanted: stored == wanted
    via_id: str | None = None

    def changed(self, name: str) -> Changed | None:
        """The change of a field, None when there was none."""
        pair = self.changes.get(name)
        if not isinstance(pair, list | tuple) or len(pair) != 2 or pair[0] == pair[1]:
            return None
        return Changed(pair[0], pair[1])

    def added(self, name: str) -> set[str]:
        """The ids that have come to a field that holds many."""
        found = self.changed(name)
        return set() if found is None else set(found.after or ()) - set(found.before or ())

    def removed(self, name: str) -> set[str]:
        """The ids that have gone from a field that holds many."""
        found = self.changed(name)
        return set() if found is None else set(found.before or ()) - set(found.after or ())

    def is_value(self, name: str, stored: Any, wanted: Any) -> bool:
        """Whether a stored value of a field is what a config calls `wanted`, as the REST API takes it."""
        return self.same(name, stored, wanted)


class Due(msgspec.Struct, frozen=True):
    """Begins `seconds` after a moment of each record, once per moment; before it when negative.

    The moments: those in `field` (a date or time), the beginning of the record's stay in a list
    (`list` names one), or the last thing that a person did to the record.
    """

    after: Literal["field", "stay", "activity"]
    seconds: int
    field: str = ""
    list: str | None = None


class Schedule(msgspec.Struct, frozen=True):
    """Begins at times given as a cron expression, in an IANA time zone (None: the project's).

    With a condition it begins for each record that meets it, without one for none in particular.
    """

    cron: str
    time_zone: str | None = None


class Matching(msgspec.Struct, frozen=True):
    """Begins when a record starts to meet a filter, or stops to."""

    filter: str
    on: Literal["start", "stop"] = "start"


class Hook(msgspec.Struct, frozen=True):
    """Begins when somebody calls the automation's own address.

    `field` and `member` find the record: the one whose field has the value of that member of the body.
    """

    field: str | None = None
    member: str | None = None


Timing = Due | Schedule | Matching | Hook


class Trigger(Generic[C]):
    """When an automation begins. Subclasses set `key`, `label`, `config_type`.

    `sentence` says it in words, as it goes on after "when": `a record enters {list|a list}[ by {person}]`.
    `{member}` is what the config says there, or else what stands after `|`; what is in brackets is left
    out where a member inside is not given.

    `also` are other names that members of the config may be given by, see Action.

    For events, `kinds` names those that it listens to (`record.created`, `comment.created`, …) and
    `matches` looks closer; for everything else `timing` describes what the kernel shall watch.
    """

    key: str
    label: str
    description: str = ""
    sentence: str = ""
    config_type: type[C] = NoSettings  # type: ignore[assignment]
    also: Sequence[Sequence[str]] = ()
    kinds: Sequence[str] = ()

    def matches(self, event: Occurrence, config: C) -> bool:
        """Whether an event of these kinds begins the automation."""
        return True

    def timing(self, config: C) -> Timing | None:
        """What else begins it. Raise InvalidInputError for what cannot be watched."""
        return None


@dataclass(frozen=True)
class Facts:
    """What an action may know: the values that its config asks for, read just now.

    `key` is the same on each attempt of one action in one run. `record` is None where the
    automation runs for no record.
    """

    key: str
    now: datetime
    time_zone: str
    record: Mapping[str, Any] | None = None
    payload: Any = None
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    addresses: Mapping[str, Sequence[Address]] = field(default_factory=dict)

    def text(self, template: str) -> str:
        """A TextTemplate of the config with the values in place."""
        return self.texts.get(template, template)

    def value(self, formula: str) -> Any:
        """The value of a Formula of the config, in the shape of the REST API; None when empty."""
        return self.values.get(formula)

    def input(self, given: Any) -> Any:
        """An Input of the config with the values in place."""
        if isinstance(given, str):
            return self.places[given] if given in self.places else self.text(given)
        if isinstance(given, Mapping):
            return {name: self.input(member) for name, member in given.items()}
        if isinstance(given, list | tuple):
            return [self.input(item) for item in given]
        return given

    def holds(self, condition: str) -> bool:
        """Whether the record meets a Filter of the config."""
        return self.conditions.get(condition, False)

    def recipients(self, entries: Sequence[str]) -> list[Address]:
        """Everybody whom these Recipients of the config mean, each once."""
        found = [address for entry in entries for address in self.addresses.get(entry, ())]
        return list({address.email.lower(): address for address in found}.values())


class Action(Generic[C]):
    """What an automation does. Subclasses set `key`, `label`, `config_type` and implement `plan`.

    `sentence` says it in words, as that of a trigger does: `add the tag {tag}`.

    `also` are other names that members of the config may be given by: each row begins with the right one,
    `("people", "users")`. With a dot at its end others go into it: `("values.", "title", "list")`.

    `needs_record` is False for actions that make sense without a record.
    """

    key: str
    label: str
    description: str = ""
    sentence: str = ""
    config_type: type[C] = NoSettings  # type: ignore[assignment]
    also: Sequence[Sequence[str]] = ()
    needs_record: bool = True

    def check(self, config: C) -> None:
        """Raise InvalidInputError, when the automation is saved, for a config that cannot work."""

    def plan(self, config: C, facts: Facts) -> Sequence[Effect]:
        """The effects, in order; at most one of them outside Smalt. It does nothing by itself.

        InvalidInputError ends the run as failed, with its message.
        """
        raise NotImplementedError
