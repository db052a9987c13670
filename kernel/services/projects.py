"""Projects: made with a table of their own, changed, put into the trash and restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.access.version import bump_access
from kernel.currencies import currency_codes
from kernel.errors import ConflictError, ForbiddenError
from kernel.schema import DEFAULT_FIELDS, Project, Schema
from kernel.services.dependencies import DependencyGraph, chain
from kernel.services.entries import ProjectParts
from kernel.services.names import Faults
from kernel.services.regions import TimeZone, checked_choice, checked_time_zone
from kernel.services.rights import configurable_project, visible_project
from kernel.storage.database import Transaction
from kernel.storage.project_tables import create_project_table

DefaultFields = Annotated[
    list[str],
    msgspec.Meta(description=f"In order, out of {', '.join(DEFAULT_FIELDS)}; the title is always on."),
]
Currency = Annotated[str, msgspec.Meta(description="ISO 4217.", examples=["EUR"])]


class ProjectInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new project."""

    name: Annotated[str, msgspec.Meta(examples=["Opportunities"])]
    description: str | None = None
    default_fields: DefaultFields | None = None
    time_zone: TimeZone | None = None
    currency: Currency | None = None


class ProjectPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a project."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    default_fields: DefaultFields | msgspec.UnsetType = msgspec.UNSET
    time_zone: TimeZone | msgspec.UnsetType = msgspec.UNSET
    currency: Currency | msgspec.UnsetType = msgspec.UNSET


class ProjectService:
    """The rules of projects. `time_zone` and `currency` stand where a new project names none."""

    def __init__(self, parts: ProjectParts, time_zone: str = "UTC", currency: str = "EUR") -> None:
        self._parts = parts
        self._time_zone = time_zone
        self._currency = currency

    async def all(self, actor: Actor, trashed: bool = False) -> list[Project]:
        """The projects that the actor may see, oldest first."""
        schema = await self._parts.schema.current()
        seen = (
            p for p in schema.projects.values() if p.deleted is trashed and actor.access(p.id) is not None
        )
        return sorted(seen, key=lambda project: project.id)

    async def get(self, actor: Actor, project_id: int) -> Project:
        """A live project, or NotFoundError."""
        return visible_project(await self._parts.schema.current(), actor, project_id)

    async def create(self, actor: Actor, data: ProjectInput) -> Project:
        """Make a project, whose owner is the actor."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            await self._parts.schema.bump(tx)
            return await self.add(tx, actor, data)

    async def add(self, tx: Transaction, actor: Actor, data: ProjectInput) -> Project:
        """Make a project in a transaction that has called `SchemaCache.bump`."""
        if actor.token_projects is not None:
            raise ForbiddenError("This token is limited to certain projects.")
        given = {
            "name": data.name, "description": data.description,
            "default_fields": list(DEFAULT_FIELDS) if data.default_fields is None else data.default_fields,
            "time_zone": data.time_zone or self._time_zone, "currency": data.currency or self._currency,
        }  # fmt: skip
        project = _project(self._parts.ids.new(), _checked(given))
        now = self._parts.now()
        stamps = {"created_at": now, "updated_at": now, "created_by": actor.user_id}
        await self._parts.rows.insert(tx, "smalt_project", {"id": project.id} | _row(project) | stamps)
        await create_project_table(tx, self._parts.database.dialect, project)
        await self._own(tx, actor, project)
        await self._log(tx, actor, project.id, "created", _view(project))
        return project

    async def update(self, actor: Actor, project_id: int, data: ProjectPatch) -> Project:
        """Change what is given."""
        given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
        async with self._parts.database.transaction(schema_change=True) as tx:
            before = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            old = _view(before)
            after = _project(project_id, old | _checked(given))
            changes = {n: [old[n], v] for n, v in _view(after).items() if v != old[n]}
            if changes:
                stamp = {"updated_at": self._parts.now()}
                await self._parts.rows.update(tx, "smalt_project", project_id, _row(after) | stamp)
                await self._log(tx, actor, project_id, "updated", changes)
        return after

    async def delete(self, actor: Actor, project_id: int) -> None:
        """Move a project to the trash with all that is in it."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            gone = {"deleted_at": self._parts.now(), "deleted_by": actor.user_id}
            await self._parts.rows.update(tx, "smalt_project", project_id, gone)
            await self._log(tx, actor, project_id, "deleted", {"name": project.name})

    async def restore(self, actor: Actor, project_id: int) -> Project:
        """Take a project out of the trash with everything it had."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            trashed = await self._parts.schema.change(tx)
            project = configurable_project(trashed, actor, project_id, trashed=True)
            await self._parts.rows.update(
                tx, "smalt_project", project_id, {"deleted_at": None, "deleted_by": None}
            )
            restored = await self._parts.schema.load(tx)
            self._check_loops(restored, restored.projects[project_id])
            await self._log(tx, actor, project_id, "restored", {"name": project.name})
        return restored.projects[project_id]

    def _check_loops(self, schema: Schema, project: Project) -> None:
        """While a project is in the trash, others may come to compute from it in a loop."""
        graph = DependencyGraph(schema)
        loop = graph.cycle(0)
        if loop is not None:
            named = chain(loop, project, schema)
            raise ConflictError(f"Fields would compute from one another in a loop: {named}.")

    async def _own(self, tx: Transaction, actor: Actor, project: Project) -> None:
        if actor.user_id is None:
            return
        member = {"project_id": project.id, "user_id": actor.user_id}
        await self._parts.rows.insert(
            tx, "smalt_member", member | {"role": "owner", "created_at": self._parts.now()}
        )
        await bump_access(tx)

    async def _log(self, tx: Transaction, actor: Actor, project_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, project_id, None, f"project.{verb}", None, changes)


def _project(id_: int, members: dict[str, Any]) -> Project:
    layout = tuple(members["default_fields"])
    return Project(
        id=id_, name=members["name"], description=members["description"],
        default_fields=frozenset(layout), layout=layout,
        time_zone=members["time_zone"], currency=members["currency"],
        lists=(), tags=(), fields=(),
    )  # fmt: skip


def _view(project: Project) -> dict[str, Any]:
    return {
        "name": project.name, "description": project.description, "default_fields": list(project.layout),
        "time_zone": project.time_zone, "currency": project.currency,
    }  # fmt: skip


def _row(project: Project) -> dict[str, Any]:
    return _view(project) | {"default_fields": msgspec.json.encode(project.layout).decode()}


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The members given, cleaned. Raises InvalidInputError with all faults."""
    faults = Faults()
    cleaned = {name: _CHECKS[name](faults, value) for name, value in given.items()}
    faults.check()
    return cleaned


def _currency(faults: Faults, code: str) -> str:
    return checked_choice(
        code.strip().upper(), currency_codes(), faults, "/currency", "a currency of ISO 4217"
    )


def _layout(faults: Faults, names: list[str]) -> list[str]:
    for index, name in enumerate(names):
        checked_choice(name, DEFAULT_FIELDS, faults, f"/default_fields/{index}", "a default field")
    distinct = list(dict.fromkeys(names))
    return distinct if "title" in distinct else ["title", *distinct]


_CHECKS: Mapping[str, Callable[[Faults, Any], Any]] = {
    "name": Faults.name,
    "description": Faults.text,
    "default_fields": _layout,
    "time_zone": checked_time_zone,
    "currency": _currency,
}
