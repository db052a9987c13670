"""What one reader can use of a view: checked when it is saved, and again whenever it is read.

A part that names what the reader may not see is withheld, so that a shared view tells nobody
of hidden fields; one that names what is gone is shown, and said to be broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kernel.access.actor import SYSTEM, Actor
from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.expressions import parse_filter, paths
from kernel.queries.compilation import HiddenFieldError, Scope, root_scope
from kernel.queries.pages import restrict
from kernel.queries.paths import start, value_at
from kernel.queries.record_json import unknown_names
from kernel.queries.sorting import sort_keys
from kernel.schema import Project, Schema
from kernel.services.view_model import StoredView, ViewContent, ViewKind
from kernel.values import Kind, Value

_HIDDEN = "This uses fields that you may not see."
_COLUMNS = (Kind.CHOICE, Kind.PERSON, Kind.RECORD, Kind.BOOLEAN)
_PLACED = "A calendar needs a field with a date: give `date_field`."


@dataclass(frozen=True)
class Problem:
    """Why a part of a view does not work for a reader; `hidden`: the reader may not see what it names."""

    detail: str
    hidden: bool
    position: int | None = None

    def fault(self, pointer: str) -> Fault:
        """What is said of a saved view, where hidden names stay unsaid."""
        return Fault(pointer, _HIDDEN) if self.hidden else Fault(pointer, self.detail, self.position)


@dataclass(frozen=True)
class Usable:
    """A view's content as a reader may see it, what of that works, and what does not."""

    shown: ViewContent
    working: ViewContent
    broken: list[Fault]

    @property
    def filter_broken(self) -> bool:
        """Whether the filter does not work, so that nothing may be read through the view."""
        return any(fault.pointer == "/filter" for fault in self.broken)


class ViewChecks:
    """Checks views of one project for one reader."""

    def __init__(
        self, schema: Schema, project: Project, actor: Actor, dialect: Dialect, now: datetime
    ) -> None:
        self._schema = schema
        self._project = project
        self._actor = actor
        self._dialect = dialect
        self._now = now

    def usable(self, view: StoredView) -> Usable:
        """What the reader can use of a saved view."""
        content, broken = view.content, list[Fault]()
        shown: dict[str, Any] = {}
        working: dict[str, Any] = {}
        for name in ("filter", "sort", "group", "date_field"):
            given = getattr(content, name)
            problem = None if given is None else self._checks[name](given)
            working[name] = None if problem else given
            shown[name] = None if problem and problem.hidden else given
            if problem:
                broken.append(problem.fault(f"/{name}"))
        for name in ("fields", "card_fields"):
            shown[name], working[name] = self._listed(name, getattr(content, name), broken)
        return Usable(ViewContent(**shown), ViewContent(**working), broken)

    def faults(self, kind: ViewKind, content: ViewContent, given: Sequence[str]) -> list[Fault]:
        """What keeps the `given` members from being saved."""
        found = []
        for name in given:
            value = getattr(content, name)
            if value is None:
                continue
            if name in self._checks:
                problem = self._checks[name](value)
                if problem:
                    found.append(Fault(f"/{name}", problem.detail, problem.position))
            else:
                found += self._list_faults(name, value)
        return found or self._of_kind(kind, content)

    @property
    def _checks(self) -> dict[str, Callable[[Any], Problem | None]]:
        return {
            "filter": self._filter, "sort": self._sort, "group": self._path, "date_field": self._path,
        }  # fmt: skip

    def _of_kind(self, kind: ViewKind, content: ViewContent) -> list[Fault]:
        """What boards and calendars need of the fields that they stand by."""
        if kind == "board" and content.group is not None:
            group = self._value(content.group)
            if group is not None and group.type.kind not in _COLUMNS:
                detail = "A board has columns of lists, options, people, records, or yes and no."
                return [Fault("/group", detail)]
        if kind == "calendar":
            date = None if content.date_field is None else self._value(content.date_field)
            missing = content.date_field is None
            if missing or (date is not None and (date.type.many or not date.type.kind.temporal)):
                return [Fault("/date_field", _PLACED)]
        return []

    def _value(self, path: str) -> Value | None:
        try:
            return value_at(self._scope(self._actor), _steps(path))
        except (ExpressionError, BrokenSourceError):
            return None

    def _scope(self, actor: Actor) -> Scope:
        return root_scope(start(self._schema, actor, self._dialect, self._now), self._project)

    def _filter(self, condition: str | dict[str, Any]) -> Problem | None:
        fault = self._fault_of(self._actor, lambda scope: restrict(scope, condition))
        if fault is None:
            return None
        try:
            named = [path for path, _ in paths(parse_filter(condition))]
        except (ExpressionError, InvalidInputError):
            named = []
        system = self._works_for_system(lambda scope: restrict(scope, condition))
        return Problem(fault.detail, system or self._any_hidden(named), fault.position)

    def _sort(self, sort: str) -> Problem | None:
        fault = self._fault_of(self._actor, lambda scope: sort_keys(scope, sort))
        if fault is None:
            return None
        named = [_steps(name.strip().lstrip("+-")) for name in sort.split(",") if name.strip()]
        system = self._works_for_system(lambda scope: sort_keys(scope, sort))
        return Problem(fault.detail, system or self._any_hidden(named))

    def _path(self, path: str) -> Problem | None:
        try:
            value_at(self._scope(self._actor), _steps(path))
        except (ExpressionError, BrokenSourceError) as error:
            return Problem(error.detail, self._any_hidden([_steps(path)]))
        return None

    def _any_hidden(self, named: Sequence[Sequence[str]]) -> bool:
        return any(self._hidden(path) for path in named)

    def _hidden(self, path: Sequence[str]) -> bool:
        """Whether a path leads to something, or did, that the reader may not see."""
        try:
            value_at(self._scope(self._actor), path)
            return False
        except HiddenFieldError:
            pass
        except (ExpressionError, BrokenSourceError):
            return False
        try:
            value_at(self._scope(SYSTEM), path)
        except HiddenFieldError:  # nobody knows it any more: the rules of the role still may
            access = self._actor.access(self._project.id)
            return access is None or not access.sees(path[0].strip().lower())
        except (ExpressionError, BrokenSourceError):
            pass
        return True

    def _works_for_system(self, use: Callable[[Scope], object]) -> bool:
        return self._fault_of(SYSTEM, use) is None

    def _fault_of(self, actor: Actor, use: Callable[[Scope], object]) -> Fault | None:
        try:
            use(self._scope(actor))
        except InvalidInputError as error:
            return error.faults[0]
        return None

    def _list_faults(self, name: str, entries: Sequence[Any]) -> list[Fault]:
        found, seen = [], set()
        for place, entry in enumerate(entries):
            field = _name(entry)
            pointer = f"/{name}/{place}" + ("" if isinstance(entry, str) else "/field")
            if self._unknown(field):
                problem = self._path(field)
                found.append(Fault(pointer, problem.detail if problem else f"'{field}' cannot be shown."))
            elif field in seen:
                found.append(Fault(pointer, f"'{field}' is shown already."))
            seen.add(field)
        return found

    def _listed(
        self, name: str, entries: Sequence[Any] | None, broken: list[Fault]
    ) -> tuple[list[Any] | None, list[Any] | None]:
        """The entries that the reader may see, and those of them that work."""
        if entries is None:
            return None, None
        shown: list[Any] = []
        working: list[Any] = []
        hidden = False
        for entry in entries:
            problem = self._path(_name(entry)) if self._unknown(_name(entry)) else None
            if problem is None or not problem.hidden:
                if problem is not None:
                    broken.append(problem.fault(f"/{name}/{len(shown)}"))
                else:
                    working.append(entry)
                shown.append(entry)
            hidden = hidden or (problem is not None and problem.hidden)
        if hidden:
            broken.append(Fault(f"/{name}", _HIDDEN))
        return shown, working

    def _unknown(self, field: str) -> bool:
        return bool(unknown_names(self._project, self._scope(self._actor), [field]))


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry.field


def _steps(path: str) -> list[str]:
    return path.strip().strip("{}").split(".")


def encoded(condition: str | dict[str, Any] | None) -> str | bytes | None:
    """A filter as a request for a page takes it."""
    return msgspec.json.encode(condition) if isinstance(condition, dict) else condition
