"""Where plugins are found: modules of the built-in package, and entry points of others.

Finding imports nothing, so what is blocked never runs.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import kernel
from kernel.hookspecs import PROJECT


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin before it is imported. `load` imports it; `folder` is "" for outside ones."""

    name: str
    distribution: str
    version: str
    outside: bool
    folder: str
    load: Callable[[], object]

    @property
    def provider(self) -> str:
        return f"{self.distribution} {self.version}"


def find_plugins(package: str) -> list[Found]:
    """All plugins of this Python environment, built-in ones first."""
    return [*scan(package), *scan_entry_points()]


def scan(package: str) -> Iterator[Found]:
    """The modules below a package; a package that is not there holds none.

    Packages below it only group: `plugins/fields/rating.py` is the plugin `fields.rating`.
    """
    spec = find_spec(package)
    for location in (spec and spec.submodule_search_locations) or ():
        yield from _modules(package, Path(location), ())


def _modules(package: str, folder: Path, groups: tuple[str, ...]) -> Iterator[Found]:
    for module in pkgutil.iter_modules([str(folder)]):
        path = (*groups, module.name)
        if module.ispkg:
            yield from _modules(package, folder / module.name, path)
        elif not module.name.startswith("_"):
            yield _built_in(package, path)


def _built_in(package: str, path: tuple[str, ...]) -> Found:
    name = ".".join(path)
    return Found(
        name=name,
        distribution=PROJECT,
        version=kernel.__version__,
        outside=False,
        folder=".".join(path[:-1]),
        load=partial(import_module, f"{package}.{name}"),
    )


def scan_entry_points() -> Iterable[Found]:
    """The entry points of the group, each once, also where a path is searched twice."""
    found = {(e.name, e.value): e for e in metadata.entry_points(group=PROJECT)}
    return [_outside(e) for _, e in sorted(found.items())]


def _outside(entry: metadata.EntryPoint) -> Found:
    distribution = entry.dist
    return Found(
        name=entry.name,
        distribution=distribution.name if distribution else "unknown",
        version=distribution.version if distribution else "0",
        outside=True,
        folder="",
        load=entry.load,
    )
