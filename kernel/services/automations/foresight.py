"""What is wrong with an action whatever the record: found when it is saved, not when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.access.actor import ProjectAccess
from kernel.automations import Facts
from kernel.effects import (
    Address,
    ChangeLinked,
    ChangeRecord,
    CopyRecord,
    CreateRecord,
    Effect,
    Notify,
    SendRequest,
)
from kernel.errors import InvalidInputError
from kernel.queries.fields import canonical
from kernel.schema import Project
from kernel.services.automations.asking import Asked
from kernel.services.automations.record_effects import as_input, reference_of
from kernel.services.automations.setting import Setting
from kernel.services.automations.templating import filled, only_place, places, texts_in
from kernel.services.record_input import WRITABLE, DraftParser, unknown_field, unknown_member
from kernel.storage.record_rows import Draft
from kernel.text_input import fold_name

UNKNOWN = "\ue000"
"""Stands for what only the record will say; a character that no text has (private use)."""


def foreseen(asked: Asked, setting: Setting) -> Facts:
    """Facts about no record in particular: `UNKNOWN` for, or in the place of, whatever is asked of it."""
    return Facts(
        "", setting.now, setting.project.time_zone, {"id": "0", "title": UNKNOWN, "version": 1},
        texts={t: filled(t, lambda _: UNKNOWN) for t in [*asked.texts, *asked.inputs] if places(t)},
        values=dict.fromkeys(asked.formulas, UNKNOWN),
        places={text: UNKNOWN for text in asked.inputs if only_place(text) is not None},
        addresses={entry: _addresses(entry, setting) for entry in asked.recipients},
    )  # fmt: skip


def _addresses(entry: str, setting: Setting) -> list[Address]:
    if only_place(entry) is not None:
        return []
    return [setting.people.get(entry.strip().lower(), Address(entry.strip()))]


class Foresight:
    """Looks at effects that are planned with the facts of `foreseen`.

    `missing_tags` collects, by project, the names of tags that are to be made first.
    """

    def __init__(self, setting: Setting, missing_tags: dict[tuple[int, str], None]) -> None:
        self._at = setting
        self._missing_tags = missing_tags

    def look(self, effect: Effect) -> None:
        """Raise InvalidInputError, or ForbiddenError, for what could never be brought about."""
        match effect:
            case ChangeRecord() | CopyRecord():
                self._look_at_values(self._at.project, effect.values)
            case ChangeLinked():
                self._look_at_values(self._linked(effect), effect.values)
            case CreateRecord():
                target = self._project(effect.project_id)
                self._look_at_values(target, effect.values, new=True)
            case Notify():
                self._look_at_people(effect)
            case SendRequest():
                self._at.refuse_address(effect.url.replace(UNKNOWN, "x"))

    def _project(self, project_id: str | None) -> Project:
        found = self._at.project if project_id is None else self._at.other_project(project_id)
        if found is None:
            raise InvalidInputError("There is no such project.")
        return found

    def _linked(self, effect: ChangeLinked) -> Project:
        if effect.project_id is None:
            return self._project(str(reference_of(self._at.project, effect.reference).target))
        target = self._project(effect.project_id)
        field = reference_of(target, effect.reference)
        if field.target != self._at.project.id:
            raise InvalidInputError(f"'{field.name}' of '{target.name}' does not refer to this project.")
        return target

    def _look_at_people(self, effect: Notify) -> None:
        for address in effect.people:
            if address.user_id is None and self._at.knows_addresses:
                told = f"There is no person '{address.email[:100]}'; "
                raise InvalidInputError(f"{told}name one by email, or a field as {{assignees}}.")

    def _look_at_values(self, project: Project, values: Mapping[str, Any], new: bool = False) -> None:
        access = self._at.actor.access(project.id)
        assert access is not None  # the project is visible
        given = as_input(project, values)
        literal = _known(given)
        self._note_tags(project, literal)
        parser = DraftParser(project, access)
        draft = parser.parse(literal, new=False)
        self._fill_in(draft, project, access, given)
        if new:
            parser.check_complete(draft)

    def _note_tags(self, project: Project, given: dict[str, Any]) -> None:
        """Tags that are not there yet will be made; until then the values go without them."""
        if "tags" not in given:
            return
        there = {fold_name(tag.name) for tag in project.tags} | {str(tag.id) for tag in project.tags}
        names = given["tags"] if isinstance(given["tags"], list) else [given["tags"]]
        new = [n for n in names if isinstance(n, str) and n.strip() and not n.strip().isdecimal()]
        new = [name.strip() for name in new if fold_name(name) not in there]
        self._missing_tags.update({(project.id, name): None for name in new})
        given["tags"] = [n for n in names if not isinstance(n, str) or n.strip() not in new]

    def _fill_in(
        self, draft: Draft, project: Project, access: ProjectAccess, given: Mapping[str, Any]
    ) -> None:
        """Note as present what only the record will say; InvalidInputError for names that there are not."""
        for name in given:
            if canonical(name) not in WRITABLE:
                raise InvalidInputError(unknown_member(name, project, access))
        if "title" in {canonical(name) for name in given}:
            draft.columns.setdefault("title", UNKNOWN)
        custom = given.get("fields")
        for name in custom if isinstance(custom, Mapping) else ():
            field = project.by_name.get(name)
            if field is None or not access.sees(field.key):
                raise InvalidInputError(unknown_field(name, project, access))
            draft.fields.setdefault(field.id, UNKNOWN)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as far as they are known; what only the record will say is left out."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if canonical(name) == "fields" and isinstance(value, Mapping):
            found[name] = _known(value)
        elif isinstance(value, list):
            found[name] = [item for item in value if not _is_asked(item)]
        elif not _is_asked(value):
            found[name] = value
    return found


def _is_asked(value: Any) -> bool:
    return any(UNKNOWN in text for text in texts_in(value))
