"""Records with a `display` beside their values: what people see of them, in their language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.localedata import locale_identifiers

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.display import BY_KIND, Look
from kernel.errors import Fault, InvalidInputError
from kernel.queries.meanings import Meaning, meanings
from kernel.schema import Project
from kernel.services.rights import visible_project
from kernel.storage.schema_cache import SchemaCache
from kernel.translations import Translations
from kernel.values import Kind

AUTO: Final = "auto"
_MOMENTS: Final = (
    "start_at", "due_at", "completed_at", "list_entered_at", "created_at", "updated_at", "deleted_at",
)  # fmt: skip
_NAMED: Final = ("tags", "assignees")


class DisplayService:
    """Adds what people see to the JSON of records."""

    def __init__(
        self, schema: SchemaCache, dialect: Dialect, clock: Clock, translations: Translations
    ) -> None:
        self._schema = schema
        self._dialect = dialect
        self._clock = clock
        self._translations = translations

    async def added(
        self, actor: Actor, project_id: int, body: bytes, wanted: str, accepted: str | None
    ) -> bytes:
        """The JSON of a record, or of a page of them, each with `display`.

        `wanted` is a locale such as `pl`, or `auto` for what `accepted`, an Accept-Language header,
        prefers. Raises InvalidInputError for a locale that there is none of.
        """
        locale = _chosen(wanted, accepted)
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        meant = meanings(schema, actor, project, self._dialect, self._clock.now())
        look = Look(locale, project.time_zone, self._translations.of(str(locale)))
        return await asyncio.to_thread(_written, body, project, meant, look)


def _written(body: bytes, project: Project, meant: Mapping[str, Meaning], look: Look) -> bytes:
    found = msgspec.json.decode(body)
    for record in found.get("items", [found]):
        record["display"] = _display(record, project, meant, look)
    return msgspec.json.encode(found)


def _display(
    record: Mapping[str, Any], project: Project, meant: Mapping[str, Meaning], look: Look
) -> dict[str, Any]:
    lists = {str(choice.id): choice.name for choice in project.lists}
    shown: dict[str, Any] = {}
    if "list_id" in record:
        shown["list"] = lists.get(record["list_id"] or "", "")
    for name in _MOMENTS:
        if name in record:
            shown[name] = BY_KIND.all(record[name], Kind.DATETIME, None, look)
    for name in _NAMED:
        if name in record:
            shown[name] = BY_KIND.all(record[name], Kind.CHOICE, None, look)
    fields = record.get("fields", {})
    return shown | {"fields": {key: _text(value, meant.get(key), look) for key, value in fields.items()}}


def _text(value: Any, meaning: Meaning | None, look: Look) -> str:
    if meaning is None:
        return BY_KIND.all(value, Kind.TEXT, None, look)
    source = meaning.source
    if source is None or source.type is None:
        return BY_KIND.all(value, meaning.kind, None, look)
    return source.type.display.all(value, meaning.kind, source.config, look)


def _chosen(wanted: str, accepted: str | None) -> Locale:
    if wanted == AUTO:
        return _parsed(_negotiated(accepted or ""))
    try:
        return _parsed(wanted)
    except (UnknownLocaleError, ValueError):
        fault = Fault("?display", "Give a locale such as en, pl or de-CH, or 'auto'.")
        raise InvalidInputError("There is no such locale.", [fault]) from None


@lru_cache(maxsize=256)
def _parsed(name: str) -> Locale:
    if len(name) > 30:
        raise ValueError
    return Locale.parse(name.strip(), sep="-" if "-" in name else "_")


@lru_cache(maxsize=256)
def _negotiated(accepted: str) -> str:
    """The first of the preferred languages that there is; English where there is none."""
    preferred = []
    for part in accepted[:500].split(","):
        name, _, quality = part.partition(";q=")
        try:
            preferred.append((-float(quality or 1), name.strip().replace("-", "_")))
        except ValueError:
            continue
    names = [name for _, name in sorted(preferred, key=lambda item: item[0])]
    return negotiate_locale(names, locale_identifiers()) or "en"
