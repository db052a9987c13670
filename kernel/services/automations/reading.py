"""From what is stored of an automation to what its plugins get, and to what people see.

In storage a list, tag, project or person that was given by its name stands as `#` and the id, so
that it stays the same thing when it is renamed; given by its id it stands as that id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from kernel.automations import Action, Trigger
from kernel.effects import ActionSpec
from kernel.errors import BrokenSourceError
from kernel.queries.builtins import BUILT_INS
from kernel.queries.fields import canonical
from kernel.registry import Registry
from kernel.schema import Project, Schema
from kernel.services.automations.model import Definition, TriggerSpec
from kernel.services.automations.wording import ACTION, translated

NAMED: Final = "#"
_BY_ID: Final = frozenset({"person", "form", "dashboard"})


@dataclass(frozen=True)
class Types:
    """The triggers and actions of the plugins that are on."""

    triggers: Registry[Trigger[Any]]
    actions: Registry[Action[Any]]

    def trigger(self, key: str, schema: Schema) -> Trigger[Any]:
        """A trigger, or BrokenSourceError."""
        found = self.triggers.get(key, schema.disabled_plugins)
        if found is None:
            raise BrokenSourceError(f"The trigger '{key}' is not available: its plugin is off or missing.")
        return found

    def action(self, key: str, schema: Schema) -> Action[Any]:
        """An action, or BrokenSourceError."""
        found = self.actions.get(key, schema.disabled_plugins)
        if found is None:
            raise BrokenSourceError(f"The action '{key}' is not available: its plugin is off or missing.")
        return found


def field_key(project: Project, name: str) -> str | None:
    """The key of a live custom field, or the payload name of a built-in one; None for neither."""
    custom = project.by_name.get(name.strip()) or project.by_name.get(name.strip().lower())
    if custom is not None:
        return custom.key
    known = canonical(name)
    return known if known in BUILT_INS else None


def plugin_config(item: Trigger[Any] | Action[Any], config: Any, schema: Schema, project: Project) -> Any:
    """A stored config as the Struct of its plugin. BrokenSourceError where what it names is gone."""

    def for_plugin(meaning: str, value: Any, pointer: str) -> Any:
        if not isinstance(value, str):
            return value
        if meaning == "list":
            return _living(value, {str(c.id) for c in project.lists}, "list")
        if meaning == "tag":
            return _living(value, {str(c.id) for c in project.tags}, "tag")
        if meaning == "project":
            return _living(value, {str(p.id) for p in schema.projects.values() if not p.deleted}, "project")
        if meaning in ("field", "files"):
            key = field_key(project, value)
            if key is None:
                raise BrokenSourceError(f"The field '{value}' is gone.")
            return key
        return value.removeprefix(NAMED) if meaning in _BY_ID else value

    return msgspec.convert(translated(config, item.config_type, for_plugin), item.config_type)


def _living(stored: str, ids: set[str], what: str) -> str:
    id_ = stored.removeprefix(NAMED)
    if id_ not in ids:
        raise BrokenSourceError(f"The {what} that it names is gone.")
    return id_


@dataclass(frozen=True)
class Showing:
    """Turns stored definitions into what people see. `people` are emails, `forms` addresses, `dashboards`
    names by id, of those that whoever looks sees.

    With `named` even what was given by its id goes by its name, projects excepted.
    """

    types: Types
    schema: Schema
    project: Project
    people: Mapping[str, str]
    forms: Mapping[str, str] = field(default_factory=dict)
    dashboards: Mapping[str, str] = field(default_factory=dict)
    named: bool = False

    def definition(self, stored: Definition) -> Definition:
        """With names where people gave names."""
        trigger = TriggerSpec(stored.trigger.type, self._trigger(stored.trigger))
        return Definition(trigger, stored.condition, tuple(map(self.action, stored.actions)))

    def action(self, stored: ActionSpec) -> ActionSpec:
        return ActionSpec(stored.type, self._action_config(stored.type, stored.config))

    def _trigger(self, stored: TriggerSpec) -> Mapping[str, Any]:
        entry = self.types.triggers.entry(stored.type)
        return self._shown(stored.config, None if entry is None else entry.item.config_type)

    def _action_config(self, key: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
        entry = self.types.actions.entry(key)
        return self._shown(config, None if entry is None else entry.item.config_type)

    def _shown(self, config: Mapping[str, Any], struct: type[msgspec.Struct] | None) -> Mapping[str, Any]:
        if struct is None:
            return config
        found: Mapping[str, Any] = translated(config, struct, self._translate)
        return found

    def _translate(self, meaning: str, value: Any, pointer: str) -> Any:
        if meaning == ACTION:
            return {**value, "config": self._action_config(value["type"], value.get("config") or {})}
        if not isinstance(value, str) or not (value.startswith(NAMED) or self._by_name(meaning, value)):
            return value
        id_ = value.removeprefix(NAMED)
        projects = self.schema.projects
        names = {
            "list": lambda: next((c.name for c in self.project.lists if str(c.id) == id_), id_),
            "tag": lambda: next((c.name for c in self.project.tags if str(c.id) == id_), id_),
            "project": lambda: projects[int(id_)].name if int(id_) in projects else id_,
            "person": lambda: self.people.get(id_, id_),
            "recipient": lambda: self.people.get(id_, value),
            "form": lambda: self.forms.get(id_, id_),
            "dashboard": lambda: self.dashboards.get(id_, id_),
        }
        return names[meaning]() if meaning in names else value

    def _by_name(self, meaning: str, value: str) -> bool:
        return self.named and value.isdecimal() and meaning != "project"


def people_named(types: Types, stored: Definition) -> set[str]:
    """The ids of the people whom a stored definition names."""
    found: set[str] = set()

    def note(meaning: str, value: Any, pointer: str) -> Any:
        if meaning in ("person", "recipient") and isinstance(value, str):
            found.add(value.removeprefix(NAMED))
        elif meaning == ACTION:
            walk(types.actions, value["type"], value.get("config") or {})
        return value

    def walk(registry: Registry[Any], key: str, config: Any) -> None:
        entry = registry.entry(key)
        if entry is not None:
            translated(config, entry.item.config_type, note)

    walk(types.triggers, stored.trigger.type, stored.trigger.config)
    for action in stored.actions:
        walk(types.actions, action.type, action.config)
    return found
