"""Managed lists of options, as select fields keep them in their config."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Self

import msgspec

from kernel.errors import Fault, InvalidInputError, InvalidValueError, UnknownOptionError
from kernel.text_input import clean_line, fold_name
from kernel.values import Choice

MAXIMUM_OPTIONS = 500
COLORS = ("blue", "green", "yellow", "orange", "red", "pink", "purple", "teal", "gray", "brown")
"""Given in turn to options that come without a color."""

_LONGEST_NAME = 200


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One option; the server gives it its id, which it keeps for life."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]
    id: Annotated[str, msgspec.Meta(pattern="^[0-9]{0,16}$")] = ""
    color: Annotated[str, msgspec.Meta(pattern="^([a-z]{1,20}|#[0-9a-fA-F]{6})$")] | None = None


def spelled_out(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A config as clients write it, with `{"name": …}` for options that are names alone."""
    options = config.get("options")
    if not isinstance(options, list):
        return config
    return {**config, "options": [{"name": o} if isinstance(o, str) else o for o in options]}


class OptionsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A config with options, in the order in which people see and sort them."""

    options: tuple[Option, ...] = ()

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(int(o.id), o.name, o.color) for o in self.options)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        return {option.id: int(option.id) for option in self.options}

    @cached_property
    def names(self) -> Mapping[str, int]:
        """Ids by the name as written and as folded."""
        folded = {fold_name(option.name): int(option.id) for option in self.options}
        return folded | {option.name: int(option.id) for option in self.options}

    def find(self, value: object) -> int | None:
        """The id of the option with this name or id, also as `{"id": …}` or `{"name": …}`.

        None for blank text. Raises UnknownOptionError, or InvalidValueError for other input.
        """
        if isinstance(value, dict):
            id_ = value.get("id")
            if isinstance(id_, str) and id_ in self.ids:
                return self.ids[id_]
            value = value.get("name", id_)
        if type(value) is not str:
            raise InvalidValueError("This must be the name or the id of an option.")
        found = self.names.get(value) or self.names.get(fold_name(value)) or self.ids.get(value)
        if found is None and (name := clean_line(value, _LONGEST_NAME)):
            raise UnknownOptionError(name)
        return found

    def with_names(self, names: Sequence[str]) -> Self:
        """With options of these names added where there are none yet, complete with ids."""
        known = {fold_name(option.name) for option in self.options}
        new: dict[str, Option] = {}
        for name in names:
            if fold_name(name) not in known:
                new.setdefault(fold_name(name), Option(name))
        added = msgspec.structs.replace(self, options=(*self.options, *new.values()))
        return added.completed(self)

    def completed(self, previous: OptionsConfig | None) -> Self:
        """Checked, names cleaned, and every option with an id and a color.

        An option without an id takes that of the previous option of the same name; a new one
        takes an id that this field has never used, so that no old value can come to mean it.
        """
        named = [_cleaned(option, number) for number, option in enumerate(self.options)]
        if len(named) > MAXIMUM_OPTIONS:
            raise InvalidInputError(f"There may be at most {MAXIMUM_OPTIONS} options.")
        _require_unique(named)
        before = () if previous is None else previous.options
        known = {fold_name(option.name): option for option in before}
        identified = _with_ids([_taken_over(option, known) for option in named], before)
        return msgspec.structs.replace(self, options=tuple(map(_colored, identified, range(len(named)))))


def _cleaned(option: Option, number: int) -> Option:
    try:
        name = clean_line(option.name, _LONGEST_NAME)
    except InvalidValueError as error:
        raise _fault(number, error.detail) from error
    if name is None:
        raise _fault(number, "An option needs a name.")
    id_ = str(int(option.id)) if option.id.strip("0") else ""
    return msgspec.structs.replace(option, name=name, id=id_)


def _require_unique(options: Sequence[Option]) -> None:
    names: set[str] = set()
    ids: set[str] = set()
    for number, option in enumerate(options):
        if fold_name(option.name) in names:
            raise _fault(number, f"There are two options named '{option.name}'.")
        if option.id in ids:
            raise _fault(number, f"There are two options with the id '{option.id}'.")
        names.add(fold_name(option.name))
        ids.update(filter(None, [option.id]))


def _fault(number: int, detail: str) -> InvalidInputError:
    return InvalidInputError(detail, [Fault(f"/options/{number}/name", detail)])


def _taken_over(option: Option, before: Mapping[str, Option]) -> Option:
    known = before.get(fold_name(option.name))
    if option.id or known is None:
        return option
    return msgspec.structs.replace(option, id=known.id, color=option.color or known.color)


def _with_ids(options: Sequence[Option], before: Sequence[Option]) -> list[Option]:
    """Ids count microseconds, which is past everything this field used, even if removed since."""
    used = {int(option.id) for option in (*options, *before) if option.id}
    following = max(used | {time.time_ns() // 1_000}) + 1
    completed: list[Option] = []
    for option in options:
        if not option.id:
            option = msgspec.structs.replace(option, id=str(following))
            following += 1
        completed.append(option)
    return completed


def _colored(option: Option, number: int) -> Option:
    return option if option.color else msgspec.structs.replace(option, color=COLORS[number % len(COLORS)])
