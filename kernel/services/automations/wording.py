"""Goes through the configs of triggers and actions and translates what their texts stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from kernel.effects import ActionSpec
from kernel.meanings import MEANING
from kernel.services.record_input import escaped

Translate = Callable[[str, Any, str], Any]
"""Takes a meaning, what stands in the config, and the pointer to it; gives what is to stand there."""

ACTION = "action"
"""The meaning of an action inside a config, such as those of a branch."""


def translated(config: Any, struct: type[msgspec.Struct], translate: Translate, pointer: str = "") -> Any:
    """The config, as JSON values, with everything that has a meaning translated."""
    return _walk(config, _shape(struct), translate, pointer)


@lru_cache(maxsize=512)
def _shape(struct: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(struct)


def _walk(value: Any, shape: inspect.Type, translate: Translate, pointer: str) -> Any:
    if isinstance(shape, inspect.Metadata):
        meaning = (shape.extra or {}).get(MEANING)
        if meaning is None:
            return _walk(value, shape.type, translate, pointer)
        return value if value is None else translate(meaning, value, pointer)
    if isinstance(shape, inspect.UnionType):
        return _walk_union(value, shape, translate, pointer)
    if isinstance(shape, inspect.StructType) and isinstance(value, Mapping):
        if shape.cls is ActionSpec:
            return translate(ACTION, value, pointer)
        return _walk_members(value, shape, translate, pointer)
    if isinstance(shape, inspect.CollectionType) and isinstance(value, list | tuple):
        return [_walk(item, shape.item_type, translate, f"{pointer}/{n}") for n, item in enumerate(value)]
    if isinstance(shape, inspect.DictType) and isinstance(value, Mapping):
        return {k: _walk(v, shape.value_type, translate, f"{pointer}/{escaped(k)}") for k, v in value.items()}
    return value


def _walk_members(
    value: Mapping[str, Any], shape: inspect.StructType, translate: Translate, pointer: str
) -> dict[str, Any]:
    shapes = {field.encode_name: field.type for field in shape.fields}
    return {
        name: _walk(member, shapes[name], translate, f"{pointer}/{escaped(name)}")
        if name in shapes
        else member
        for name, member in value.items()
    }


def _walk_union(value: Any, shape: inspect.UnionType, translate: Translate, pointer: str) -> Any:
    """By the first kind in the union that the value can be of."""
    for kind in shape.types:
        bare = kind.type if isinstance(kind, inspect.Metadata) else kind
        if isinstance(value, str):
            fits = isinstance(bare, inspect.StrType)
        elif isinstance(value, list | tuple):
            fits = isinstance(bare, inspect.CollectionType)
        else:
            fits = isinstance(value, Mapping) and isinstance(bare, inspect.StructType | inspect.DictType)
        if fits:
            return _walk(value, kind, translate, pointer)
    return value
