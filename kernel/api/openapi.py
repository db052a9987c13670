"""What the OpenAPI document is made of, and when it is made."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

import kernel as package
from kernel.api.document import complete
from kernel.registry import Registry
from kernel.runtime import Kernel

DESCRIPTION = """Projects with lists, fields and records that refer to one another; see `/api/v1/me`
for who you are. Identifiers are opaque strings, times RFC 3339 in UTC, exact decimals strings.
Every fault is a problem document (RFC 9457). What is read can be read as somebody else sees it: see the
header `Smalt-See-As`."""


class ApiDescription:
    """The OpenAPI document of an application. It follows the plugins that are switched on."""

    def __init__(self) -> None:
        self._written: tuple[object, bytes] = (None, b"")
        self._turn = asyncio.Lock()

    async def written(self, app: Litestar, kernel: Kernel) -> bytes:
        """The document as JSON. It is made in a thread when it is first asked for: it takes a while."""
        schema = kernel.schema.cached()
        off = schema.disabled_plugins if schema is not None else frozenset()
        key = (kernel.registries.field_types, off)
        async with self._turn:
            if self._written[0] != key:
                self._written = key, await asyncio.to_thread(_write, app, kernel, off)
            return self._written[1]


def _write(app: Litestar, kernel: Kernel, off: frozenset[str]) -> bytes:
    plugins = kernel.registries
    others: tuple[Registry[Any], ...] = (
        plugins.chart_types, plugins.importers, plugins.triggers, plugins.actions,
    )  # fmt: skip
    keys = {registry.kind: registry.enabled(off) for registry in others}
    document = complete(app.openapi_schema.to_schema(), plugins.field_types.enabled(off), keys)
    # a whole number is a number too, and "one of" refuses what is both
    return msgspec.json.encode(document).replace(b'"oneOf":', b'"anyOf":')


class EmptyRouter(Router):
    """Stands where Litestar would put pages that make the document on the event loop."""

    def register(self, value: ControllerRouterHandler) -> list[Any]:
        return []


def openapi_config() -> OpenAPIConfig:
    """The configuration for one application. What is served is in `controllers.openapi`."""
    return OpenAPIConfig(
        title="Smalt",
        version=package.__version__,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
        openapi_router=EmptyRouter("/schema", route_handlers=[]),
    )
