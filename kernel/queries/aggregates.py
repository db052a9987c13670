"""Groups and measures over the records of a project, as one grouped query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.expressions import compile_measure, parse
from kernel.queries.compilation import Scope, root_scope
from kernel.queries.folding import truncated
from kernel.queries.frames import Frame, Narrowed, Rows, outermost
from kernel.queries.pages import restrict
from kernel.queries.past import at_moment
from kernel.queries.paths import PathResolver, value_at
from kernel.queries.refusals import Refusals
from kernel.queries.sorting import sortable
from kernel.schema import Project, Schema
from kernel.storage.database import Row, Statement
from kernel.values import TEXT, Kind, Value

MAXIMUM_GROUPS = 10_000

FUNCTIONS = {
    "count": "COUNT",
    "sum": "SUM",
    "average": "AVERAGE",
    "min": "MIN",
    "max": "MAX",
    "median": "MEDIAN",
    "count_distinct": "COUNTUNIQUE",
    "distinct": "COUNTUNIQUE",
}
Interval = Literal["day", "week", "month", "quarter", "year"]


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A figure per group: a function over a field, or an expression such as
    `SUM({amount} * {confidence} / 5)`."""

    function: (
        Literal["count", "sum", "average", "min", "max", "median", "count_distinct", "distinct"] | None
    ) = None
    field: str | None = None
    expression: str | None = None


class Grouping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to group by; `interval` cuts dates, in the project's time zone."""

    field: str
    interval: Interval | None = None


class AggregateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which records, grouped by what, measured how."""

    filter: str | dict[str, Any] | None = None
    group_by: Annotated[list[str | Grouping], msgspec.Meta(max_length=5)] = []
    measures: Annotated[dict[str, Measure], msgspec.Meta(max_length=50)] = {}
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAXIMUM_GROUPS)] = 1000
    as_of: Annotated[
        str | None, msgspec.Meta(description="Measure the records as they were then.", examples=[None])
    ] = None


@dataclass(frozen=True)
class Group:
    """One term of the grouping: what to group by, what to show of it."""

    name: str
    key: str
    json: str
    order: str


@dataclass(frozen=True)
class AggregateQuery:
    """One grouped statement: a row per group, one more than asked for where there are more.

    Each row is JSON: `{"group": {…}, "measures": {…}}`, with `warnings` where a measure is
    empty because its amounts have different currencies.
    """

    statement: Statement
    limit: int

    def body(self, rows: Sequence[Row]) -> bytes:
        """The JSON of the collection; `truncated` says that there are more groups."""
        items = ",".join([row[0] for row in rows[: self.limit]])
        cut = ',"truncated":true' if len(rows) > self.limit else ""
        return f'{{"items":[{items}],"next":null{cut}}}'.encode()


def aggregate_query(
    schema: Schema,
    actor: Actor,
    project: Project,
    request: AggregateRequest,
    dialect: Dialect,
    now: datetime,
    as_of: datetime | None = None,
) -> AggregateQuery:
    """Compile a request for one reader, of the records as they were at `as_of` where given.

    Raises InvalidInputError for what it cannot mean.
    """
    compilation = at_moment(schema, actor, dialect, now, as_of, measured=True)
    scope = root_scope(compilation, compilation.schema.projects[project.id])
    groups, measures = _asked(scope, request)
    statement = compilation.statement(_sql(scope, groups, measures, request.limit))
    return AggregateQuery(statement, request.limit)


def _asked(scope: Scope, request: AggregateRequest) -> tuple[list[Group], dict[str, Value]]:
    """The groups and measures of the rows that are left after the filter."""
    refusals, condition = Refusals(), request.filter
    if condition is not None and (isinstance(condition, dict) or condition.strip()):
        with refusals.noted():
            restrict(scope, condition)
    groups: list[Group] = []
    for place, grouping in enumerate(request.group_by):
        with refusals.noted():
            groups.append(_group(scope, place, grouping, groups))
    measures: dict[str, Value] = {}
    for name, measure in (request.measures or {"count": Measure(function="count")}).items():
        with refusals.noted():
            measures[name] = _measured(scope, name, measure)
    refusals.tell("The query is not valid.")
    return groups, measures


def _sql(scope: Scope, groups: Sequence[Group], measures: Mapping[str, Value], limit: int) -> str:
    sql = f"SELECT {_row(scope, groups, measures)} {scope.frame.clause()}"
    if groups:
        keys = ", ".join(g.key for g in groups)
        order = ", ".join(f"{g.order} NULLS LAST" for g in groups)
        sql += f" GROUP BY {keys} ORDER BY {order} LIMIT {limit + 1}"
    return sql


def _row(scope: Scope, groups: Sequence[Group], measures: Mapping[str, Value]) -> str:
    """SQL for the JSON of one group."""
    dialect = scope.compilation.dialect
    group = dialect.json_object({g.name: g.json for g in groups})
    measured = dialect.json_object({name: dialect.json_of(value) for name, value in measures.items()})
    pieces = ["'{\"group\":'", group, "',\"measures\":'", measured, _warnings(scope, measures), "'}'"]
    return dialect.concat([piece for piece in pieces if piece])


def _warnings(scope: Scope, measures: Mapping[str, Value]) -> str:
    """SQL for the member `warnings` with its comma; empty text where there is nothing to say."""
    dialect = scope.compilation.dialect
    pieces = []
    for name, value in measures.items():
        if value.conflict is not None:
            warning = {"measure": name, "detail": "Amounts of different currencies cannot be added."}
            text = scope.compilation.parameters.add("," + msgspec.json.encode(warning).decode(), TEXT)
            pieces.append(f"CASE WHEN {value.conflict} THEN {text} ELSE '' END")
    if not pieces:
        return ""
    listed = f"nullif(ltrim({dialect.concat(pieces)}, ','), '')"
    return f"coalesce(',\"warnings\":[' || {listed} || ']', '')"


def _group(scope: Scope, place: int, wanted: str | Grouping, before: Sequence[Group]) -> Group:
    grouping = wanted if isinstance(wanted, Grouping) else Grouping(wanted)
    pointer = f"/group_by/{place}"
    try:
        if any(g.name == grouping.field for g in before):
            raise ExpressionError(f"'{grouping.field}' is grouped by already.")
        with scope.compilation.joining():
            value = value_at(scope, grouping.field.strip("{}").split("."))
        value = single_rows(scope, value)
        if grouping.interval is not None:
            value = truncated(value, grouping.interval, PathResolver(scope))
    except (ExpressionError, BrokenSourceError) as error:
        raise InvalidInputError("The grouping is not valid.", [Fault(pointer, error.detail)]) from error
    return _group_of(scope, grouping.field, value)


def single_rows(scope: Scope, value: Value) -> Value:
    """A record with several values counts once under each: join the rows into the query."""
    if value.rows is None:
        return value
    if not isinstance(value.rows, Rows):
        raise ExpressionError("This field cannot be grouped by.")
    if not isinstance(value.rows, Frame) or value.rows.joins:
        outermost(value.rows).stand_apart()
    filled = Narrowed(value.rows, f"{value.sql} IS NOT NULL")
    scope.frame.join_rows(filled.tables(), " AND ".join(filled.conditions()))
    return replace(value, type=value.type.one(), rows=None)


def _group_of(scope: Scope, name: str, value: Value) -> Group:
    """Text groups without regard to case and shows one of its spellings."""
    dialect = scope.compilation.dialect
    value = dialect.orderable(value)
    order, _ = sortable(dialect, value)
    if value.type.kind is Kind.TEXT:
        shown = replace(value, sql=f"min({value.sql})", json=None)
        return Group(name, order, dialect.json_of(shown), order)
    if value.type.kind.entity:
        key = f"{value.sql}, {value.label}" if value.label else value.sql
        return Group(name, key, dialect.json_of(value), order)
    if value.unit is not None:
        unit = f"CASE WHEN {value.sql} IS NOT NULL THEN {value.unit} END"
        json = dialect.json_of(replace(value, unit=unit))
        return Group(name, f"{value.sql}, {unit}", json, value.sql)
    # its own JSON may need columns beside the value, of which a group has many
    shaped = f"min({value.json})" if value.json is not None and value.type.kind.numeric else None
    return Group(name, value.sql, dialect.json_of(replace(value, json=shaped)), value.sql)


def _measured(scope: Scope, name: str, measure: Measure) -> Value:
    pointer = f"/measures/{name.replace('~', '~0').replace('/', '~1')}"
    try:
        return compile_measure(parse(measure_text(measure)), PathResolver(scope))
    except (ExpressionError, BrokenSourceError) as error:
        fault = Fault(pointer, error.detail, getattr(error, "position", None))
        raise InvalidInputError("The measure is not valid.", [fault]) from error


def _named(field: str) -> str:
    """The path of a field, given with or without braces."""
    inside = field[1:-1] if field.startswith("{") and field.endswith("}") else field
    if "{" in inside or "}" in inside:
        raise ExpressionError(f"There is no field '{field[:100]}'. Give what is computed as an expression.")
    return inside


def measure_text(measure: Measure) -> str:
    """The expression of a measure. Raises ExpressionError for one that says too little or too much."""
    if measure.expression is not None:
        if measure.function is not None or measure.field is not None:
            raise ExpressionError("Give either an expression, or a function and a field.")
        return measure.expression
    if measure.function is None:
        raise ExpressionError("Give a function such as 'sum', or an expression.")
    if measure.field is None and measure.function != "count":
        raise ExpressionError(f"Say which field to take the {measure.function} of.")
    argument = "" if measure.field is None else "{" + _named(measure.field) + "}"
    return f"{FUNCTIONS[measure.function]}({argument})"
