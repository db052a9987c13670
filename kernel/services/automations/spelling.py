"""Takes the configs of triggers and actions as people write them, and gives them as they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from kernel.automations import Action, Trigger


def spelled(item: Trigger[Any] | Action[Any], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config with members under their right names (see `also`), and lists where one thing was given."""
    struct: type[msgspec.Struct] = item.config_type
    lists = _members(struct)
    right = {other: row[0] for row in item.also for other in row[1:] if other in raw and other not in lists}
    found = {n: v for n, v in raw.items() if n not in right}
    for name, member in right.items():
        if not member.endswith("."):
            found[name if member in raw else member] = raw[name]
    for name, member in right.items():
        if member.endswith("."):
            within = found.setdefault(member[:-1], {})
            if isinstance(within, Mapping):
                found[member[:-1]] = {**within, name: raw[name]}
    return {n: [v] if isinstance(v, str) and lists.get(n) else v for n, v in found.items()}


@lru_cache(maxsize=512)
def _members(struct: type[msgspec.Struct]) -> Mapping[str, bool]:
    """The members of a config; whether each is a list and nothing else."""
    return {f.encode_name: _is_list(inspect.type_info(f.type)) for f in msgspec.structs.fields(struct)}


def _is_list(shape: inspect.Type) -> bool:
    bare = shape.type if isinstance(shape, inspect.Metadata) else shape
    return isinstance(bare, inspect.CollectionType)
