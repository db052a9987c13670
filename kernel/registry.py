"""What the plugins have registered: keys to items, each with the plugin it came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from kernel.errors import PluginConflictError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One registered item. `plugin` is the name it is switched by, `provider` its distribution."""

    key: str
    item: T
    plugin: str
    provider: str


class Registry(Generic[T]):
    """The items of one kind by key. `disabled` is always a collection of plugin names."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Entry[T]] = {}

    def add(self, key: str, item: T, plugin: str, provider: str) -> None:
        """Register an item; raises PluginConflictError when its key is taken."""
        taken = self._entries.get(key)
        if taken is not None:
            kind = self.kind.replace("_", " ")
            raise PluginConflictError(
                f"The {kind} '{key}' is registered by {taken.plugin} ({taken.provider}) "
                f"and by {plugin} ({provider}). Block one of the two with SMALT_BLOCKED_PLUGINS."
            )
        self._entries[key] = Entry(key, item, plugin, provider)

    def get(self, key: str, disabled: Collection[str] = ()) -> T | None:
        """The item of a key; None when there is none, or its plugin is disabled."""
        entry = self._entries.get(key)
        return None if entry is None or entry.plugin in disabled else entry.item

    def entry(self, key: str) -> Entry[T] | None:
        return self._entries.get(key)

    def enabled(self, disabled: Collection[str] = ()) -> Mapping[str, T]:
        """All items of plugins that are not disabled, in the order of their keys."""
        return {e.key: e.item for e in self if e.plugin not in disabled}

    def keys_of(self, plugin: str) -> tuple[str, ...]:
        return tuple(e.key for e in self if e.plugin == plugin)

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(sorted(self._entries.values(), key=lambda entry: entry.key))

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries
