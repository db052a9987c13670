"""What a form must be when it is saved, for the one who saves it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.dialects.base import Dialect
from kernel.errors import Fault, InvalidValueError, SmaltError
from kernel.fields import Column, ParseContext
from kernel.queries.builtins import rule_of
from kernel.schema import Project, Schema
from kernel.services.forms.conditions import BROKEN, Given
from kernel.services.forms.entries import Entry, entry_of, usable
from kernel.services.forms.model import SLUG, After, FormContent, FormField
from kernel.services.names import Faults
from kernel.services.record_input import find_choice, is_empty, parse_value, read_time, unknown_field
from kernel.values import Choice


class FormChecks:
    """Checks the parts of a form against a project, for one actor; faults gather in `faults`."""

    def __init__(
        self, schema: Schema, project: Project, actor: Actor, dialect: Dialect, now: datetime
    ) -> None:
        access = actor.access(project.id)
        assert access is not None  # whoever comes here may configure the project
        self._schema, self.project, self._actor = schema, project, actor
        self.access: ProjectAccess = access
        self.dialect, self.now = dialect, now
        self.faults = Faults()

    def content(self, content: FormContent, named: Collection[str]) -> FormContent:
        """The content with ids in place of names. People, and what is not `named`, are left as they are."""
        found: dict[str, Any] = {n: CHECKS[n](self, content) for n in CHECKS if n in named}
        checked = msgspec.structs.replace(content, **found)
        opens, closes = checked.opens_at, checked.closes_at
        if {"opens_at", "closes_at"} & set(named) and opens and closes and opens >= closes:
            self.faults.add("/closes_at", "It must close after it opens.")
        return checked

    def fields(self, fields: Sequence[FormField]) -> list[FormField]:
        """The fields of a form, by id."""
        if not any(not field.hidden for field in fields):
            self.faults.add("/fields", "A form needs a field that it shows.")
        given = Given(self.project, self.dialect, self.now, {})
        seen: set[str] = set()
        found = []
        for number, field in enumerate(fields):
            pointer = f"/fields/{number}"
            entry = self._entry(field, pointer)
            if entry is None:
                continue
            if entry.key in seen:
                self.faults.add(f"{pointer}/field", f"'{entry.key}' is there already.")
            seen.add(entry.key)
            self._check(entry, pointer)
            self._check_condition(given, entry, pointer)
            name = entry.key if entry.custom is None else str(entry.custom.id)
            found.append(msgspec.structs.replace(field, field=name))
        return found

    def slug(self, slug: str) -> str:
        """The address of a form."""
        if not SLUG.fullmatch(slug):
            self.faults.add(
                "/slug", "Take small letters, digits and hyphens, 80 at the most, such as contact-us."
            )
        return slug

    def _entry(self, field: FormField, pointer: str) -> Entry | None:
        entry = entry_of(self.project, field)
        if entry is None or not self.sees(entry):
            known = unknown_field(field.field, self.project, self.access)
            self.faults.add(f"{pointer}/field", known)
            return None
        if not usable(entry) or not self._writes(entry):
            self.faults.add(f"{pointer}/field", f"'{entry.key}' cannot be filled in, or not by you.")
            return None
        return entry

    def sees(self, entry: Entry) -> bool:
        return self._rule(entry) != "hidden"

    def _writes(self, entry: Entry) -> bool:
        return self._rule(entry) == "edit"

    def _rule(self, entry: Entry) -> str:
        return rule_of(self.access, entry.key) if entry.custom is None else self.access.rule(entry.key)

    def _check(self, entry: Entry, pointer: str) -> None:
        shown, column = entry.form.settable, entry.column
        if column is Column.PERSON and shown:
            self.faults.add(f"{pointer}/field", "A form shows nobody who the people are: hide this field.")
        if column is Column.FILE and entry.form.hidden:
            self.faults.add(f"{pointer}/hidden", "A file cannot be filled in unseen.")
        if column is Column.RECORD and shown and not entry.form.picker:
            self.faults.add(
                f"{pointer}/picker",
                "Everybody could read the titles of the records to choose from: say so with 'picker': true.",
            )
        if entry.form.picker and column is not Column.RECORD:
            self.faults.add(f"{pointer}/picker", "Only a reference has records to choose from.")
        if entry.form.picker and column is Column.RECORD and not self._sees_target(entry):
            self.faults.add(f"{pointer}/field", "You may not see the records that this refers to.")
        if entry.form.hidden and entry.form.visible_if is not None:
            self.faults.add(f"{pointer}/visible_if", "A hidden field is never to be seen.")
        self._check_default(entry, pointer)

    def _sees_target(self, entry: Entry) -> bool:
        target = None if entry.custom is None else self._schema.projects.get(entry.custom.target or 0)
        access = None if target is None or target.deleted else self._actor.access(target.id)
        return access is not None and access.sees("title")

    def _check_default(self, entry: Entry, pointer: str) -> None:
        default = entry.form.default
        if is_empty(default):
            if entry.form.hidden and entry.required and not entry.form.settable:
                self.faults.add(f"{pointer}/default", "A hidden field that is required needs a default.")
            return
        if entry.column is Column.FILE:
            self.faults.add(f"{pointer}/default", "A file cannot be given beforehand.")
            return
        try:
            if entry.custom is not None:
                context = ParseContext(currency=self.project.currency, time_zone=self.project.time_zone)
                parse_value(entry.custom, default, context)
            elif entry.key in ("start_at", "due_at"):
                read_time(default, self.project.time_zone)
            elif not isinstance(default, str):
                raise InvalidValueError("This must be text.")
        except SmaltError as error:
            self.faults.add(f"{pointer}/default", error.detail)

    def _check_condition(self, given: Given, entry: Entry, pointer: str) -> None:
        try:
            given.compile(entry)
        except BROKEN as error:
            position = getattr(error, "position", None)
            self.faults.found.append(Fault(f"{pointer}/visible_if", error.detail, position))
            given.before.append(entry)

    def _choice(self, pointer: str, choices: tuple[Choice, ...], value: str | None, what: str) -> str | None:
        if value is None:
            return None
        try:
            return str(find_choice(choices, value, what).id)
        except InvalidValueError as error:
            self.faults.add(pointer, error.detail)
            return None

    def _after(self, after: After) -> After:
        if after.message is not None and after.redirect is not None:
            self.faults.add("/after", "Give a message or a redirect, not both.")
        if after.redirect is not None and not _address(after.redirect):
            self.faults.add("/after/redirect", "Give an address that begins with https:// or http://.")
        return msgspec.structs.replace(after, message=self.faults.text(after.message, "/after/message"))

    def _tags(self, tags: Sequence[str]) -> list[str]:
        found = [self._choice(f"/tags/{i}", self.project.tags, tag, "tag") for i, tag in enumerate(tags)]
        return [tag for tag in dict.fromkeys(found) if tag is not None]

    def _moment(self, content: FormContent, name: str) -> str | None:
        value: Any = getattr(content, name)
        try:
            moment = read_time(value, self.project.time_zone)
        except InvalidValueError as error:
            self.faults.add(f"/{name}", error.detail)
            return None
        return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _origins(self, embed: Sequence[str]) -> list[str]:
        return [self._origin(f"/embed/{number}", text) for number, text in enumerate(embed)]

    def _origin(self, pointer: str, text: str) -> str:
        origin = text.strip().rstrip("/").lower()
        parts = _address(origin)
        if parts is None or parts != origin:
            self.faults.add(pointer, "Give the origin of a site, such as https://www.example.com.")
        return origin


CHECKS: Final[Mapping[str, Callable[[FormChecks, FormContent], Any]]] = {
    "fields": lambda checks, content: checks.fields(content.fields),
    "list": lambda checks, content: checks._choice("/list", checks.project.lists, content.list, "list"),
    "tags": lambda checks, content: checks._tags(content.tags),
    "after": lambda checks, content: checks._after(content.after),
    "opens_at": lambda checks, content: checks._moment(content, "opens_at"),
    "closes_at": lambda checks, content: checks._moment(content, "closes_at"),
    "embed": lambda checks, content: checks._origins(content.embed),
    "description": lambda checks, content: checks.faults.text(content.description),
}
"""How each member of a form is checked; the others are right by their types."""


def _address(text: str) -> str | None:
    """The origin of a web address; None for what is none."""
    if not text.isascii() or not text.isprintable() or any(c in text for c in " ;,'\"\\*"):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")


def origin_of(address: str | None) -> str | None:
    """Where a redirect leads to: scheme, host and port."""
    return None if address is None else _address(address)
