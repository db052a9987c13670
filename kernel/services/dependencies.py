"""What computed fields are computed from, across projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from kernel.errors import ExpressionError
from kernel.expressions.parser import parse
from kernel.expressions.syntax import paths
from kernel.fields import Derivation, Through
from kernel.schema import Field, Project, Schema

PathsOf = Callable[[str], Iterable[Sequence[str]]]
"""The field paths that an expression names; ExpressionError when it cannot be read."""


_DEEPEST = 50
"""Computed records through computed records; queries give up long before."""


@lru_cache(maxsize=8192)
def expression_paths(text: str) -> tuple[tuple[str, ...], ...]:
    """`PathsOf` for the expression language."""
    return tuple(path for path, _ in paths(parse(text)))


class DependencyGraph:
    """Which fields each computed field of a schema reads. Names that lead nowhere give no edge."""

    def __init__(self, schema: Schema, paths_of: PathsOf = expression_paths) -> None:
        self._schema = schema
        self._paths_of = paths_of
        self._leading: dict[int, Project | None] = {}
        self._depth = 0

    @cached_property
    def fields(self) -> dict[int, Field]:
        """The live fields of live projects."""
        live = (p for p in self._schema.projects.values() if not p.deleted)
        return {f.id: f for p in live for f in p.live_fields}

    @cached_property
    def sources(self) -> dict[int, frozenset[int]]:
        """The ids of the fields that each computed field reads directly."""
        found: dict[int, frozenset[int]] = {}
        for field in self.fields.values():
            derivation = derivation_of(field)
            if derivation is not None:
                found[field.id] = frozenset(self._reads(self._project(field), derivation))
        return found

    def cycle(self, first: int) -> list[Field] | None:
        """The fields of a loop, the first again at the end; one through the field `first` if any."""
        done: set[int] = set()
        starts = [first, *self.sources] if first in self.sources else list(self.sources)
        for start in starts:
            loop = self._loop_from(start, done)
            if loop is not None:
                return [self.fields[id_] for id_ in loop]
        return None

    def dependents(self, field_id: int) -> list[Field]:
        """The computed fields that read this one, directly or through others."""
        readers: dict[int, list[int]] = {}
        for reader, sources in self.sources.items():
            for source in sources:
                readers.setdefault(source, []).append(reader)
        found: dict[int, None] = {}
        waiting = [field_id]
        while waiting:
            for reader in readers.get(waiting.pop(), ()):
                if reader not in found and reader != field_id:
                    found[reader] = None
                    waiting.append(reader)
        return [self.fields[id_] for id_ in found]

    def _loop_from(self, start: int, done: set[int]) -> list[int] | None:
        """Depth first, with a stack of its own: chains may be longer than Python's recursion."""
        trail: dict[int, Iterator[int]] = {}
        node: int | None = None if start in done else start
        while node is not None or trail:
            if node is not None:
                trail[node] = iter(sorted(self.sources.get(node, ())))
            top = next(reversed(trail))
            node = next((n for n in trail[top] if n not in done), None)
            if node is None:
                done.add(top)
                del trail[top]
            elif node in trail:
                members = list(trail)
                return [*members[members.index(node) :], node]
        return None

    def _project(self, field: Field) -> Project:
        return self._schema.projects[field.project_id]

    def _reads(self, project: Project, derivation: Derivation) -> Iterator[int]:
        touched, rows = self._rows(project, derivation.through)
        yield from touched
        if derivation.exchange is not None:
            for path in self._paths(derivation.exchange.day):
                yield from self._walk(project, path)[0]
        if derivation.stays is not None:
            return  # its names are those of a stay
        for text in (derivation.expression, derivation.filter):
            for path in self._paths(text):
                for source in rows:
                    yield from self._walk(source, path)[0]

    def _rows(self, project: Project, through: Through | None) -> tuple[list[int], list[Project]]:
        """The fields that the hop goes along and the projects in which it ends."""
        if through is None:
            return [], [project]
        if through.backwards:
            along = [f for f in self._pointing_at(project) if _goes_along(f, through)]
            return [f.id for f in along], list({f.project_id: self._project(f) for f in along}.values())
        touched, end = self._walk(project, (through.reference or "").split("."))
        return touched, [] if end is None else [end]

    def _pointing_at(self, project: Project) -> Sequence[Field]:
        return self._schema.references_to.get(project.id, ())

    def _walk(self, project: Project, path: Sequence[str]) -> tuple[list[int], Project | None]:
        """The fields on a path, and the project it ends in when its value is records."""
        touched: list[int] = []
        here: Project | None = project
        for step in path:
            field = None if here is None else here.by_name.get(step)
            if field is None:
                return touched, None
            touched.append(field.id)
            here = self._leads_to(field)
        return touched, here

    def _leads_to(self, field: Field) -> Project | None:
        """The project whose records are the value of a field."""
        if field.id not in self._leading:
            self._leading[field.id] = None  # a loop leads nowhere
            if self._depth < _DEEPEST:
                self._depth += 1
                self._leading[field.id] = self._end_of(field)
                self._depth -= 1
        return self._leading[field.id]

    def _end_of(self, field: Field) -> Project | None:
        derivation = derivation_of(field)
        if derivation is None:
            target = self._schema.projects.get(field.target or 0)
            return None if target is None or target.deleted else target
        text = derivation.expression.strip()
        plain = text.startswith("{") and text.endswith("}") and text.count("{") == 1
        if derivation.measure is not None or not plain:
            return None
        rows = self._rows(self._project(field), derivation.through)[1]
        paths = self._paths(text)
        return self._walk(rows[0], paths[0])[1] if len(rows) == 1 and paths else None

    def _paths(self, text: str | None) -> list[Sequence[str]]:
        try:
            return [] if text is None else list(self._paths_of(text))
        except ExpressionError:
            return []


def derivation_of(field: Field) -> Derivation | None:
    """How a field is computed; None for stored fields and for what its plugin cannot say."""
    if field.type is None or field.columns:
        return None
    try:
        return field.type.derive(field.config)
    except Exception:
        return None


def chain(loop: Iterable[Field], at: Project, schema: Schema) -> str:
    """`Profit → Margin → Profit`; fields of other projects with the project's name in front."""
    return " → ".join(
        f.name if f.project_id == at.id else f"{schema.projects[f.project_id].name}: {f.name}" for f in loop
    )


def _goes_along(field: Field, through: Through) -> bool:
    if through.project_id is not None and through.project_id != str(field.project_id):
        return False
    return through.reference is None or through.reference in (field.key, str(field.id))
