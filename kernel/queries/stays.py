"""How long a record was in which list: its stays as rows that expressions are evaluated on."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.clock import to_milliseconds
from kernel.errors import BrokenSourceError
from kernel.fields import Stays
from kernel.queries.compilation import HiddenFieldError, Scope
from kernel.queries.fields import sees_built_in, unknown_field
from kernel.queries.frames import Frame
from kernel.schema import Project
from kernel.text_input import fold_name
from kernel.values import ID, INTEGER, Kind, Value, ValueType


def stays_of(scope: Scope, stays: Stays) -> tuple[Frame, Mapping[str, Value]]:
    """The rows, and what can be named at each.

    Raises HiddenFieldError when the reader may not see lists, BrokenSourceError for one that is gone.
    """
    if not sees_built_in(scope, "list"):
        raise HiddenFieldError(unknown_field(scope, "list"))
    compilation = scope.compilation
    alias = compilation.aliases.new("y")
    where = f"{alias}.record_id = {scope.column('id')}"
    frame = Frame(compilation.aliases, f"{compilation.stays} {alias}", where, f"{alias}.id", many=alias)
    if stays.list is not None:
        frame.restrict(f"{alias}.list_id = {_list_id(scope.project, stays.list)}")
    if stays.present:
        frame.restrict(f"{alias}.left_at IS NULL")
    now = compilation.parameters.add(to_milliseconds(compilation.now), ID)
    lasted = f"(coalesce({alias}.left_at, {now}) - {alias}.entered_at) / 1000"
    seconds = Value(INTEGER, compilation.dialect.cast(lasted, INTEGER))
    where_it_was = Value(ValueType(Kind.CHOICE, choices=scope.project.lists), f"{alias}.list_id")
    return frame, {"seconds": seconds, "list": where_it_was}


def _list_id(project: Project, wanted: str) -> int:
    for choice in project.lists:
        if wanted == str(choice.id):
            return choice.id
    for choice in project.lists:
        if fold_name(wanted) == fold_name(choice.name):
            return choice.id
    raise BrokenSourceError(f"There is no list '{wanted}'.")
