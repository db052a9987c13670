"""Example values for the OpenAPI document, put together from the examples on members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

DEEPEST: Final = 6
_BY_FORMAT: Final = {
    "date": "2026-12-31",
    "date-time": "2026-11-23T09:24:00.000Z",
    "email": "ewa@example.com",
    "binary": "Title,Amount\nWebsite,1200\n",
}
_BY_NAME: Final = {
    "id": "29374920184832", "name": "Website relaunch", "title": "Website relaunch",
    "next": None, "cursor": None, "color": "blue", "email": "ewa@example.com", "count": 1,
    "created_at": "2026-11-23T09:24:00.000Z", "updated_at": "2026-11-23T09:24:00.000Z",
}  # fmt: skip
_BY_TYPE: Final = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def example(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits a schema; what it gives as an example or default comes first."""
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[-1]
        return example(components.get(target, {}), components, name, depth)
    for key in ("examples", "enum"):
        if schema.get(key):
            values = schema[key]
            return values[0] if isinstance(values, list) else next(iter(values.values()))
    for key in ("const", "example", "default"):
        if key in schema:
            return schema[key]
    return _by_shape(schema, components, name, depth)


def _by_shape(schema: Mapping[str, Any], components: Mapping[str, Any], name: str, depth: int) -> Any:
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        return example(choices[0], components, name, depth)
    type_ = schema.get("type")
    type_ = type_[0] if isinstance(type_, list) else type_
    if type_ == "object" or "properties" in schema:
        return _object(schema, components, depth)
    if type_ == "array":
        items = schema.get("items") or {}
        return [] if depth >= DEEPEST or not items else [example(items, components, "", depth + 1)]
    return _scalar(schema, type_, name)


def _object(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if depth >= DEEPEST:
        return {}
    properties = schema.get("properties", {})
    return {key: example(value, components, key, depth + 1) for key, value in properties.items()}


def _scalar(schema: Mapping[str, Any], type_: str | None, name: str) -> Any:
    if type_ in (None, "string", "null"):
        if name in _BY_NAME:
            return _BY_NAME[name]
        return _BY_FORMAT.get(schema.get("format", ""), "29374920184832" if name.endswith("_id") else "text")
    if "minimum" in schema:
        return schema["minimum"]
    return _BY_TYPE.get(type_)
