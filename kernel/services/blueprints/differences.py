"""What a wanted state adds to one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kernel.services.blueprints.document import REFERS


class Step(msgspec.Struct, frozen=True):
    """One thing to do: `action` is create, change or remove; `changes` are `[old, new]` by member."""

    action: str
    kind: str
    project: str | None
    name: str
    changes: dict[str, Any] = {}

    def told(self) -> str:
        """The step for people: a line, and one more for each member that changes."""
        where = f" in {self.project}" if self.project else ""
        changes = [f"    {name}: {_brief(old)} -> {_brief(new)}" for name, (old, new) in self.changes.items()]
        return "\n".join([f"{self.action} {self.kind} '{self.name}'{where}", *changes])


def holds(there: Any, wanted: Any) -> bool:
    """Whether what is wanted is there already; members that it does not name may be anything."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            holds(there.get(name), value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        same = isinstance(there, list) and len(there) == len(wanted)
        return same and all(holds(a, b) for a, b in zip(there, wanted, strict=True))
    return bool(there == wanted) or (_plain(there) == _plain(wanted))


def differing(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The members that have to change, as `[old, new]`."""
    return {
        name: [there.get(name), value] for name, value in wanted.items() if not holds(there.get(name), value)
    }


def merged(there: Any, wanted: Any) -> Any:
    """What is wanted over what is there: members of objects that it does not name stay, and things in
    lists that have the same name as before keep their ids."""
    if isinstance(there, Mapping) and isinstance(wanted, Mapping):
        return {**there, **{name: merged(there.get(name), value) for name, value in wanted.items()}}
    if isinstance(there, list) and isinstance(wanted, list):
        named = {item["name"]: item for item in there if isinstance(item, Mapping) and "name" in item}
        return [
            merged(named.get(item.get("name")), item) if isinstance(item, Mapping) else item
            for item in wanted
        ]
    return wanted


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: replaced(member, change) for name, member in value.items()}
    if isinstance(value, list):
        return [replaced(item, change) for item in value]
    return value


def with_ids(value: Any, projects: Mapping[str, str]) -> Any:
    """`"@key"` as the id of the project; one that is not there yet stays."""

    def change(text: str) -> str:
        return projects.get(text[1:], text) if text.startswith(REFERS) else text

    return replaced(value, change)


def with_keys(value: Any, projects: Mapping[str, str]) -> Any:
    """Ids of projects as `"@key"`."""
    return replaced(value, lambda text: f"{REFERS}{projects[text]}" if text in projects else text)


def _plain(value: Any) -> Any:
    """Numbers that were written otherwise are the same."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _brief(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 100 else f"{text[:99]}…"
