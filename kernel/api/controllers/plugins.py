"""Plugins and the catalogues of what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, patch
from litestar.params import FromPath, JSONBody

from kernel import runtime
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import ADMIN
from kernel.api.paging import Page
from kernel.errors import NotFoundError
from kernel.fields import FieldType
from kernel.importers import Importer
from kernel.registry import Registry
from kernel.services.plugins import PluginState


class PluginView(msgspec.Struct):
    """A plugin. `in_use` counts the fields of its types; `status` is loaded, blocked or failed."""

    name: Annotated[str, msgspec.Meta(examples=["fields.rating"])]
    kind: Annotated[str, msgspec.Meta(examples=["field_type"])]
    keys: list[str]
    label: str
    version: str
    provider: str
    status: str
    enabled: bool
    in_use: int
    faults: int
    error: str | None


class PluginPatch(msgspec.Struct, forbid_unknown_fields=True):
    """On or off."""

    enabled: bool


class TypeView(msgspec.Struct):
    """Something that plugins bring. `config_schema` is JSON Schema; forms are made from it."""

    key: Annotated[str, msgspec.Meta(examples=["rating"])]
    label: str
    description: str
    config_schema: dict[str, Any]
    provider: str
    plugin: str
    details: dict[str, Any]


class PluginsController(Controller):
    """Switching plugins."""

    path = "/plugins"
    tags = ["Plugins"]

    @get(summary="List plugins", description="All that are installed, also blocked and failed ones.")
    async def plugins(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[PluginView]:
        return paging.slice([_plugin(s) for s in await kernel.plugins.all(actor)], key=lambda p: (p.name,))

    @get("/{name:str}", summary="One plugin")
    async def plugin(self, kernel: Kernel, actor: Actor, name: FromPath[str]) -> PluginView:
        return _plugin(await kernel.plugins.get(actor, name))

    @patch(
        "/{name:str}",
        summary="Switch a plugin on or off",
        description="For administrators; holds at once, in every server process. Data stays.",
        opt=ADMIN,
    )
    async def switch(
        self, kernel: Kernel, actor: Actor, name: FromPath[str], data: JSONBody[PluginPatch]
    ) -> PluginView:
        return _plugin(await kernel.plugins.switch(actor, name, data.enabled))


class CataloguesController(Controller):
    """What the enabled plugins bring."""

    tags = ["Plugins"]

    @get("/field-types", summary="Kinds of custom fields")
    async def field_types(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[TypeView]:
        return await _catalogue(kernel, kernel.registries.field_types, paging)

    @get("/field-types/{key:str}", summary="One kind of custom fields")
    async def field_type(self, kernel: Kernel, actor: Actor, key: FromPath[str]) -> TypeView:
        return await _one(kernel, kernel.registries.field_types, key)

    @get("/importers", summary="File formats that records can be imported from")
    async def importers(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[TypeView]:
        return await _catalogue(kernel, kernel.registries.importers, paging)

    @get("/importers/{key:str}", summary="One file format")
    async def importer(self, kernel: Kernel, actor: Actor, key: FromPath[str]) -> TypeView:
        return await _one(kernel, kernel.registries.importers, key)


async def _catalogue(kernel: runtime.Kernel, registry: Registry[Any], paging: Paging) -> Page[TypeView]:
    off = (await kernel.schema.current()).disabled_plugins
    return paging.slice(list(_views(registry, off)), key=lambda t: (t.key,))


async def _one(kernel: runtime.Kernel, registry: Registry[Any], key: str) -> TypeView:
    off = (await kernel.schema.current()).disabled_plugins
    for view in _views(registry, off):
        if view.key == key:
            return view
    raise NotFoundError(f"There is no {registry.kind.replace('_', ' ')} of this key, or it is switched off.")


def _views(registry: Registry[Any], off: frozenset[str]) -> Iterable[TypeView]:
    for entry in registry:
        if entry.plugin not in off:
            item = entry.item
            struct = getattr(item, "config_type", None) or getattr(item, "options_type", None)
            schema = {} if struct is None else msgspec.json.schema(struct)
            yield TypeView(
                entry.key,
                item.label,
                item.description,
                schema,
                entry.provider,
                entry.plugin,
                dict(_details(item)),
            )


def _details(item: Any) -> Mapping[str, Any]:
    """What is particular to one kind of things."""
    if isinstance(item, FieldType):
        stored = None if item.column is None else item.column.value
        return {"widget": item.widget, "column": stored}
    if isinstance(item, Importer):
        return {"extensions": list(item.extensions)}
    return {}


def _plugin(state: PluginState) -> PluginView:
    info = state.info
    return PluginView(
        name=info.name, kind=info.kind, keys=list(info.keys), label=info.label, version=info.version,
        provider=info.provider, status=info.status, enabled=info.enabled and not state.switched_off,
        in_use=state.in_use, faults=state.faults, error=info.error,
    )  # fmt: skip
