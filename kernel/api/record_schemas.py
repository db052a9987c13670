"""Schemas of records for the OpenAPI document.

The database writes the JSON of records, so no Struct describes it; here it is said in words of
JSON Schema, with the example of a sales opportunity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_ID: Final = {"type": "string"}
_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
_VALUES: Final = {
    "type": "object",
    "description": "Custom fields by key. What you may not see is absent.",
    "additionalProperties": {"$ref": "#/components/schemas/FieldValue"},
}
_INPUTS: Final = {
    "type": "object",
    "description": "Custom fields by key or id; null empties. Choices by name or id, people by id or email, "
    "references by id or a list of ids, money also as a plain amount.",
    "additionalProperties": True,
}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_RECORD_EXAMPLE: Final[dict[str, Any]] = {
    "id": "912735079480950785", "project_id": "912735079480942593", "list_id": "912735079480946689",
    "title": "Website relaunch", "description": None, "position": "912735079480950785",
    "tags": [{"id": "912735079480954881", "name": "website", "color": "blue"}],
    "assignees": [{"id": "912735079480958977", "name": "Ewa Nowak"}],
    "start_at": None, "due_at": None, "completed_at": None, "list_entered_at": "2026-11-23T09:24:00.000Z",
    "created_at": "2026-11-23T09:24:00.000Z", "created_by": "912735079480958977",
    "updated_at": "2026-11-23T09:24:00.000Z", "updated_by": "912735079480958977", "version": 3,
    "fields": {
        "amount": {"amount": "12000.00", "currency": "EUR"}, "confidence": 4,
        "customer": [{"id": "912735079480963073", "title": "Acme"}], "customer_email": ["ewa@acme.example"],
    },
}  # fmt: skip
_INPUT_EXAMPLE: Final[dict[str, Any]] = {
    "title": "Website relaunch", "list": "Negotiations", "tags": ["website"],
    "fields": {"amount": "12000.00", "confidence": 4},
}  # fmt: skip

_INPUT_MEMBERS: Final[dict[str, Any]] = {
    "title": {"type": "string", "description": "Identifies the record everywhere; never blank."},
    "description": {"type": ["string", "null"]},
    "list": {"type": "string", "description": "By name or id; the first one when left out."},
    "tags": {"type": "array", "items": {"type": "string"}, "description": "By name or id."},
    "assignees": {"type": "array", "items": {"type": "string"}, "description": "By id or email."},
    "start_at": _MOMENT, "due_at": _MOMENT, "completed_at": _MOMENT,
    "completed": {"type": "boolean", "description": "Sets `completed_at` to now, or empties it."},
    "fields": _INPUTS,
}  # fmt: skip

SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "Record": {
        "type": "object",
        "title": "Record",
        "required": ["id", "project_id", "list_id", "title", "version", "fields"],
        "properties": {
            "id": _ID, "project_id": _ID, "list_id": {"type": ["string", "null"]},
            "title": {"type": "string"},
            "description": {"type": ["string", "null"]},
            "description_html": {"type": ["string", "null"], "description": "With `render` only."},
            "position": _ID,
            "tags": {"type": "array", "items": _reference("Labelled")},
            "assignees": {"type": "array", "items": _reference("Labelled")},
            "start_at": _MOMENT, "due_at": _MOMENT, "completed_at": _MOMENT, "list_entered_at": _MOMENT,
            "created_at": _MOMENT, "created_by": {"type": ["string", "null"]},
            "updated_at": _MOMENT, "updated_by": {"type": ["string", "null"]}, "deleted_at": _MOMENT,
            "version": {"type": "integer", "description": "Counts changes; also the ETag."},
            "warnings": {"type": "array", "items": {"type": "object"},
                         "description": "What is broken or left out, where there is something to say."},
            "display": {"type": "object", "description": "With `display` only: texts for people, by member; "
                        "those of custom fields under `fields`."},
            "fields": _VALUES,
        },
        "examples": [_RECORD_EXAMPLE],
    },
    "Labelled": {
        "type": "object",
        "title": "Labelled",
        "required": ["id", "name"],
        "properties": {"id": _ID, "name": {"type": "string"}, "color": {"type": ["string", "null"]}},
    },
    "RecordPage": {
        "type": "object",
        "title": "RecordPage",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": _reference("Record")},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
            "total": {"type": "integer", "description": "With `count` only."},
        },
        "examples": [{"items": [_RECORD_EXAMPLE], "next": None}],
    },
    "RecordInput": {
        "type": "object",
        "title": "RecordInput",
        "required": ["title"],
        "properties": _INPUT_MEMBERS,
        "additionalProperties": False,
        "examples": [_INPUT_EXAMPLE],
    },
    "RecordPatch": {
        "type": "object",
        "title": "RecordPatch",
        "description": "Only what is sent is changed.",
        "properties": _INPUT_MEMBERS,
        "additionalProperties": False,
        "examples": [{"list": "Closed Won", "fields": {"confidence": 5}}],
    },
    "Aggregation": {
        "type": "object",
        "title": "Aggregation",
        "required": ["items", "next"],
        "properties": {"next": {"type": "null"}, "items": {"type": "array", "items": {
            "type": "object",
            "required": ["group", "measures"],
            "properties": {
                "group": {"type": "object", "description": "By what was grouped by; null for empty."},
                "measures": {"type": "object", "description": "By the names in the request."},
            },
        }}},
        "examples": [{"next": None, "items": [
            {"group": {"list": {"id": "912735079480946689", "name": "Closed Won", "color": "green"}},
             "measures": {"count": 4238, "total": "10005534"}},
        ]}],
    },
}  # fmt: skip
"""By name in the components."""

_PROJECT: Final = "/projects/{project_id}"
_ONE: Final = f"{_PROJECT}/records/{{record_id}}"

ANSWERS: Final[Mapping[tuple[str, str], str]] = {
    ("get", f"{_PROJECT}/records"): "RecordPage",
    ("post", f"{_PROJECT}/records"): "Record",
    ("post", f"{_PROJECT}/records/query"): "RecordPage",
    ("post", f"{_PROJECT}/records/aggregate"): "Aggregation",
    ("get", f"{_PROJECT}/fields/{{field_id}}/candidates"): "RecordPage",
    ("get", _ONE): "Record",
    ("patch", _ONE): "Record",
    ("post", f"{_ONE}/restore"): "Record",
    ("post", f"{_ONE}/move"): "Record",
    ("post", f"{_ONE}/copy"): "Record",
}
"""What operations answer, by method and path below the base."""

BODIES: Final[Mapping[tuple[str, str], str]] = {
    ("post", f"{_PROJECT}/records"): "RecordInput",
    ("patch", _ONE): "RecordPatch",
    ("post", f"{_ONE}/copy"): "RecordPatch",
}
"""What operations take, likewise."""


def describe(method: str, path: str, operation: dict[str, Any]) -> None:
    """Put the schemas of records into an operation of theirs."""
    answer, body = ANSWERS.get((method, path)), BODIES.get((method, path))
    for status, response in operation.get("responses", {}).items():
        if answer is not None and status < "300":
            response["content"] = {"application/json": {"schema": _reference(answer)}}
            if answer == "Record":
                response["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version."}}
    if body is not None and "requestBody" in operation:
        operation["requestBody"]["content"] = {"application/json": {"schema": _reference(body)}}
