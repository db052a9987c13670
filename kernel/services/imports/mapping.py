"""What each column of a file is read into: a person's mapping, checked against schema and rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from kernel.access.actor import Actor, ProjectAccess
from kernel.errors import Fault, ForbiddenError, InvalidInputError, SmaltError
from kernel.fields import Column, FieldType
from kernel.queries.builtins import DEFAULT_FIELD_OF
from kernel.queries.fields import canonical, has_built_in
from kernel.registry import Registry
from kernel.schema import Field, FieldColumn, Project, Schema
from kernel.services.field_config import define
from kernel.services.imports.model import ImportState, Mapped, NewField
from kernel.services.imports.parts import PARTS, has_part
from kernel.services.record_input import escaped

WRITABLE = ("title", "description", "list", "tags", "assignees", "start_at", "due_at", "completed_at")
MATCH_DEFAULT = "title"

Types = Registry[FieldType[Any, Any]]


@dataclass(frozen=True, eq=False)
class Target:
    """A column of the file with what it is read into: a built-in name or a custom field."""

    index: int
    column: str
    built_in: str | None = None
    field: Field | None = None
    match: str | None = None

    @cached_property
    def kind(self) -> Literal["built_in", "value", "person", "record"]:
        if self.field is None:
            return "built_in"
        column = self.field.columns[0].spec.column
        return {Column.PERSON: "person", Column.RECORD: "record"}.get(column, "value")  # type: ignore[return-value]

    @cached_property
    def many(self) -> bool:
        return self.field is not None and self.field.columns[0].spec.many

    @cached_property
    def to_itself(self) -> bool:
        """Refers to records of its own project, which may stand further down in the same file."""
        return self.kind == "record" and self.field is not None and self.field.target == self.field.project_id

    @property
    def new(self) -> bool:
        """Whether the field is yet to be made."""
        return self.field is not None and self.field.id < 0

    @property
    def key(self) -> str:
        return self.built_in or (self.field.key if self.field is not None else "")


class MappingChecker:
    """Checks a mapping. `new` are fields yet to be made, as they would be."""

    def __init__(self, schema: Schema, project: Project, actor: Actor, types: Types) -> None:
        self._schema = schema
        self._project = project
        self._actor = actor
        self._access: ProjectAccess | None = actor.access(project.id)
        self._types = types
        self._faults: list[Fault] = []

    def targets(self, state: ImportState) -> list[Target]:
        """The targets in the order of the columns; InvalidInputError with every fault found."""
        self._faults = []
        found = list(self._found(state))
        self._check_twice(found)
        self._check_key(state, found)
        if self._faults:
            raise InvalidInputError("The mapping is not valid.", self._faults)
        return found

    def _found(self, state: ImportState) -> Iterator[Target]:
        places = {column.name: index for index, column in enumerate(state.columns)}
        for name, mapped in state.effective_mapping().items():
            pointer = f"/mapping/{escaped(name)}"
            if name not in places:
                self._fault(pointer, f"The file has no column '{name[:100]}'.{_near(name, list(places))}")
            elif mapped is not None:
                target = self._target(places[name], name, mapped, pointer)
                if target is not None:
                    yield target

    def _target(self, index: int, column: str, mapped: Mapped, pointer: str) -> Target | None:
        if (mapped.field is None) == (mapped.create is None):
            self._fault(pointer, "Give either the field that the column goes into, or one to create.")
            return None
        if mapped.create is not None:
            field = self._new(mapped.create, index, f"{pointer}/create")
            return (
                None if field is None else self._custom(Target(index, column, field=field), mapped, pointer)
            )
        name = mapped.field or ""
        field = self._project.by_name.get(name)
        if field is not None and self._sees(field.key):
            return self._custom(Target(index, column, field=field), mapped, pointer)
        built_in = canonical(name)
        if self._writable(built_in):
            if self._may_edit(built_in, pointer) and mapped.match is None:
                return Target(index, column, built_in=built_in)
            if mapped.match is not None:
                self._fault(f"{pointer}/match", "Only references are matched.")
            return None
        known = [*WRITABLE, *PARTS, *self._project.by_name]
        self._fault(f"{pointer}/field", f"There is no field '{name[:100]}' to write to.{_near(name, known)}")
        return None

    def _writable(self, name: str) -> bool:
        if name in PARTS:
            return has_part(self._project, self._access, name)
        return name in WRITABLE and has_built_in(self._project, name)

    def _custom(self, target: Target, mapped: Mapped, pointer: str) -> Target | None:
        field = target.field
        assert field is not None  # the callers have found it
        if field.type is None or not field.columns:
            reason = (
                "is computed" if field.derived else f"is not available: its type '{field.type_key}' is off"
            )
            self._fault(f"{pointer}/field", f"'{field.name}' {reason} and cannot be written.")
            return None
        if field.numbered:
            self._fault(f"{pointer}/field", f"'{field.name}' fills itself and cannot be written.")
            return None
        if any(column.spec.column is Column.FILE for column in field.columns):
            self._fault(f"{pointer}/field", f"'{field.name}' holds files; upload them and put them in.")
            return None
        if not self._may_edit(field.key, pointer):
            return None
        if target.kind == "record":
            return replace(target, match=mapped.match or MATCH_DEFAULT)
        if mapped.match is not None:
            self._fault(f"{pointer}/match", "Only references are matched.")
        return target

    def _new(self, new: NewField, index: int, pointer: str) -> Field | None:
        """The field as it would be, not yet in the project."""
        if self._access is None or "configure" not in self._access.can:
            self._fault(pointer, "Only who may configure the project can create fields.")
            return None
        type_ = self._types.get(new.type, self._schema.disabled_plugins)
        if type_ is None:
            known = list(self._types.enabled(self._schema.disabled_plugins))
            self._fault(f"{pointer}/type", f"There is no field type '{new.type}'.{_near(new.type, known)}")
            return None
        try:
            made = define(type_, new.config)
        except SmaltError as error:
            self._faults += [Fault(pointer + f.pointer, f.detail, f.position) for f in error.faults]
            if not error.faults:
                self._fault(pointer, error.detail)
            return None
        columns = tuple(FieldColumn(spec, f"new_{index}_{spec.name}") for spec in made.specs)
        id_ = -1 - index
        return Field(
            id_, self._project.id, new.name, new.name, new.type, type_, made.config, made.raw, columns
        )

    def _sees(self, key: str) -> bool:
        return self._access is not None and self._access.sees(key)

    def _may_edit(self, name: str, pointer: str) -> bool:
        names = {name, DEFAULT_FIELD_OF.get(name, name)}
        if self._access is not None and all(self._access.rule(n) == "edit" for n in names):
            return True
        self._fault(pointer, f"You may not change '{name}'.")
        return False

    def _check_twice(self, targets: Sequence[Target]) -> None:
        seen: dict[str, str] = {}
        for target in targets:
            other = seen.setdefault(target.key, target.column)
            if other != target.column:
                pointer = f"/mapping/{escaped(target.column)}"
                self._fault(pointer, f"'{target.key}' is filled from the column '{other}' already.")

    def _check_key(self, state: ImportState, targets: Sequence[Target]) -> None:
        if state.key is None:
            if not self._faults and not any(t.built_in == "title" for t in targets):
                self._fault("/mapping", "Say which column holds the title of the records.")
            return
        if key_target(state, self._project, targets) is None:
            self._fault("/key", f"The key '{state.key[:100]}' must be a field that a column goes into.")

    def _fault(self, pointer: str, detail: str) -> None:
        self._faults.append(Fault(pointer, detail))


def key_target(state: ImportState, project: Project, targets: Sequence[Target]) -> Target | None:
    """The target by which existing records are found."""
    if state.key is None:
        return None
    wanted = project.by_name.get(state.key)
    names = (state.key if wanted is None else wanted.key, canonical(state.key))
    return next((t for name in names for t in targets if t.key == name), None)


def demand_import(actor: Actor, project: Project) -> None:
    """Raise ForbiddenError unless the actor may import into a project."""
    access = actor.access(project.id)
    if access is None or not {"import", "create", "edit"} <= access.can:
        raise ForbiddenError("Your role in this project does not allow imports.")


def _near(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def new_fields(mapping: Mapping[str, Mapped | None]) -> dict[str, NewField]:
    """The fields to be made, by column."""
    return {name: m.create for name, m in mapping.items() if m is not None and m.create is not None}
