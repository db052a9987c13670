"""The fields of a form against the project as it is: what each takes, and how a page asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kernel.fields import FOUND, KIND_OF_COLUMN, Column, ColumnSpec
from kernel.queries.fields import canonical, has_built_in
from kernel.schema import Field, Project
from kernel.services.forms.model import FormField
from kernel.values import DATETIME, TEXT, Choice, Kind, ValueType

Asking = Literal[
    "text", "lines", "number", "email", "tel", "url", "date", "moment", "check", "choice", "choices", "file",
    "record", "records",
]  # fmt: skip
"""How a page asks for a value. What it knows nothing better for is a line of text."""

BUILT_IN: Final[dict[str, tuple[str, ValueType, Asking]]] = {
    "title": ("Title", TEXT, "text"),
    "description": ("Description", TEXT, "lines"),
    "start_at": ("Start date", DATETIME, "moment"),
    "due_at": ("Due date", DATETIME, "moment"),
}
"""Built-in fields that a form may ask for: the label, the type and how."""

_INPUTS: Final[tuple[Asking, ...]] = ("email", "tel", "url", "lines")
_BY_KIND: Final[dict[Kind, Asking]] = {
    Kind.NUMBER: "number", Kind.BOOLEAN: "check", Kind.DATE: "date", Kind.DATETIME: "moment",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A field of a form that is there. `key` is its built-in name or key; `custom` is None for the former."""

    form: FormField
    key: str
    custom: Field | None

    @property
    def label(self) -> str:
        if self.form.label is not None:
            return self.form.label
        return BUILT_IN[self.key][0] if self.custom is None else self.custom.name

    @property
    def required(self) -> bool:
        always = self.key == "title" if self.custom is None else self.custom.required
        return self.form.required or always

    @property
    def specs(self) -> Sequence[ColumnSpec]:
        return () if self.custom is None else [column.spec for column in self.custom.columns]

    @property
    def many(self) -> bool:
        return any(spec.many for spec in self.specs)

    @property
    def column(self) -> Column | None:
        """The kind of the first column; None for built-in fields."""
        return self.specs[0].column if self.specs else None

    @property
    def numeric(self) -> bool:
        """Whether it holds a number, maybe with something beside it."""
        return self.column is not None and KIND_OF_COLUMN[self.column] is Kind.NUMBER

    @property
    def choices(self) -> Sequence[Choice]:
        if self.custom is None or self.custom.type is None or self.column is not Column.CHOICE:
            return ()
        return self.custom.type.choices(self.custom.config)

    @property
    def asking(self) -> Asking:
        if self.custom is None:
            return BUILT_IN[self.key][2]
        if self.column is Column.CHOICE:
            return "choices" if self.many else "choice"
        if self.column is Column.RECORD:
            return "records" if self.many else "record"
        if self.column is Column.FILE:
            return "file"
        if self.column is None or len(self.specs) > 1 or self.custom.type is None:
            return "text"
        wanted = self.custom.type.widget_options.get("input")
        by_kind = _BY_KIND.get(KIND_OF_COLUMN[self.column], "text")
        return next((known for known in _INPUTS if known == wanted), by_kind)

    def is_called(self, name: str) -> bool:
        """Whether a name from outside means it: its key, its id, or another built-in name."""
        if self.custom is None:
            return canonical(name) == self.key
        return name in (self.key, str(self.custom.id))


def entries_of(project: Project, fields: Iterable[FormField]) -> list[Entry]:
    """Those fields of a form that are there and can be filled in now."""
    found = (entry_of(project, field) for field in fields)
    return [entry for entry in found if entry is not None and usable(entry)]


def entry_of(project: Project, field: FormField) -> Entry | None:
    """A field of a form, live or built in and switched on; else None."""
    custom = project.by_name.get(field.field.strip())
    if custom is not None:
        return Entry(field, custom.key, custom)
    name = canonical(field.field)
    return Entry(field, name, None) if name in BUILT_IN and has_built_in(project, name) else None


def usable(entry: Entry) -> bool:
    """Whether a value can be written at all."""
    custom = entry.custom
    return custom is None or (custom.type is not None and bool(custom.columns) and not custom.numbered)


def found_by_id(entry: Entry) -> bool:
    """Whether the kernel has to look for what a value names: people, records, files."""
    return entry.column in FOUND


def named(entries: Iterable[Entry], name: str) -> Entry | None:
    """The entry that a name means."""
    return next((entry for entry in entries if entry.is_called(name)), None)


def is_blank(value: Any) -> bool:
    """Whether somebody has filled in nothing."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
