"""Plugins and the catalogues of what they bring."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, get, patch
from litestar.params import FromPath, JSONBody

from kernel.api.injected import Actor, Kernel, Paging, Say
from kernel.api.marks import ADMIN
from kernel.api.paging import Page
from kernel.services.plugins import PluginState
from kernel.translations import Wording


class PluginView(msgspec.Struct):
    """A plugin. `in_use` counts the fields, charts and automations that need it; `status` is loaded,
    blocked or failed."""

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


class PluginsController(Controller):
    """Switching plugins."""

    path = "/plugins"
    tags = ["Plugins"]

    @get(summary="List plugins", description="All that are installed, also blocked and failed ones.")
    async def plugins(self, kernel: Kernel, actor: Actor, say: Say, paging: Paging) -> Page[PluginView]:
        return paging.slice(
            [_plugin(s, say) for s in await kernel.plugins.all(actor)], key=lambda p: (p.name,)
        )

    @get("/{name:str}", summary="One plugin")
    async def plugin(self, kernel: Kernel, actor: Actor, say: Say, name: FromPath[str]) -> PluginView:
        return _plugin(await kernel.plugins.get(actor, name), say)

    @patch(
        "/{name:str}",
        summary="Switch a plugin on or off",
        description="For administrators; holds at once, in every server process. Data stays.",
        opt=ADMIN,
    )
    async def switch(
        self, kernel: Kernel, actor: Actor, say: Say, name: FromPath[str], data: JSONBody[PluginPatch]
    ) -> PluginView:
        return _plugin(await kernel.plugins.switch(actor, name, data.enabled), say)


def _plugin(state: PluginState, say: Wording) -> PluginView:
    info = state.info
    return PluginView(
        name=info.name, kind=info.kind, keys=list(info.keys), version=info.version,
        label=", ".join(map(say, info.label.split(", "))), provider=info.provider, status=info.status,
        enabled=info.enabled and not state.switched_off, in_use=state.in_use, faults=state.faults,
        error=info.error,
    )  # fmt: skip
