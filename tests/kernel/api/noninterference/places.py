"""What stories are made of: projects, fields and records as the tests know them, and their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("A", "B", "C")
OPTIONS = {"options": [{"id": str(n), "name": name} for n, name in enumerate(LEVELS, 1)]}
LISTS = ("First", "Second")
TAGS = ("red", "green")
TEXTS = ("alpha", "beta", "alpha omega", "Zoë", "gamma-1")
PLAIN = {
    "text": {}, "long_text": {}, "number": {"decimals": 1}, "currency": {}, "checkbox": {}, "date": {},
    "rating": {}, "email": {}, "duration": {}, "percent": {}, "country": {}, "url": {}, "unique_id": {},
    "multi_select": OPTIONS, "user": {},
}  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "text": (None, *TEXTS), "long_text": (None, *TEXTS), "number": (None, 1, 2, -3, 2.5),
    "currency": (None, "5", "7", {"amount": "7", "currency": "USD"}), "checkbox": (None, True, False),
    "date": (None, "2026-01-01", "2026-12-31"), "rating": (None, 1, 5), "duration": (None, 60, 3600),
    "file": ([],), "email": (None, "ewa@example.com", "jan@example.com"), "percent": (None, 10, 50),
    "country": (None, "PL", "DE"), "url": (None, "https://a.example/", "https://b.example/"),
    "multi_select": ([], ["A"], ["B", "A"], ["C"]), "select": (None, *LEVELS),
}  # fmt: skip
HIDEABLE = (
    "title", "description", "list", "tags", "assignees", "due_date", "start_date", "comments", "checklists",
    "dependencies", "referenced_by", "created_at", "created_by", "updated_at", "updated_by", "completed_at",
    "list_entered_at", "position", "version",
)  # fmt: skip
SCOPES = (
    None,
    None,
    "{level} != 'C'",
    "{list} = 'First'",
    "{tags} = 'red'",
    "{level} = 'A' OR {list} = 'Second'",
)


@dataclass
class Field:
    id: str
    key: str
    kind: str
    target: Place | None = None
    many: bool = False

    @property
    def derived(self) -> bool:
        return self.kind in ("lookup", "rollup", "formula", "time_in_list", "created_at", "updated_by")


@dataclass
class Record:
    id: str
    seen: bool
    level: str
    list: str
    tags: list[str]
    deleted: bool = False


@dataclass
class Place:
    """A project as the tests know it, with what the reader's role says."""

    id: str
    fields: list[Field] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
    scope: str | None = None
    member: bool = True
    records: list[Record] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    automations: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    role: str = "viewer"

    @property
    def path(self) -> str:
        return f"/projects/{self.id}"

    def hides(self, name: str) -> bool:
        rule = self.rules.get(name, self.rules.get("*", "edit"))
        return not self.member or rule == "hidden"

    def lets_through(self, record: Record) -> bool:
        """What `SCOPES` say, in Python."""
        return {
            None: True,
            SCOPES[2]: record.level != "C",
            SCOPES[3]: record.list == "First",
            SCOPES[4]: "red" in record.tags,
            SCOPES[5]: record.level == "A" or record.list == "Second",
        }[self.scope]

    def named(self) -> Iterator[str]:
        yield from (f.key for f in self.fields)
