"""Collects what the plugins register, at start: block, import, register, check, collect.

One plugin that fails is left out with its error; the others go on. Only two plugins that claim
the same name or key stop the start, because either could be the one that is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import FunctionType, ModuleType
from typing import Any, Literal

import msgspec
import pluggy
import structlog

from kernel import hookspecs
from kernel.automations import Action, Trigger
from kernel.charts import ChartType
from kernel.containment import PluginGuard, describe
from kernel.enclosure import enclose
from kernel.errors import PluginConflictError
from kernel.fields import FieldType
from kernel.importers import Importer
from kernel.plugin_kinds import KINDS, PluginKind, require_whole
from kernel.plugin_sources import Found, find_plugins
from kernel.registry import Registry
from kernel.templates import Template
from kernel.translations import Translation

BUILT_IN_PACKAGE = "plugins"

log = structlog.get_logger("smalt.plugins")

Status = Literal["loaded", "blocked", "failed"]


class PluginInfo(msgspec.Struct, frozen=True):
    """One plugin as people see it.

    `kind` is "several" where a plugin registers more than one, "unknown" where it could not be
    asked. `keys` are what it registered. `provider` is its distribution with the version.
    """

    name: str
    kind: str
    keys: tuple[str, ...]
    label: str
    version: str
    provider: str
    status: Status
    enabled: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Plugin:
    """A plugin and what became of it; `items` are the pairs of kind and key."""

    found: Found
    status: Status
    items: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    error: str | None = None


class _Hooks(pluggy.PluginManager):
    """Of a module only marked functions are looked at; to look at every name takes pluggy half of a start."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        if isinstance(plugin, ModuleType):
            value = vars(plugin).get(name)
            if not (isinstance(value, FunctionType) and f"{hookspecs.PROJECT}_impl" in vars(value)):
                return None
        return super().parse_hookimpl_opts(plugin, name)


class PluginManager:
    """The plugins of one kernel and the registries of what they brought.

    `blocked` holds names or patterns (`fields.*`, `*`) of plugins that are never imported.
    """

    def __init__(self, guard: PluginGuard, blocked: Collection[str] = ()) -> None:
        self.guard = guard
        self.field_types: Registry[FieldType[Any, Any]] = Registry("field_type")
        self.chart_types: Registry[ChartType[Any]] = Registry("chart_type")
        self.importers: Registry[Importer[Any]] = Registry("importer")
        self.templates: Registry[Template] = Registry("template")
        self.triggers: Registry[Trigger[Any]] = Registry("trigger")
        self.actions: Registry[Action[Any]] = Registry("action")
        self.translations: Registry[Translation] = Registry("translation")
        self._blocked = tuple(blocked)
        self._plugins: dict[str, _Plugin] = {}
        self._hooks = _Hooks(hookspecs.PROJECT)
        self._hooks.add_hookspecs(hookspecs)

    def load(self, found: Iterable[Found] | None = None) -> PluginManager:
        """Load these plugins, or all that this Python environment has.

        Raises PluginConflictError, naming both providers.
        """
        for plugin in find_plugins(BUILT_IN_PACKAGE) if found is None else found:
            self._refuse_second(plugin)
            self._plugins[plugin.name] = self._admit(plugin)
        self._hooks.check_pending()
        self._warn_of_unknown_names()
        return self

    def loaded(self, disabled: Collection[str] = ()) -> list[PluginInfo]:
        """All plugins by name, blocked and failed ones too."""
        return [_info(plugin, disabled) for _, plugin in sorted(self._plugins.items())]

    def _refuse_second(self, found: Found) -> None:
        first = self._plugins.get(found.name)
        if first is not None:
            raise PluginConflictError(
                f"Two plugins are called '{found.name}': one of {first.found.provider} and one of "
                f"{found.provider}. Uninstall or rename one of them."
            )

    def _admit(self, found: Found) -> _Plugin:
        if any(fnmatchcase(found.name, pattern) for pattern in self._blocked):
            return _Plugin(found, "blocked", error="Blocked by the setting blocked_plugins.")
        try:
            return self._register(found)
        except (PluginConflictError, KeyboardInterrupt):
            raise
        except BaseException as error:
            log.error("plugin failed to load", plugin=found.name, provider=found.provider, exc_info=error)
            return _Plugin(found, "failed", error=describe(error))

    def _register(self, found: Found) -> _Plugin:
        plugin = found.load()
        self._require_known_hooks(plugin)
        try:
            self._hooks.register(plugin, found.name)
            items = [(kind, item) for kind in KINDS for item in self._collect(kind, found.name)]
            if not items:
                raise TypeError("it registers nothing; is @hookimpl missing?")
        except BaseException:
            self._hooks.unregister(name=found.name)
            raise
        shells = [(kind, self._shell(kind, item, found)) for kind, item in items]
        for kind, shell in shells:
            registry: Registry[Any] = getattr(self, f"{kind.key}s")
            registry.add(shell.key, shell, found.name, found.provider)
        pairs = tuple((kind.key, str(item.key)) for kind, item in items)
        return _Plugin(found, "loaded", pairs, tuple(str(item.label) for _, item in items))

    def _require_known_hooks(self, plugin: object) -> None:
        hooks = {kind.hook for kind in KINDS}
        for name in dir(plugin):
            if self._hooks.parse_hookimpl_opts(plugin, name) is not None and name not in hooks:
                nearest = get_close_matches(name, hooks, n=1, cutoff=0.0)[0]
                raise TypeError(f"there is no hook '{name}'; the nearest one is '{nearest}'")

    def _collect(self, kind: PluginKind, plugin: str) -> list[Any]:
        """Ask one plugin alone, so that its failure is not the end of the others."""
        caller = getattr(self._hooks.hook, kind.hook)
        own = [i for i in caller.get_hookimpls() if i.plugin_name == plugin]
        items = [item for implementation in own for item in implementation.function()]
        for item in items:
            require_whole(item, kind)
        return items

    def _shell(self, kind: PluginKind, item: Any, found: Found) -> Any:
        ledger = self.guard.ledger(found.name, found.outside)
        return enclose(self.guard, item, kind.contract, ledger, kind.checks(item))

    def _warn_of_unknown_names(self) -> None:
        for name in self._blocked:
            if not any(fnmatchcase(known, name) for known in self._plugins):
                nearest = get_close_matches(name, self._plugins, n=1)
                log.warning("blocked plugin does not exist", plugin=name, nearest=nearest)


def _info(plugin: _Plugin, disabled: Collection[str]) -> PluginInfo:
    found = plugin.found
    return PluginInfo(
        name=found.name,
        kind=_kind(plugin),
        keys=tuple(key for _, key in plugin.items),
        label=", ".join(plugin.labels) or found.name,
        version=found.version,
        provider=found.provider,
        status=plugin.status,
        enabled=plugin.status == "loaded" and found.name not in disabled,
        error=plugin.error,
    )


def _kind(plugin: _Plugin) -> str:
    kinds = {kind for kind, _ in plugin.items}
    kinds |= {kind.key for kind in KINDS if kind.folder == plugin.found.folder}
    if len(kinds) == 1:
        return kinds.pop()
    return "several" if kinds else "unknown"
