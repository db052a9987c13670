"""Schemas of the values of field types, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import msgspec

from kernel.fields import Column, FieldType
from kernel.values import FILE_CONTENT

PREFIX: Final = "FieldValue_"

_ID: Final = {"type": "string", "examples": ["29374920184832"]}
_NAMED: Final = {"type": "object", "properties": {"id": _ID, "name": {"type": "string"}}}
_BY_COLUMN: Final[Mapping[Column, dict[str, Any]]] = {
    Column.TEXT: {"type": "string"},
    Column.INTEGER: {"type": "integer"},
    Column.DECIMAL: {"type": "string", "examples": ["1200.50"]},
    Column.REAL: {"type": "number"},
    Column.BOOLEAN: {"type": "boolean"},
    Column.DATE: {"type": "string", "format": "date"},
    Column.DATETIME: {"type": "string", "format": "date-time"},
    Column.CHOICE: {
        "type": "object",
        "properties": {"id": _ID, "name": {"type": "string"}, "color": {"type": ["string", "null"]}},
    },
    Column.PERSON: _NAMED,
    Column.RECORD: {"type": "object", "properties": {"id": _ID, "title": {"type": "string"}}},
    Column.FILE: {
        "type": "object",
        "properties": {
            "id": _ID,
            "name": {"type": "string", "examples": ["Contract.pdf"]},
            "size": {"type": "integer", "examples": [48213]},
            "content_type": {"type": "string", "examples": ["application/pdf"]},
            "url": {"type": "string", "examples": [FILE_CONTENT.format(29374920184832)]},
        },
    },
}


def value_schemas(key: str, field_type: FieldType[Any, Any]) -> dict[str, dict[str, Any]]:
    """What a value of this type looks like in answers; empty is null. By name, inner Structs too."""
    described = {"title": field_type.label, "description": field_type.description or field_type.label}
    if field_type.value_type is None:
        shape = {} if field_type.column is None else deepcopy(_BY_COLUMN[field_type.column])
        return {PREFIX + key: shape | described}
    template = f"#/components/schemas/{PREFIX}{key}_{{name}}"
    (shape,), inner = msgspec.json.schema_components([field_type.value_type], ref_template=template)
    own = shape.get("$ref", "").rpartition("_")[2]
    whole = inner.pop(own, shape)
    return {PREFIX + key: whole | described} | {f"{PREFIX}{key}_{name}": s for name, s in inner.items()}


def object_schema(struct: type[Any]) -> dict[str, Any]:
    """JSON Schema of a Struct, whole at the top; Structs inside it stand under `$defs`."""
    shape = msgspec.json.schema(struct)
    definitions = shape.pop("$defs", {})
    own = shape.pop("$ref", "").rsplit("/", 1)[-1]
    rest = {name: value for name, value in definitions.items() if name != own}
    whole: dict[str, Any] = shape | definitions.get(own, {})
    return whole | ({"$defs": rest} if rest else {})


def field_values(field_types: Mapping[str, FieldType[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Schemas of the values of these types, of a value of any of them, and of the names of types."""
    found: dict[str, dict[str, Any]] = {}
    for key, field_type in field_types.items():
        found |= value_schemas(key, field_type)
    references = [{"$ref": f"#/components/schemas/{PREFIX}{key}"} for key in field_types]
    found["FieldValue"] = {
        "title": "A value of a custom field",
        "description": "In the shape of the field's type; null when empty, an array for what holds many.",
        "anyOf": [*references, {"type": "array"}, {"type": "null"}],
    }
    found["FieldTypeKey"] = {"type": "string", "title": "The type of a field", "enum": list(field_types)}
    return found
