"""The document: projects and dashboards as one readable file, with names in place of ids.

A project has a `key`, by which the document refers to it (`"@customers"` where the API takes
the id of a project). The members of everything else are those that the API takes, but what is
in a project stands in the order of the document and has no position. What the document does
not mention stays as it is.
"""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Final

import msgspec
import tomli_w

from kernel.complaints import fault_of
from kernel.errors import Fault, InvalidInputError

VERSION: Final = 1
REFERS: Final = "@"
"""What stands before the key of a project."""
LONGEST: Final = 16 * 1024 * 1024

Item = dict[str, Any]
Items = list[Item]


class ProjectDocument(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One project. Fields that others build on may stand anywhere."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["customers"])]
    name: Annotated[str, msgspec.Meta(min_length=1, examples=["Customers"])]
    description: str | None = None
    default_fields: list[str] | None = None
    time_zone: str | None = None
    currency: str | None = None
    lists: Items = []
    tags: Items = []
    fields: Items = []
    roles: Items = []
    views: Items = []
    automations: Items = []
    forms: Items = []


class Blueprint(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A whole set-up."""

    version: int = VERSION
    projects: list[ProjectDocument] = []
    dashboards: Items = []


def read_toml(content: bytes) -> Blueprint:
    """A document out of a TOML file. Raises InvalidInputError."""
    if len(content) > LONGEST:
        raise InvalidInputError("The file is too large for a set-up.")
    try:
        members = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"The file is not TOML: {error}.") from error
    try:
        return msgspec.convert(members, Blueprint)
    except msgspec.ValidationError as error:
        raise InvalidInputError("The set-up is not valid.", [fault_of(error, "")]) from error


def write_toml(document: Blueprint) -> str:
    """The document as TOML, which has no null: what is empty is left out."""
    return tomli_w.dumps(_without_nulls(msgspec.to_builtins(document)), multiline_strings=True)


def check(document: Blueprint) -> None:
    """Raise InvalidInputError for what no installation could take."""
    faults = []
    if document.version != VERSION:
        faults.append(Fault("/version", f"This is version {document.version}; this Smalt reads {VERSION}."))
    seen: dict[str, int] = {}
    for place, project in enumerate(document.projects):
        if seen.setdefault(project.key, place) != place:
            faults.append(Fault(f"/projects/{place}/key", f"There are two projects '{project.key}'."))
    for pointer, items in _collections(document):
        names: set[str] = set()
        for number, item in enumerate(items):
            name = item.get("name")
            if not isinstance(name, str) or not name.strip():
                faults.append(Fault(f"{pointer}/{number}/name", "This needs a name."))
            elif name.casefold() in names:
                faults.append(Fault(f"{pointer}/{number}/name", f"There are two called '{name}'."))
            else:
                names.add(name.casefold())
    if faults:
        raise InvalidInputError("The set-up is not valid.", faults)


def _collections(document: Blueprint) -> list[tuple[str, Items]]:
    found = [("/dashboards", document.dashboards)]
    for place, project in enumerate(document.projects):
        for name in ("lists", "tags", "fields", "roles", "views", "automations", "forms"):
            found.append((f"/projects/{place}/{name}", getattr(project, name)))
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
