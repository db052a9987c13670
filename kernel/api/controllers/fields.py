"""The custom fields of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.controllers.projects import Trashed
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.versions import IfMatch, etag, versions
from kernel.services.conversion_run import ConversionRun, Sample
from kernel.services.field_inputs import ConversionInput, FieldInput, FieldPatch
from kernel.services.field_kinds import FieldKind
from kernel.services.fields import FieldState


class FieldView(msgspec.Struct):
    """A custom field. `available` is there, and false, while its type is switched off or missing;
    `broken` says why a computed field computes nothing; `default`, where there is one, is what new
    records get that are given no value. `value` says what its values are, unless it is broken.
    `version` counts its changes; it is also the ETag."""

    id: str
    key: str
    name: str
    type: str
    config: Mapping[str, Any]
    required: bool
    unique: bool
    indexed: bool
    description: str | None
    position: int
    available: bool | msgspec.UnsetType = msgspec.UNSET
    broken: str | msgspec.UnsetType = msgspec.UNSET
    default: Any = msgspec.UNSET
    value: FieldKind | msgspec.UnsetType = msgspec.UNSET
    version: int = 1


class ConversionView(msgspec.Struct):
    """What a conversion does, or would do. `reduced` values survive in part; `samples` shows some."""

    field: FieldView
    total: int
    converted: int
    reduced: int
    lost: int
    samples: list[Sample]
    config: Mapping[str, Any]
    done: bool


class FieldsController(Controller):
    """What records of a project hold beside the built-in fields."""

    path = "/projects/{project_id:str}/fields"
    tags = ["Fields"]

    @get(summary="List the fields of a project", description="In their order.")
    async def fields(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, deleted: Trashed = False
    ) -> Page[FieldView]:
        project = identifier(project_id)
        found = await (kernel.fields.trashed if deleted else kernel.fields.all)(actor, project)
        kinds = await kernel.field_kinds.of(actor, project)
        return paging.slice([_view(f, kinds) for f in found], key=lambda f: (f.position, int(f.id)))

    @post(summary="Define a field", description="It is empty on the records that are there.")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[FieldInput]
    ) -> Response[FieldView]:
        project = identifier(project_id)
        return await _whole(kernel, actor, project, await kernel.fields.create(actor, project, data), 201)

    @get("/{field_id:str}", summary="One field", description="By id or key.")
    async def field(self, kernel: Kernel, actor: Actor, project_id: Id, field_id: Id) -> Response[FieldView]:
        project = identifier(project_id)
        return await _whole(kernel, actor, project, await kernel.fields.get(actor, project, field_id))

    @patch(
        "/{field_id:str}",
        summary="Change a field",
        description="The key stays. Another type, or a config that its values do not fit, converts them; "
        "where something would be lost, only with `accept_loss`. See `convert` for a preview. With "
        "`If-Match` only the version that you have read is changed; without, an option that was added a "
        "moment ago does not go by being left out, unless `replacements` names it.",
    )
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        field_id: Id,
        data: JSONBody[FieldPatch],
        if_match: IfMatch = None,
    ) -> Response[FieldView]:
        project = identifier(project_id)
        read, blind = versions(if_match), if_match is None
        changed = await kernel.fields.update(actor, project, field_id, data, read, blind)
        return await _whole(kernel, actor, project, changed)

    @delete(
        "/{field_id:str}",
        summary="Move a field to the trash",
        description="Its values are kept. Fields that compute from it are broken until it is restored.",
    )
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, field_id: Id) -> None:
        await kernel.fields.delete(actor, identifier(project_id), field_id)

    @post("/{field_id:str}/restore", status_code=200, summary="Take a field out of the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, field_id: Id
    ) -> Response[FieldView]:
        project = identifier(project_id)
        restored = await kernel.fields.restore(actor, project, field_id)
        return await _whole(kernel, actor, project, restored)

    @post(
        "/{field_id:str}/convert",
        status_code=200,
        summary="Give a field another type or config, with its values",
        description="With `preview` nothing is changed. Without `accept_loss` a conversion that would "
        "empty or shorten values is refused.",
    )
    async def convert(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        field_id: Id,
        data: JSONBody[ConversionInput],
        if_match: IfMatch = None,
    ) -> ConversionView:
        project, read, blind = identifier(project_id), versions(if_match), if_match is None
        state, run = await kernel.fields.convert(actor, project, field_id, data, read, blind)
        return _conversion(state, run, not data.preview)


async def _whole(
    kernel: Kernel, actor: Actor, project_id: int, state: FieldState, status: int = 200
) -> Response[FieldView]:
    view = _view(state, await kernel.field_kinds.of(actor, project_id))
    return Response(view, status_code=status, headers=etag(view.version))


def _view(state: FieldState, kinds: Mapping[int, FieldKind]) -> FieldView:
    field = state.field
    return FieldView(
        str(field.id), field.key, field.name, field.type_key, field.raw_config, field.required,
        field.unique, field.indexed, field.description, state.position,
        msgspec.UNSET if field.type is not None else False,
        msgspec.UNSET if state.broken is None else state.broken,
        msgspec.UNSET if field.default is None else field.default,
        kinds.get(field.id, msgspec.UNSET), field.version,
    )  # fmt: skip


def _conversion(state: FieldState, run: ConversionRun, done: bool) -> ConversionView:
    """Losses come first among the samples."""
    tally = run.tally
    samples = [s for kind in ("lost", "reduced", "converted") for s in tally.samples.get(kind, ())]
    return ConversionView(
        _view(state, {}), tally.total, tally.converted, tally.reduced, tally.lost, samples,
        run.definition.raw, done,
    )  # fmt: skip
