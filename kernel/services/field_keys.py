"""Keys of fields: made from the name once, stable when the name changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MAXIMUM_KEY = 50

RESERVED = frozenset({
    "id", "title", "description", "list", "list_id", "list_entered_at", "project", "project_id",
    "position", "tag", "tags", "assignee", "assignees", "start_at", "start_date", "due_at", "due_date",
    "completed_at", "created", "created_at", "created_by", "updated", "updated_at", "updated_by",
    "version", "deleted", "deleted_at", "deleted_by", "checklists", "dependencies", "referenced_by",
    "comments", "fields", "history", "warnings", "record", "me",
})  # fmt: skip
"""Names that built-in fields and members of a record have or will have."""

_LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i",
})  # fmt: skip
"""Latin letters that have no accent to take off."""


def key_of(name: str, taken: Collection[str] = ()) -> str:
    """The key for a field of this name, unlike all keys in `taken` and all built-in names.

    `Expected close date` gives `expected_close_date`; a name without Latin letters or digits
    gives `field`. A number is put behind what is taken: `amount_2`.
    """
    stem = _stem(name)
    if not stem or stem[0].isdigit():
        stem = f"field_{stem}".rstrip("_")
    key, number = stem[:MAXIMUM_KEY].rstrip("_"), 1
    while key in RESERVED or key in taken:
        number += 1
        suffix = f"_{number}"
        key = stem[: MAXIMUM_KEY - len(suffix)].rstrip("_") + suffix
    return key


def _stem(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")


def valid_key(key: str) -> bool:
    """Whether a key that somebody chose is like one made from a name."""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,49}", key) is not None and key not in RESERVED
