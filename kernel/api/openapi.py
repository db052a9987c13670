"""Where the OpenAPI document is served, as JSON and as a page without anything from elsewhere."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Router
from litestar.enums import MediaType, OpenAPIMediaType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.types import ControllerRouterHandler

import kernel as package
from kernel.api.document import complete
from kernel.api.marks import PUBLIC
from kernel.api.pages import POLICY, static_file
from kernel.registry import Registry
from kernel.runtime import Kernel

DESCRIPTION = """Projects with lists, fields and records that refer to one another; see `/api/v1/me`
for who you are. Identifiers are opaque strings, times RFC 3339 in UTC, exact decimals strings.
Every fault is a problem document (RFC 9457). What is read can be read as somebody else sees it: see the
header `Smalt-See-As`."""


class DocumentRender(OpenAPIRenderPlugin):
    """The document as JSON. It follows the plugins that are switched on."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)
        self._kernel = kernel
        self._written: tuple[object, bytes] = (None, b"")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        schema = self._kernel.schema.cached()
        off = schema.disabled_plugins if schema is not None else frozenset()
        all_plugins = self._kernel.registries
        types = all_plugins.field_types
        if self._written[0] != (types, off):
            others: tuple[Registry[Any], ...] = (
                all_plugins.chart_types, all_plugins.importers, all_plugins.triggers, all_plugins.actions,
            )  # fmt: skip
            keys = {registry.kind: registry.enabled(off) for registry in others}
            document = complete(openapi_schema, types.enabled(off), keys)
            # a whole number is a number too, and "one of" refuses what is both
            written = msgspec.json.encode(document).replace(b'"oneOf":', b'"anyOf":')
            self._written = (types, off), written
        return self._written[1]


class PageRender(OpenAPIRenderPlugin):
    """The page that shows the document."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return static_file("schema.html")


class SchemaRouter(Router):
    """The router below /schema, without the HTML page that Litestar would put for unknown paths."""

    def register(self, value: ControllerRouterHandler) -> list[Any]:
        paths = getattr(value, "paths", ())
        return [] if "/{path:str}" in paths else super().register(value)


def openapi_config(kernel: Kernel) -> OpenAPIConfig:
    """The configuration for one application."""
    router = SchemaRouter(
        "/schema",
        route_handlers=[],
        include_in_schema=False,
        opt=PUBLIC,
        dto=None,
        return_dto=None,
        response_headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"},
    )
    return OpenAPIConfig(
        title="Smalt",
        version=package.__version__,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        render_plugins=[PageRender(), DocumentRender(kernel)],
        openapi_router=router,
    )
