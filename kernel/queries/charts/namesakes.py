"""Fields of one name in several projects are one: what the others call a field, found in this one.

So a chart over several projects may name a field by its key or id in any of them, or by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.queries.builtins import BUILT_INS
from kernel.queries.compilation import Compilation
from kernel.queries.fields import canonical
from kernel.schema import Field, Project
from kernel.text_input import fold_name


def namesakes(compilation: Compilation, project: Project, others: Iterable[Project]) -> Mapping[str, str]:
    """The keys of the project's fields by what else they are called; of fields that the reader sees."""
    own = {fold_name(field.name): field.key for field in _seen(compilation, project)}
    found = {
        called: own[name]
        for other in others
        if other.id != project.id
        for field in _seen(compilation, other)
        if (name := fold_name(field.name)) in own
        for called in (field.key, str(field.id))
    }
    return {name: key for name, key in (found | own).items() if canonical(name) not in BUILT_INS}


def _seen(compilation: Compilation, project: Project) -> list[Field]:
    access = compilation.access(project.id)
    return [] if access is None else [f for f in project.live_fields if access.sees(f.key)]
