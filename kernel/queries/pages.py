"""Pages of records: cut first, then computed.

The inner query touches only what the filter and the sort name and returns a page of ids; the
outer one computes everything else for those rows alone, as JSON that leaves as it is. The page
leaves the database as one row: the array of records, how many there are, the keys of the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.expressions import compile_condition, parse_filter
from kernel.queries.compilation import Compilation, Scope, root_scope
from kernel.queries.cursors import decode_cursor, encode_cursor
from kernel.queries.fields import sees_built_in, unknown_field
from kernel.queries.frames import Frame
from kernel.queries.narrowing import Noting, require_rows
from kernel.queries.past import at_moment, of_record
from kernel.queries.paths import PathResolver, with_every_right
from kernel.queries.record_json import record_json, unknown_names, without_empty_warnings
from kernel.queries.refusals import Refusals
from kernel.queries.searching import Search
from kernel.queries.segments import page_select
from kernel.queries.sorting import SortKey, sort_keys
from kernel.schema import Project, Schema
from kernel.storage.database import Row, Statement
from kernel.text_input import fold_name
from kernel.values import ID, Choice

MAXIMUM_LIMIT = 1000


class PageRequest(msgspec.Struct, frozen=True):
    """What to read. `filter` is an expression or a tree, `fields` None means all.

    `trash` reads the deleted records instead of the live ones. `allowed` is a further filter,
    compiled with every right, since an administrator wrote it; `view_filter` is that of a saved
    view, compiled with the reader's. `as_of` reads the records as they were at that moment.
    `offset` passes over records, from the beginning or the cursor on.
    """

    filter: str | bytes | None = None
    sort: str | None = None
    fields: tuple[str, ...] | None = None
    list: str | None = None
    tag: str | None = None
    q: str | None = None
    limit: int = 100
    cursor: str | None = None
    count: bool = False
    trash: bool = False
    allowed: str | None = None
    view_filter: str | bytes | None = None
    as_of: datetime | None = None
    offset: int = 0


@dataclass(frozen=True)
class PageQuery:
    """The statements of one page, and how to read what they return.

    `timeless` means that they hold at any time: nothing in them asks what day it is.
    """

    page: Statement
    total: Statement | None
    keys: tuple[SortKey, ...]
    signature: str
    limit: int
    dialect: Dialect
    timeless: bool

    def next_cursor(self, row: Row) -> str | None:
        if row[1] <= self.limit:
            return None
        return encode_cursor(self.keys, row[2:], self.signature, self.dialect)

    def body(self, row: Row, total: int | None) -> bytes:
        """The JSON of the collection, around the records that the database wrote."""
        following = msgspec.json.encode(self.next_cursor(row)).decode()
        counted = "" if total is None else f',"total":{total}'
        items = without_empty_warnings(row[0])
        return f'{{"items":{items},"next":{following}{counted}}}'.encode()


def page_query(
    schema: Schema, actor: Actor, project: Project, request: PageRequest, dialect: Dialect, now: datetime
) -> PageQuery:
    """Compile a request for one reader. Raises InvalidInputError for what it cannot mean."""
    compilation = at_moment(schema, actor, dialect, now, request.as_of)
    scope, keys = _asked(compilation, compilation.schema.projects[project.id], request)
    total = _total(compilation, scope) if request.count else None
    signature = _signature(project, request)
    place = None if request.cursor is None else decode_cursor(request.cursor, keys, signature)
    sql = _page_sql(compilation, scope, keys, place, request)
    page = compilation.statement(sql)
    return PageQuery(page, total, keys, signature, request.limit, dialect, compilation.timeless)


def _total(compilation: Compilation, scope: Scope) -> Statement:
    return compilation.statement(f"SELECT count(*) {scope.frame.clause()}")


def _page_sql(
    compilation: Compilation,
    scope: Scope,
    keys: Sequence[SortKey],
    place: Sequence[Any] | None,
    request: PageRequest,
) -> str:
    names = [f"k{n}" for n in range(len(keys))]
    inner = page_select(scope.frame, keys, place, request.limit + 1, compilation.parameters, request.offset)
    # The page's ids have passed the reader's scope already; to compile it again would add parameters.
    outer = Scope(compilation, scope.project, Frame(compilation.aliases, f"{scope.project.table} o"), "o")
    items = compilation.dialect.json_collect(
        record_json(outer, request.fields, trash=request.trash), "page.place"
    )
    last = [f"(SELECT {name} FROM page WHERE place = {request.limit})" for name in names]
    return (
        f"WITH page AS MATERIALIZED (SELECT row_number() OVER () AS place, * FROM ({inner}) cut) "
        f"SELECT {items}, (SELECT count(*) FROM page), {', '.join(last)} "
        f"FROM page CROSS JOIN {outer.frame.tables()} "
        f"WHERE {outer.alias}.id = page.{names[-1]} AND page.place <= {request.limit}"
    )


@dataclass(frozen=True)
class RecordQuery:
    """Reads one record: its version and the columns of its JSON; no row when it may not be seen."""

    sql: str
    parameters: Sequence[Any]
    timeless: bool

    def of(self, record_id: int) -> Statement:
        return Statement(self.sql, (record_id, *self.parameters[1:]))


def record_query(
    schema: Schema,
    actor: Actor,
    project: Project,
    dialect: Dialect,
    now: datetime,
    trash: bool = False,
    as_of: datetime | None = None,
) -> RecordQuery:
    """Compile the reading of any one record of a project for one reader."""
    compilation = at_moment(schema, actor, dialect, now, as_of)
    record_id = compilation.parameters.add(0, ID)
    scope = root_scope(compilation, of_record(compilation, project, record_id), trash=trash)
    json = record_json(scope, trash=trash)
    scope.frame.restrict(f"{scope.alias}.id = {record_id}")
    sql = f"SELECT {scope.column('version')}, {json} {scope.frame.clause()}"
    return RecordQuery(*compilation.statement(sql), compilation.timeless)


def _asked(
    compilation: Compilation, project: Project, request: PageRequest
) -> tuple[Scope, tuple[SortKey, ...]]:
    """The rows that a request asks for, as the outermost scope, and their order."""
    scope, refusals = root_scope(compilation, project, trash=request.trash), Refusals()
    for pointer, condition in _conditions(request):
        with refusals.noted():
            restrict(scope, condition, pointer)
    with refusals.noted():
        _check_choices(scope, request)
    _search_and_allow(scope, request)
    keys: tuple[SortKey, ...] = ()
    with refusals.noted():
        keys = tuple(sort_keys(scope, request.sort))
    with refusals.noted():
        _check_names(scope, request)
    refusals.tell("The query is not valid.")
    return scope, keys


def _search_and_allow(scope: Scope, request: PageRequest) -> None:
    if request.q is not None and request.q.strip():
        scope.frame.restrict(Search(scope, request.q).found())
    if request.allowed:
        allow(scope, request.allowed)


def restrict(scope: Scope, condition: str | dict[str, Any], pointer: str = "/filter") -> None:
    """Narrow a scope by a filter; faults name the place in the expression."""
    try:
        expression = parse_filter(condition)
        resolver = Noting(scope)
        scope.frame.restrict(compile_condition(expression, resolver))
        require_rows(scope, expression, resolver.noted)
    except ExpressionError as error:
        raise InvalidInputError("The filter is not valid.", error.at(pointer)) from error
    except BrokenSourceError as error:
        raise InvalidInputError("The filter is not valid.", [Fault(pointer, error.detail)]) from error
    except InvalidInputError as error:
        raise InvalidInputError("The filter is not valid.", _below(pointer, error.faults)) from error


def allow(scope: Scope, condition: str) -> None:
    """Narrow a scope by a filter that an administrator wrote, whatever the reader may see."""
    inner = scope.compilation.for_actor(with_every_right(scope.compilation.actor))
    resolver = PathResolver(replace(scope, compilation=inner))
    scope.frame.restrict(compile_condition(parse_filter(condition), resolver))


def _below(pointer: str, faults: Sequence[Fault]) -> list[Fault]:
    """The faults of a filter tree, from where the tree stands in the request."""
    if pointer not in ("/filter", "/scope"):  # the tree was made here, from a plain value
        return [Fault(pointer, fault.detail) for fault in faults]
    return [Fault(pointer + fault.pointer, fault.detail, fault.position) for fault in faults]


def _conditions(request: PageRequest) -> list[tuple[str, str | dict[str, Any]]]:
    found: list[tuple[str, str | dict[str, Any]]] = []
    for pointer, condition in (("/filter", request.filter), ("/view", request.view_filter)):
        if isinstance(condition, bytes):
            found.append((pointer, msgspec.json.decode(condition, type=dict[str, Any])))
        elif condition is not None and condition.strip():
            found.append((pointer, condition))
    if request.list is not None:
        found.append(("/list", {"field": "list", "op": "eq", "value": request.list}))
    if request.tag is not None:
        found.append(("/tag", {"field": "tags", "op": "eq", "value": request.tag}))
    return found


def _check_choices(scope: Scope, request: PageRequest) -> None:
    """A list or tag that there is not is refused. In the trash it may be one that is there too."""
    if request.trash:
        return
    faults = []
    if request.list is not None and sees_built_in(scope, "list"):
        faults += _missing("list", request.list, scope.project.lists)
    if request.tag is not None and sees_built_in(scope, "tags"):
        faults += _missing("tag", request.tag, scope.project.tags)
    if faults:
        raise InvalidInputError("The choice of records is not valid.", faults)


def _missing(what: str, name: str, choices: Sequence[Choice]) -> list[Fault]:
    if not name.strip() or fold_name(name) in {fold_name(n) for c in choices for n in (c.name, str(c.id))}:
        return []
    near = get_close_matches(name, [choice.name for choice in choices], n=1, cutoff=0.6)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return [Fault(f"/{what}", f"There is no {what} '{name[:100]}'.{hint}")]


def _check_names(scope: Scope, request: PageRequest) -> None:
    unknown = unknown_names(scope.project, scope, request.fields or ())
    if unknown:
        faults = [Fault("/fields", unknown_field(scope, name)) for name in unknown]
        raise InvalidInputError("The choice of fields is not valid.", faults)


def _signature(project: Project, request: PageRequest) -> str:
    """Binds a cursor to the query that it was made for."""
    asked = (
        request.sort or "", request.filter or "", request.list, request.tag, request.q, request.trash,
        request.view_filter or "", *([] if request.as_of is None else [request.as_of]),
    )  # fmt: skip
    return blake2b(msgspec.json.encode([project.id, *asked]), digest_size=6).hexdigest()
