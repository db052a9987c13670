"""The OpenAPI document: what Litestar generates, completed with what every operation shares.

Problem responses, ways to sign in, examples, and the values of the field types that are enabled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

import msgspec

from kernel.api.examples import example
from kernel.api.problems import MEDIA_TYPE
from kernel.fields import Column, FieldType

PUBLIC_PATHS: Final = ("/", "/health", "/metrics", "/schema")
METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head"})
PREFIX: Final = "FieldValue_"

_RESPONSES: Final = {
    "401": ("NotAuthenticated", "No credentials, or they are not valid.", "not-authenticated"),
    "403": ("Forbidden", "You may see this, but not do this.", "forbidden"),
    "404": ("NotFound", "It does not exist, or you may not see it.", "not-found"),
    "409": ("Conflict", "It conflicts with what is there.", "conflict"),
    "412": ("VersionMismatch", "Somebody changed it since you read it.", "version-mismatch"),
    "413": ("TooLarge", "It is too large.", "too-large"),
    "415": ("UnsupportedMediaType", "The body's media type is not understood.", "unsupported-media-type"),
    "422": ("InvalidInput", "The input is not valid; `errors` says where.", "invalid-input"),
    "429": ("TooManyRequests", "Too many attempts; come back after `Retry-After`.", "too-many-requests"),
    "503": ("Unavailable", "Not available now; try again.", "unavailable"),
}  # fmt: skip

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `type` is stable.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid-input"]},
        "title": {"type": "string", "examples": ["The input is not valid"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "examples": ["The body does not fit."]},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}
_FAULT: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Fault",
    "required": ["pointer", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "A JSON pointer, or `?name` for a query parameter.",
                    "examples": ["/fields/amount"]},
        "detail": {"type": "string", "examples": ["Give an amount such as 1200.50."]},
        "position": {"type": "integer", "description": "Characters from the start of an expression.",
                     "examples": [14]},
    },
}  # fmt: skip

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
}


def complete(generated: Mapping[str, Any], field_types: Mapping[str, FieldType[Any, Any]]) -> dict[str, Any]:
    """The whole document for these enabled field types."""
    document: dict[str, Any] = deepcopy(dict(generated))
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas |= {"Problem": _PROBLEM, "Fault": _FAULT} | dict(_field_values(field_types))
    components["responses"] = {name: _response(*entry) for name, *entry in _problem_entries()}
    components["securitySchemes"] = _security_schemes()
    _type_record_fields(schemas)
    for path, operation in _operations(document):
        _complete_operation(operation, path, schemas)
    return document


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


def _field_values(field_types: Mapping[str, FieldType[Any, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, field_type in field_types.items():
        yield from value_schemas(key, field_type).items()
    references = [{"$ref": f"#/components/schemas/{PREFIX}{key}"} for key in field_types]
    yield (
        "FieldValue",
        {
            "title": "A value of a custom field",
            "description": "In the shape of the field's type; null when empty, an array for what holds many.",
            "anyOf": [*references, {"type": "array"}, {"type": "null"}],
        },
    )
    yield "FieldTypeKey", {"type": "string", "title": "The type of a field", "enum": list(field_types)}


def _type_record_fields(schemas: dict[str, Any]) -> None:
    """Say in the schemas of records what their `fields` hold."""
    for name, schema in schemas.items():
        fields = schema.get("properties", {}).get("fields")
        if name.startswith("Record") and isinstance(fields, dict) and "items" not in fields:
            fields["additionalProperties"] = {"$ref": "#/components/schemas/FieldValue"}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                operation["x-method"] = method
                yield path, operation


def _complete_operation(operation: dict[str, Any], path: str, schemas: Mapping[str, Any]) -> None:
    method = operation.pop("x-method")
    public = path == "/" or path.startswith(PUBLIC_PATHS[1:])
    responses = operation.setdefault("responses", {})
    responses.pop("400", None)
    for status in _statuses(method, path, public):
        responses[status] = {"$ref": f"#/components/responses/{_RESPONSES[status][0]}"}
    if operation.get("security") is None and not public:
        operation["security"] = [{"token": []}, {"session": [], "csrf": []}]
    for content in [operation.get("requestBody", {}), *responses.values()]:
        _add_examples(content, schemas)


def _statuses(method: str, path: str, public: bool) -> list[str]:
    if public:
        return ["422"]
    found = ["401", "403", "404", "422", "503"]
    if method != "get":
        found += ["409", "429"]
    if method in ("post", "patch", "put"):
        found += ["413", "415"]
    if method in ("patch", "delete") and path.endswith("}"):
        found.append("412")
    return sorted(found)


def _add_examples(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    for media in content.get("content", {}).values():
        if "schema" in media and not {"example", "examples"} & media.keys():
            media["example"] = example(media["schema"], schemas)


def _problem_entries() -> Iterator[tuple[str, str, str, str]]:
    for status, (name, description, slug) in _RESPONSES.items():
        yield name, status, description, slug


def _response(status: str, description: str, slug: str) -> dict[str, Any]:
    problem = {"type": f"/problems/{slug}", "title": description.rstrip("."), "status": int(status)}
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[str, Any] = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "example": problem}},
    }
    if status in ("429", "503"):
        found["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return found


def _security_schemes() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal token, `smalt_…`."},
        "session": {"type": "apiKey", "in": "cookie", "name": "smalt_session",
                    "description": "The cookie that POST /session sets."},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token",
                 "description": "With the cookie, for all but GET and HEAD."},
    }  # fmt: skip
