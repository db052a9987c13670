"""What a text in the config of a trigger or action stands for.

    class MoveConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
        list: ListName

The kernel checks such members when an automation is saved (there is such a list), shows people the
right input for them, and keeps them right when things are renamed: a trigger or action always gets
the id of a list or tag and the key of a field.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import msgspec

MEANING: Final = "meaning"


def _meaning(name: str, example: str) -> msgspec.Meta:
    return msgspec.Meta(
        extra={MEANING: name}, extra_json_schema={"format": f"smalt-{name}"}, examples=[example]
    )


ListName: TypeAlias = Annotated[str, _meaning("list", "Closed Won")]
"""A list of the project, by name or id."""

TagName: TypeAlias = Annotated[str, _meaning("tag", "website")]
"""A tag by name or id; one that is not there is made when the automation is saved."""

FieldName: TypeAlias = Annotated[str, _meaning("field", "amount")]
"""A built-in or custom field, by name, key or id."""

FilesName: TypeAlias = Annotated[str, _meaning("files", "contracts")]
"""A field of the project that holds files, by name, key or id; the plugin gets the key."""

FormName: TypeAlias = Annotated[str, _meaning("form", "contact-us")]
"""A form of the project, by the last part of its address or id; the plugin gets the id."""

DashboardName: TypeAlias = Annotated[str, _meaning("dashboard", "Sales")]
"""A dashboard that whoever saves the config sees, by name or id; the plugin gets the id."""

PersonName: TypeAlias = Annotated[str, _meaning("person", "ewa@example.com")]
"""A person by email or id; the plugin gets the id."""

ProjectName: TypeAlias = Annotated[str, _meaning("project", "Delivery")]
"""A project by id or name; the plugin gets the id."""

Filter: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        extra={MEANING: "filter"},
        extra_json_schema={
            "format": "smalt-filter",
            "$comment": "The same as a filter tree is taken too, and kept as an expression.",
        },
        max_length=10_000,
        examples=["{amount} > 5000"],
    ),
]
"""A condition on records, of an automation asked with `Facts.holds`. Clients may send a tree; the plugin
gets the expression."""

Formula: TypeAlias = Annotated[str, _meaning("expression", "{amount} * 2")]
"""An expression over the record, read with `Facts.value`."""

TextTemplate: TypeAlias = Annotated[str, _meaning("text", "{title} is in {list} now")]
"""Text with `{field}` where a value is to stand, read with `Facts.text`."""

Recipient: TypeAlias = Annotated[str, _meaning("recipient", "{customer_email}")]
"""An email address, a person, or a `{field}` that has one of these; see `Facts.recipients`."""

Input: TypeAlias = Annotated[
    Any,
    msgspec.Meta(
        extra={MEANING: "input"},
        extra_json_schema={"format": "smalt-input"},
        examples=[{"title": "Delivery of {title}"}],
    ),
]
"""Values as the REST API takes them, read with `Facts.input`: texts in it are templates, and one that
is a `{field}` and nothing else stands for the value itself."""
