"""Custom roles of a project: what their members see and do, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor, ProjectAccess, Rule
from kernel.access.rights import ABILITIES, BUILT_IN, UNLESS_SAID
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import IdGenerator
from kernel.queries.builtins import BUILT_INS
from kernel.queries.compilation import root_scope
from kernel.queries.pages import restrict
from kernel.queries.paths import start
from kernel.schema import DEFAULT_FIELDS, Project, Schema
from kernel.services.filter_texts import as_expression
from kernel.services.names import Faults, same_name
from kernel.services.rights import configurable_project, visible_project
from kernel.services.role_warnings import RoleWarning, RoleWarnings
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache

LONGEST_SCOPE = 10_000
BUILT_IN_KEYS = frozenset({"*", *DEFAULT_FIELDS, *BUILT_INS})
"""Names of what is no custom field; `*` stands for all that has no rule of its own."""

Rules = Annotated[
    dict[str, Rule],
    msgspec.Meta(
        description='By field key; "*" is the rule for what is not named.',
        examples=[{"*": "edit", "cost": "hidden"}],
    ),
]
Abilities = Annotated[
    dict[str, bool],
    msgspec.Meta(
        description=f"Out of {', '.join(ABILITIES)}; a new role may "
        f"{', '.join(a for a, may in UNLESS_SAID.items() if may)} unless it says otherwise.",
        examples=[{"create": True, "delete": False}],
    ),
]
Scope = Annotated[
    str | dict[str, Any] | None,
    msgspec.Meta(
        description="A filter: only records that pass are seen. A tree is kept as an expression.",
        examples=[None],
    ),
]


class RoleInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new role."""

    name: Annotated[str, msgspec.Meta(examples=["Junior"])]
    fields: Rules = {}
    scope: Scope = None
    can: Abilities = {}


class RolePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a role."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    fields: Rules | msgspec.UnsetType = msgspec.UNSET
    scope: Scope | msgspec.UnsetType = msgspec.UNSET
    can: Abilities | msgspec.UnsetType = msgspec.UNSET


class Role(msgspec.Struct, frozen=True):
    """A role. `id` of a built-in one is its name."""

    id: str
    name: str
    fields: Mapping[str, Rule]
    scope: str | None
    can: Mapping[str, bool]
    built_in: bool = False
    warnings: Sequence[RoleWarning] = ()


class RoleService:
    """The rules of roles."""

    def __init__(
        self, database: Database, rows: KernelRows, ids: IdGenerator, clock: Clock, schema: SchemaCache
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._schema = schema

    async def all(self, actor: Actor, project_id: int) -> list[Role]:
        """The built-in roles, then the project's own, oldest first."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        found = (await self._database.read(self._select(project_id)))[0]
        own = [self._warned(schema, actor, project, _role(row)) for row in found]
        access = actor.access(project_id)
        if access is not None and "configure" not in access.can:
            own = [_as_seen(role, access) for role in own]
        return [*map(_built_in, BUILT_IN), *own]

    async def get(self, actor: Actor, project_id: int, role: str) -> Role:
        """One role by id or built-in name, or NotFoundError."""
        for found in await self.all(actor, project_id):
            if found.id == role:
                return found
        raise NotFoundError("There is no such role.")

    async def create(self, actor: Actor, project_id: int, data: RoleInput) -> Role:
        """Add a role to a project."""
        async with self._database.transaction() as tx:
            schema = await self._schema.in_transaction(tx)
            project = configurable_project(schema, actor, project_id)
            scope = as_expression(data.scope, "/scope")
            role = Role(str(self._ids.new()), data.name, data.fields, scope, {**UNLESS_SAID, **data.can})
            role = await self._checked(tx, project, role)
            self._check_scope(schema, actor, project, data.scope)
            now = to_milliseconds(self._clock.now())
            identity = {"id": int(role.id), "project_id": project_id, "created_at": now}
            await self._rows.insert(tx, "smalt_role", identity | _row(role))
        return self._warned(schema, actor, project, role)

    async def update(self, actor: Actor, project_id: int, role_id: int, data: RolePatch) -> Role:
        """Change what is given; it holds for every member from their next request on."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            schema = await self._schema.in_transaction(tx)
            project = configurable_project(schema, actor, project_id)
            before = await self._existing(tx, project_id, role_id)
            given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
            if data.can is not msgspec.UNSET:
                given["can"] = {**before.can, **data.can}
            if data.scope is not msgspec.UNSET:
                given["scope"] = as_expression(data.scope, "/scope")
            role = await self._checked(tx, project, msgspec.structs.replace(before, **given))
            self._check_scope(schema, actor, project, role.scope if "scope" not in given else data.scope)
            await self._rows.update(tx, "smalt_role", role_id, _row(role))
        return self._warned(schema, actor, project, role)

    async def delete(self, actor: Actor, project_id: int, role_id: int) -> None:
        """Remove a role that nobody has."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            configurable_project(await self._schema.in_transaction(tx), actor, project_id)
            await self._existing(tx, project_id, role_id)
            mark = self._rows.mark(1)
            used = await tx.fetch(f"SELECT count(*) FROM smalt_member WHERE role_id = {mark}", [role_id])
            if used[0][0]:
                raise ConflictError(f"{used[0][0]} members have this role. Give them another one first.")
            await tx.execute(f"DELETE FROM smalt_role WHERE id = {mark}", [role_id])

    def _warned(self, schema: Schema, actor: Actor, project: Project, role: Role) -> Role:
        """The role with what it gives away, for those who may change it."""
        access = actor.access(project.id)
        if access is None or "configure" not in access.can:
            return role
        allowed = frozenset(ability for ability, may in role.can.items() if may)
        rules = ProjectAccess(role.id, role.fields, role.scope, allowed)
        warnings = RoleWarnings(schema, project, actor, self._database.dialect, self._clock.now())
        return msgspec.structs.replace(role, warnings=warnings.of(rules))

    async def _existing(self, tx: Transaction, project_id: int, role_id: int) -> Role:
        rows = await tx.fetch(*self._select(project_id))
        for role in map(_role, rows):
            if role.id == str(role_id):
                return role
        raise NotFoundError("There is no such role.")

    async def _checked(self, tx: Transaction, project: Project, role: Role) -> Role:
        """The role cleaned. Raises InvalidInputError with all faults, ConflictError for a taken name."""
        faults = Faults()
        name = faults.name(role.name)
        keys = {str(f.id): f.key for f in project.live_fields}
        rules = {keys.get(name, name): rule for name, rule in role.fields.items()}
        _known(faults, "/fields", rules, BUILT_IN_KEYS | set(keys.values()))
        _known(faults, "/can", role.can, ABILITIES)
        if role.scope is not None and len(role.scope) > LONGEST_SCOPE:
            faults.add("/scope", f"A filter may have {LONGEST_SCOPE} characters.")
        faults.check()
        others = [r for r in map(_role, await tx.fetch(*self._select(project.id))) if r.id != role.id]
        if same_name(name) in {*BUILT_IN, *(same_name(r.name) for r in others)}:
            raise ConflictError(f"There is a role '{name}'.")
        return msgspec.structs.replace(role, name=name, fields=rules)

    def _check_scope(self, schema: Schema, actor: Actor, project: Project, scope: Any) -> None:
        """The filter must be one that its maker could use. Raises InvalidInputError at /scope."""
        if as_expression(scope, "/scope") is not None:
            compilation = start(schema, actor, self._database.dialect, self._clock.now())
            restrict(root_scope(compilation, project), scope, "/scope")

    def _select(self, project_id: int) -> Statement:
        mark = self._rows.mark(1)
        sql = f"SELECT id, name, fields, scope, can FROM smalt_role WHERE project_id = {mark} ORDER BY id"
        return Statement(sql, [project_id])


def _known(faults: Faults, pointer: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            step = name[:100].replace("~", "~0").replace("/", "~1")
            faults.add(f"{pointer}/{step}", f"'{name[:100]}' is not known here.{hint}")


def _as_seen(role: Role, access: ProjectAccess) -> Role:
    """A role without what names fields that a member may not see."""
    fields = {name: rule for name, rule in role.fields.items() if name == "*" or access.sees(name)}
    return msgspec.structs.replace(role, fields=fields, scope=None)


def _built_in(name: str) -> Role:
    access = BUILT_IN[name]
    return Role(name, name, access.fields, None, {a: a in access.can for a in ABILITIES}, built_in=True)


def _role(row: Row) -> Role:
    id_, name, fields, scope, can = row
    rules = msgspec.json.decode(fields, type=dict[str, Rule])
    return Role(str(id_), name, rules, scope, msgspec.json.decode(can, type=dict[str, bool]))


def _row(role: Role) -> dict[str, Any]:
    return {"name": role.name, "fields": _text(role.fields), "scope": role.scope, "can": _text(role.can)}


def _text(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(dict(value)).decode()
