"""The OpenAPI document: what Litestar generates, completed with what every operation shares.

Problem responses, ways to sign in, examples, and the values of the field types that are enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from kernel.access.previews import HEADER
from kernel.api.examples import example
from kernel.api.problems import MEDIA_TYPE
from kernel.api.record_schemas import SCHEMAS as RECORDS
from kernel.api.record_schemas import describe
from kernel.api.value_schemas import field_values
from kernel.fields import FieldType

PUBLIC_PATHS: Final = ("/", "/health", "/metrics", "/schema")
METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head"})
_PAGE: Final = re.compile(r"Page_(?:[\w.]+\.)?(\w+?)_(?=\")")

_RESPONSES: Final = {
    "401": ("NotAuthenticated", "No credentials, or they are not valid.", "not-authenticated"),
    "403": ("Forbidden", "You may see this, but not do this.", "forbidden"),
    "404": ("NotFound", "It does not exist, or you may not see it.", "not-found"),
    "409": ("Conflict", "It conflicts with what is there.", "conflict"),
    "412": ("VersionMismatch", "Somebody changed it since you read it.", "version-mismatch"),
    "413": ("TooLarge", "It is too large.", "too-large"),
    "415": ("UnsupportedMediaType", "The body's media type is not understood.", "unsupported-media-type"),
    "416": ("RangeNotSatisfiable", "There is nothing in this range.", "range-not-satisfiable"),
    "422": ("InvalidInput", "The input is not valid; `errors` says where.", "invalid-input"),
    "429": ("TooManyRequests", "Too many attempts; come back after `Retry-After`.", "too-many-requests"),
    "503": ("Unavailable", "Not available now; try again.", "unavailable"),
}  # fmt: skip

_OF_READS: Final = {"/events": "429", "/download": "409", "/content": "416"}
"""What some reads may answer beside what all do, by the ends of their paths."""

_READING: Final = re.compile(r"/(query|aggregate|preview(/image\.svg)?|exports|charts/\{chart_id\}/records)$")
"""Paths whose POST only reads."""

_SEE_AS: Final = (
    "Look with the rights of a role, or of a member, of a project whose roles you may change: "
    "`projects/<id>/roles/<id or name>` or `projects/<id>/members/<id>`. You never see more than else; what "
    "they may not see is not there, other projects are as the member sees them (for a role: not at all), and "
    "all that changes something is refused with `preview-is-read-only`."
)
_PARAMETERS: Final[dict[str, Any]] = {
    "SeeAs": {"name": HEADER, "in": "header", "description": _SEE_AS},
    "SeeAsQuery": {"name": "see_as", "in": "query", "description": f"The same as the header `{HEADER}`, for "
                   "pictures and event streams, which cannot send it."},
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


def complete(
    generated: Mapping[str, Any],
    field_types: Mapping[str, FieldType[Any, Any]],
    keys: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> dict[str, Any]:
    """The whole document for these enabled field types, and the `keys` of other plugins by their kind."""
    document = _short_names(generated)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas |= {"Problem": _PROBLEM, "Fault": _FAULT, **RECORDS, **field_values(field_types)}
    schemas |= {f"{kind.title().replace('_', '')}Key": _key(kind, names) for kind, names in keys.items()}
    components["responses"] = {name: _response(*entry) for name, *entry in _problem_entries()}
    components["parameters"] = {
        name: said | {"schema": {"type": "string", "examples": ["projects/7/roles/viewer"]}}
        for name, said in _PARAMETERS.items()
    }
    components["securitySchemes"] = _security_schemes()
    for path, operation in _operations(document):
        _complete_operation(operation, path, schemas)
    return document


def _key(kind: str, names: Iterable[str]) -> dict[str, Any]:
    """What may stand where one of a kind is named; configs are described in the catalogue of the kind."""
    return {"type": "string", "title": f"What a {kind} is named by".replace("_", " "), "enum": [*names]}


def _short_names(generated: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which pages are named after their items: Litestar writes the module into the name."""
    text = _PAGE.sub(r"PageOf\1", msgspec.json.encode(generated).decode())
    document: dict[str, Any] = msgspec.json.decode(text)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                operation["x-method"] = method
                yield path, operation


def _complete_operation(operation: dict[str, Any], path: str, schemas: Mapping[str, Any]) -> None:
    method = operation.pop("x-method")
    describe(method, path.removeprefix("/api/v1"), operation)
    public = path == "/" or path.startswith(PUBLIC_PATHS[1:])
    responses = operation.setdefault("responses", {})
    responses.pop("400", None)
    for status in _statuses(method, path, public):
        responses[status] = {"$ref": f"#/components/responses/{_RESPONSES[status][0]}"}
    if (method == "get" or _READING.search(path)) and not public:
        parameters = [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS]
        operation["parameters"] = [*operation.get("parameters", ()), *parameters]
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
    for end, status in _OF_READS.items():
        if method == "get" and path.endswith(end):
            found.append(status)
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
