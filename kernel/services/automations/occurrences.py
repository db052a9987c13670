"""Events of the feed as triggers see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kernel.automations import Occurrence
from kernel.clock import from_milliseconds
from kernel.errors import InvalidValueError
from kernel.fields import Column, ParseContext
from kernel.schema import Field, Project
from kernel.services.events.feed import Event
from kernel.services.record_input import find_choice, is_empty, parse_value, read_time

_MOMENTS = ("start_at", "due_at", "completed_at")


class Occurrences:
    """Makes occurrences out of the events of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._keys = {str(field.id): field.key for field in project.fields}
        self._made: dict[int, Occurrence] = {}

    def of(self, event: Event) -> Occurrence:
        """The event, with its changes by built-in name or field key."""
        made = self._made.get(event.id)
        if made is None:
            made = self._made[event.id] = self._make(event)
        return made

    def _make(self, event: Event) -> Occurrence:
        changes = event.changes if isinstance(event.changes, Mapping) else {}
        return Occurrence(
            kind=event.kind,
            via=event.via,
            at=from_milliseconds(event.at),
            record_id=None if event.record_id is None else str(event.record_id),
            actor_id=None if event.actor_id is None else str(event.actor_id),
            changes={self._keys.get(str(name), str(name)): pair for name, pair in changes.items()},
            same=self.same,
            via_id=None if event.via_id is None else str(event.via_id),
        )

    def same(self, name: str, stored: Any, wanted: Any) -> bool:
        """Whether a value of the history is what a config means; never for what does not fit the field."""
        if is_empty(wanted):
            return is_empty(stored)
        if is_empty(stored):
            return False
        try:
            return self._same(name, stored, wanted)
        except (InvalidValueError, ValueError, TypeError):
            return False

    def _same(self, name: str, stored: Any, wanted: Any) -> bool:
        custom = self._project.by_name.get(name)
        if custom is not None:
            return _same_custom(custom, stored, wanted, self._project)
        if name == "list":
            return str(find_choice(self._project.lists, wanted, "list").id) == str(stored)
        if name == "tags":
            return str(find_choice(self._project.tags, wanted, "tag").id) in map(str, stored)
        if name == "assignees":
            return str(wanted) in map(str, stored)
        if name in _MOMENTS:
            return read_time(wanted, self._project.time_zone) == datetime.fromisoformat(stored)
        return bool(stored == wanted)


def _same_custom(custom: Field, stored: Any, wanted: Any, project: Project) -> bool:
    context = ParseContext(currency=project.currency, time_zone=project.time_zone)
    parsed = parse_value(custom, wanted, context)
    if custom.columns and custom.columns[0].spec.column in (Column.PERSON, Column.RECORD, Column.CHOICE):
        return _texts(parsed) == _texts(stored)
    return bool(msgspec.to_builtins(parsed, str_keys=True) == stored) or _plain(parsed) == stored


def _plain(value: Any) -> Any:
    """As the history writes it: decimals and moments as text."""
    return msgspec.json.decode(msgspec.json.Encoder(decimal_format="string").encode(value))


def _texts(value: Any) -> set[str]:
    items: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return {str(item) for item in items}
