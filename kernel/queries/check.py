"""Whether a computed field can be computed: asked when it is defined."""

from __future__ import annotations

from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.fields import Derivation
from kernel.queries.compilation import root_scope
from kernel.queries.derivations import evaluated
from kernel.queries.paths import PathResolver, named_value, start
from kernel.schema import Project, Schema
from kernel.values import ValueType


def check_derivation(
    schema: Schema, project: Project, derivation: Derivation, actor: Actor, dialect: Dialect, now: datetime
) -> ValueType:
    """The type that a derivation has for the actor who defines it.

    Raises ExpressionError with the position of the fault, or BrokenSourceError when what it
    reads is gone. Names that the actor may not see are as unknown as names that do not exist.
    """
    scope = root_scope(start(schema, actor, dialect, now), project)
    return evaluated(scope, derivation, PathResolver, named_value).type
