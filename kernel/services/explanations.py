"""Why? Where a value comes from, which rule lets its reader see it, how a question was understood."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.clock import Clock
from kernel.errors import InvalidInputError
from kernel.expressions import compile_condition, parse_filter
from kernel.expressions.syntax import Among, Binary, Call, Chain, FieldPath, Literal, Negate, Node, Not
from kernel.queries.aggregates import AggregateRequest
from kernel.queries.compilation import root_scope
from kernel.queries.narrowing import Noting
from kernel.queries.origins import Origin, Origins, rule_for
from kernel.queries.pages import PageRequest, page_query
from kernel.queries.paths import start, value_at
from kernel.queries.sorting import sort_names, term_of
from kernel.schema import Project, Schema
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Statement
from kernel.storage.schema_cache import SchemaCache

_INDEX = re.compile(r"(?:USING (?:COVERING )?INDEX|Index (?:Only )?Scan.* using|Bitmap Index Scan on) (\w+)")


class FieldReason(msgspec.Struct, omit_defaults=True):
    """Why a reader sees a field, and where its value comes from. `rule` is the key of the role's rule
    that decided, `*` for what it does not name, empty where it says nothing."""

    rule: str
    access: str
    computed: Origin | None = None


class UsedField(msgspec.Struct):
    """What a name in a filter was taken for."""

    name: str
    kind: str
    many: bool


class SortedBy(UsedField):
    """What a term of a sort was taken for. Empty values come last both ways."""

    descending: bool


class Explanations:
    """Explains reads to their reader, in terms of what they may see."""

    def __init__(self, database: Database, schema: SchemaCache, clock: Clock) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock

    async def record(self, actor: Actor, project_id: int, record_id: int, body: bytes) -> bytes:
        """The JSON of a record with `explain`: by field the rule of the role and the origin."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        found = msgspec.json.decode(body)
        shown = [f for f in project.live_fields if f.key in found.get("fields", {})]
        origins = Origins(schema, actor, project, self._database.dialect, self._clock.now())
        computed = origins.of(shown)
        statement = origins.statement(record_id)
        if statement is not None:
            origins.fill((await self._database.read(statement))[0])
        access = actor.access(project_id)
        assert access is not None  # the project is visible
        reasons = {}
        for field in shown:
            rule, allowed = rule_for(access.fields, [field.key])
            reasons[field.key] = FieldReason(rule, allowed, computed.get(field.key))
        found["explain"] = self._role(schema, actor, project, access) | {"fields": reasons}
        return msgspec.json.encode(found)

    async def page(self, actor: Actor, project_id: int, request: PageRequest, body: bytes) -> bytes:
        """The JSON of a page with `explain`: how its filter and its sort were understood, and, for those who
        configure the project and see all of it, which indices serve it: plans tell of values."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        found = msgspec.json.decode(body)
        access = actor.access(project_id)
        assert access is not None  # the project is visible
        found["explain"] = self._role(schema, actor, project, access)
        condition = request.filter
        if condition:
            found["explain"] |= self._filter(schema, actor, project, condition)
        if request.sort:
            terms = ((term_of(name)) for name in sort_names(request.sort))
            found["explain"]["sort"] = [
                SortedBy(*self._used(schema, actor, project, path), descending) for path, descending in terms
            ]
        if "configure" in access.can and access.scope is None and "hidden" not in access.fields.values():
            found["explain"]["indices"] = await self._indices(schema, actor, project, request)
        return msgspec.json.encode(found)

    async def aggregate(self, actor: Actor, project_id: int, request: AggregateRequest, body: bytes) -> bytes:
        """The JSON of an aggregate with `explain`: what its filter and its groups were taken for."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        access = actor.access(project_id)
        assert access is not None  # the project is visible
        explain = self._role(schema, actor, project, access)
        if request.filter:
            given = request.filter if isinstance(request.filter, str) else msgspec.json.encode(request.filter)
            explain |= self._filter(schema, actor, project, given)
        names = [g if isinstance(g, str) else g.field for g in request.group_by]
        explain["group_by"] = [
            UsedField(*self._used(schema, actor, project, name.strip("{}").split("."))) for name in names
        ]
        return msgspec.json.encode(msgspec.json.decode(body) | {"explain": explain})

    def _used(self, schema: Schema, actor: Actor, project: Project, path: list[str]) -> tuple[str, str, bool]:
        """Name and kind of the field at the end of a path, and whether it holds many values."""
        scope = root_scope(start(schema, actor, self._database.dialect, self._clock.now()), project)
        value = value_at(scope, path)
        return ".".join(path), value.type.kind, value.type.many

    def _role(self, schema: Schema, actor: Actor, project: Project, access: ProjectAccess) -> dict[str, Any]:
        """The role and the scope that it narrows records by, which is told if the reader could ask it."""
        scope = access.scope
        if scope is not None:
            try:
                self._filter(schema, actor, project, scope)
            except InvalidInputError:
                scope = None
        return {"role": access.role, "scope": scope, "narrowed": access.scope is not None}

    def _filter(
        self, schema: Schema, actor: Actor, project: Project, condition: str | bytes
    ) -> dict[str, Any]:
        given = msgspec.json.decode(condition) if isinstance(condition, bytes) else condition
        expression = parse_filter(given)
        scope = root_scope(start(schema, actor, self._database.dialect, self._clock.now()), project)
        resolver = Noting(scope)
        compile_condition(expression, resolver)
        used = [UsedField(".".join(p), v.type.kind, v.type.many) for p, v in resolver.noted.items()]
        return {"filter": _tree(expression.root), "fields": used}

    async def _indices(
        self, schema: Schema, actor: Actor, project: Project, request: PageRequest
    ) -> list[str]:
        dialect = self._database.dialect
        query = page_query(schema, actor, project, request, dialect, self._clock.now())
        statement = Statement(f"{dialect.statements.explain} {query.page.sql}", query.page.parameters)
        (rows,) = await self._database.read(statement)
        return sorted({name for row in rows for name in _INDEX.findall(str(row[-1]))})


def _tree(node: Node) -> Any:
    """A parsed expression as nested objects: what binds to what."""
    match node:
        case Literal(_, value):
            return {"value": value}
        case FieldPath(_, path):
            return {"field": ".".join(path)}
        case Negate(_, operand):
            return {"op": "-", "of": [_tree(operand)]}
        case Not(_, operand):
            return {"op": "NOT", "of": [_tree(operand)]}
        case Binary(_, operator, left, right):
            return {"op": operator, "of": [_tree(left), _tree(right)]}
        case Chain(_, operator, operands):
            return {"op": operator, "of": [_tree(o) for o in operands]}
        case Among(_, operand, options):
            return {"op": "IN", "of": [_tree(operand), *(_tree(o) for o in options)]}
        case Call(_, name, arguments):
            return {"function": name, "of": [_tree(a) for a in arguments]}
    return None
