"""Dependencies: which records wait for which."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.record_dependencies import Dependency, DependencyInput


class DependenciesController(Controller):
    path = "/projects/{project_id:str}/records/{record_id:str}/dependencies"
    tags = ["Dependencies"]

    @get(summary="Read what this record blocks, and what blocks it")
    async def of_record(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, record_id: Id
    ) -> Page[Dependency]:
        found = await kernel.dependencies.all(actor, identifier(project_id), identifier(record_id))
        ordered = sorted(found, key=lambda d: (d.relation, int(d.record_id)))
        return paging.slice(ordered, key=lambda d: (d.relation, int(d.record_id)))

    @post(
        summary="Let one record wait for another",
        description="Also across projects. A circle is refused with its chain.",
    )
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[DependencyInput]
    ) -> Dependency:
        return await kernel.dependencies.add(actor, identifier(project_id), identifier(record_id), data)

    @delete("/{other_id:str}", summary="Let two records no longer wait for one another")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, other_id: Id) -> None:
        project, record, other = identifier(project_id), identifier(record_id), identifier(other_id)
        await kernel.dependencies.remove(actor, project, record, other)
