"""From what a client sends to a draft of a record: names resolved, values parsed, faults collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kernel.access.actor import ProjectAccess
from kernel.errors import Fault, ForbiddenError, InvalidInputError, InvalidValueError, PluginError
from kernel.fields import ParseContext
from kernel.queries.builtins import rule_of
from kernel.queries.fields import canonical, has_built_in
from kernel.schema import BUILT_IN_LINKS, Field, Project
from kernel.storage.record_rows import Draft
from kernel.text_input import clean_line, clean_lines, fold_name
from kernel.values import Choice

MAXIMUM_TITLE = 500
MAXIMUM_DESCRIPTION = 100_000
MAXIMUM_LINKS = 1000

TAGS, ASSIGNEES = BUILT_IN_LINKS["tags"], BUILT_IN_LINKS["assignees"]
WRITABLE = (
    "title",
    "description",
    "list",
    "tags",
    "assignees",
    "start_at",
    "due_at",
    "completed_at",
    "completed",
    "fields",
)

_RULED_BY = {"completed": "completed_at"}


class DraftParser:
    """Parses the records of one project for one writer."""

    def __init__(self, project: Project, access: ProjectAccess) -> None:
        self.project = project
        self.access = access
        self.context = ParseContext(currency=project.currency, time_zone=project.time_zone)
        self._faults: list[Fault] = []
        self._denied: list[str] = []

    def parse(self, data: Mapping[str, Any], new: bool, pointer: str = "") -> Draft:
        """A draft, or InvalidInputError with every fault found, or ForbiddenError."""
        draft = self.draft(data, new, pointer)
        if draft.faults:
            raise InvalidInputError("The record is not valid.", draft.faults)
        return draft

    def draft(self, data: Mapping[str, Any], new: bool, pointer: str = "") -> Draft:
        """A draft with every fault found; ForbiddenError where that is all that is wrong.

        For those who will find more faults, and report all of them together.
        """
        self._faults, self._denied = [], []
        draft = Draft()
        for name, value in data.items():
            self._member(draft, name, value, pointer)
        self._complete(draft, new, pointer)
        draft.faults = self._faults
        if self._denied and not self._faults:
            raise ForbiddenError(f"You may not change {', '.join(sorted(self._denied))}.")
        return draft

    def _member(self, draft: Draft, name: str, value: Any, pointer: str) -> None:
        built_in = canonical(name)
        place = f"{pointer}/{escaped(name)}"
        if built_in == "fields":
            self._custom_fields(draft, value, place)
        elif built_in not in WRITABLE or not self._sees(_RULED_BY.get(built_in, built_in)):
            self._fault(place, unknown_member(name, self.project, self.access))
        else:
            self._built_in(draft, built_in, value, place)

    def _sees(self, name: str) -> bool:
        return has_built_in(self.project, name) and rule_of(self.access, name) != "hidden"

    def _built_in(self, draft: Draft, name: str, value: Any, place: str) -> None:
        if not writes(self.project, self.access, _RULED_BY.get(name, name)):
            self._denied.append(name)
            return
        try:
            _READERS[name](self, draft, value)
        except InvalidValueError as error:
            self._fault(place, error.detail)

    def _custom_fields(self, draft: Draft, value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            self._fault(place, "Give an object of field keys and values.")
            return
        for name, given in value.items():
            self._custom_field(draft, str(name), given, f"{place}/{escaped(str(name))}")

    def _custom_field(self, draft: Draft, name: str, value: Any, place: str) -> None:
        custom = self.project.by_name.get(name)
        if custom is None or not self.access.sees(custom.key):
            self._fault(place, unknown_field(name, self.project, self.access))
        elif self.access.rule(custom.key) != "edit":
            self._denied.append(custom.key)
        else:
            try:
                draft.fields[custom.id] = parse_value(custom, value, self.context)
            except InvalidValueError as error:
                self._fault(place, error.detail)
            except PluginError as error:
                self._fault(place, f"This field cannot take values now: {error.detail}")

    def check_complete(self, draft: Draft) -> None:
        """Raise InvalidInputError unless a new record has all that it must have."""
        self._faults = []
        self._complete(draft, True, "")
        if self._faults:
            raise InvalidInputError("The record is not valid.", self._faults)

    def _complete(self, draft: Draft, new: bool, pointer: str) -> None:
        """What a record must have."""
        if new and "title" not in draft.columns and "title" not in self._denied:
            self._fault(f"{pointer}/title", "Give the record a title.")
        for custom in self.project.live_fields:
            if not custom.required or custom.derived or custom.type is None:
                continue
            if custom.id in draft.fields:
                missing = is_empty(draft.fields[custom.id])
            else:
                missing = new and custom.default is None and self.access.rule(custom.key) == "edit"
            if missing:
                self._fault(f"{pointer}/fields/{custom.key}", f"'{custom.name}' must not be empty.")

    def _fault(self, pointer: str, detail: str) -> None:
        if not any(fault.pointer == pointer for fault in self._faults):
            self._faults.append(Fault(pointer, detail))

    def _title(self, draft: Draft, value: Any) -> None:
        draft.columns["title"] = title_text(value)

    def _description(self, draft: Draft, value: Any) -> None:
        draft.columns["description"] = None if value is None else clean_lines(value, MAXIMUM_DESCRIPTION)

    def _list(self, draft: Draft, value: Any) -> None:
        draft.columns["list_id"] = find_choice(self.project.lists, value, "list").id

    def _tags(self, draft: Draft, value: Any) -> None:
        draft.links[TAGS] = [find_choice(self.project.tags, v, "tag").id for v in _several(value)]

    def _assignees(self, draft: Draft, value: Any) -> None:
        draft.links[ASSIGNEES] = [_identity(v) for v in _several(value)]

    def _completed(self, draft: Draft, value: Any) -> None:
        if not isinstance(value, bool):
            raise InvalidValueError("Say true or false, or give a time as 'completed_at'.")
        draft.completed = value

    def time(self, value: Any) -> datetime | None:
        return read_time(value, self.project.time_zone)


def writes(project: Project, access: ProjectAccess, name: str) -> bool:
    """Whether a writer may change a built-in field, which its project must have."""
    return has_built_in(project, name) and rule_of(access, name) == "edit"


def parse_value(custom: Field, value: Any, context: ParseContext) -> Any:
    """A stored field's value; None for empty. InvalidValueError says what to do instead."""
    if custom.type is None:
        raise InvalidValueError(f"'{custom.name}' is not available now: its type '{custom.type_key}' is off.")
    if not custom.columns:
        raise InvalidValueError(f"'{custom.name}' is computed and cannot be written.")
    if custom.numbered:
        raise InvalidValueError(f"'{custom.name}' fills itself and cannot be written.")
    if is_empty(value):
        return None
    return custom.type.parse(value, custom.config, context)


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or (isinstance(value, str) and value.isspace())


def find_choice(choices: tuple[Choice, ...], value: Any, what: str) -> Choice:
    """A list or tag by id, by name without regard to case, or by an object that has either."""
    if isinstance(value, Mapping):
        value = value.get("id", value.get("name"))
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise InvalidValueError(f"Give the {what} by its id or its name.")
    wanted = str(value)
    folded = fold_name(wanted)
    for choice in choices:
        if str(choice.id) == wanted:
            return choice
    for choice in choices:
        if fold_name(choice.name) == folded:
            return choice
    near = get_close_matches(wanted, [c.name for c in choices], n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise InvalidValueError(f"There is no {what} '{wanted[:100]}'.{hint}")


def title_text(value: Any) -> str:
    """The title of a record: one line, not blank."""
    text = clean_line(value, MAXIMUM_TITLE)
    if text is None:
        raise InvalidValueError("The title must not be blank.")
    return text


def read_time(value: Any, time_zone: str) -> datetime | None:
    """A moment, to the millisecond, in UTC; a day means its beginning in the project's zone."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidValueError("Give a time such as 2026-12-31T09:00:00Z.")
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValueError("Give a time such as 2026-12-31T09:00:00Z.") from None
    if not 1 < moment.year < 9999:
        raise InvalidValueError("Give a year between 2 and 9998.")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _several(value: Any) -> list[Any]:
    values = [] if value is None else value if isinstance(value, list) else [value]
    if len(values) > MAXIMUM_LINKS:
        raise InvalidValueError(f"Give {MAXIMUM_LINKS} at the most.")
    return list({msgspec.json.encode(v): v for v in values}.values())


def _identity(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("id", value.get("email"))
    text = clean_line(value, 320) if isinstance(value, str) else None
    if text is None:
        raise InvalidValueError("Give people by their id or email.")
    return text


def unknown_member(name: str, project: Project, access: ProjectAccess) -> str:
    custom = [f.key for f in project.live_fields if access.sees(f.key)]
    near = get_close_matches(canonical(name), [*WRITABLE, *custom], n=1)
    if name in custom:
        return f"'{name}' is a custom field: put it under 'fields'."
    hint = f" Did you mean '{near[0]}'?" if near and near[0] != name else ""
    return f"A record has no '{name}' that can be written.{hint}"


def unknown_field(name: str, project: Project, access: ProjectAccess) -> str:
    keys = [f.key for f in project.live_fields if access.sees(f.key)]
    near = get_close_matches(name, keys, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"There is no field '{name}'.{hint}"


def escaped(name: str) -> str:
    """A member name inside a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _time_reader(name: str) -> Callable[[DraftParser, Draft, Any], None]:
    def read(parser: DraftParser, draft: Draft, value: Any) -> None:
        draft.columns[name] = parser.time(value)

    return read


_READERS: Mapping[str, Callable[[DraftParser, Draft, Any], None]] = {
    "title": DraftParser._title,
    "description": DraftParser._description,
    "list": DraftParser._list,
    "tags": DraftParser._tags,
    "assignees": DraftParser._assignees,
    "start_at": _time_reader("start_at"),
    "due_at": _time_reader("due_at"),
    "completed_at": _time_reader("completed_at"),
    "completed": DraftParser._completed,
}
