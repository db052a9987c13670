"""Finding the type that a definition names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Protocol

from kernel.errors import Fault, InvalidInputError
from kernel.fields import FieldType
from kernel.schema import Schema


class FieldTypes(Protocol):
    """The registry of field types."""

    def get(self, key: str, disabled: frozenset[str]) -> FieldType[Any, Any] | None: ...

    def enabled(self, disabled: frozenset[str]) -> Mapping[str, FieldType[Any, Any]]: ...


def field_type(types: FieldTypes, schema: Schema, key: str) -> FieldType[Any, Any]:
    """The enabled type of a key. Raises InvalidInputError with the nearest one."""
    found = types.get(key, schema.disabled_plugins)
    if found is not None:
        return found
    near = difflib.get_close_matches(key, list(types.enabled(schema.disabled_plugins)), n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise InvalidInputError(faults=[Fault("/type", f"There is no field type '{key[:100]}' here.{hint}")])
