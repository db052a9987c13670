"""How much of what plugins bring is in use: fields, charts, triggers and actions of automations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from kernel.plugin_manager import PluginInfo
from kernel.schema import Schema
from kernel.storage.database import Database, Statement

Usage = Mapping[str, Counter[str]]
"""By kind of plugin, how often each key is used."""

_CHARTS: Final = Statement("SELECT type, count(*) FROM smalt_chart GROUP BY type")
_AUTOMATIONS: Final = Statement(
    "SELECT a.definition FROM smalt_automation a JOIN smalt_project p ON p.id = a.project_id "
    "WHERE a.deleted_at IS NULL AND p.deleted_at IS NULL"
)


async def usage(database: Database, schema: Schema) -> Usage:
    """What is in use now; an automation counts once for each trigger or action that it has."""
    charts, automations = await database.read(_CHARTS, _AUTOMATIONS)
    projects = [project for project in schema.projects.values() if not project.deleted]
    fields = Counter(field.type_key for project in projects for field in project.live_fields)
    triggers: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for (text,) in automations:
        definition = msgspec.json.decode(text)
        triggers[definition["trigger"]["type"]] += 1
        actions.update(set(_types(definition["actions"])))
    drawn: Counter[str] = Counter(dict(charts))
    return {"field_type": fields, "chart_type": drawn, "trigger": triggers, "action": actions}


def used(info: PluginInfo, usage: Usage) -> int:
    """How often something of a plugin is used; of one that brings several kinds, all together."""
    kinds = usage.values() if info.kind == "several" else [usage.get(info.kind, Counter())]
    return sum(counts[key] for counts in kinds for key in info.keys)


def _types(part: Any) -> Iterator[str]:
    """The types of actions, also of those inside the settings of others."""
    if isinstance(part, list):
        for one in part:
            yield from _types(one)
    elif isinstance(part, dict):
        if isinstance(part.get("type"), str) and part.keys() <= {"type", "config"}:
            yield part["type"]
        for value in part.values():
            yield from _types(value)
