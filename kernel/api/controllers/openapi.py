"""Where the OpenAPI document is served, as JSON and as a page without anything from elsewhere."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get
from litestar.enums import MediaType, OpenAPIMediaType

from kernel.api.injected import Description, Kernel
from kernel.api.marks import PUBLIC
from kernel.api.pages import POLICY, static_file


class OpenApiController(Controller):
    """For whoever writes a client."""

    path = "/schema"
    include_in_schema = False
    opt = PUBLIC
    dto = None
    return_dto = None
    response_headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}

    @get(media_type=MediaType.HTML, sync_to_thread=False)
    def page(self) -> bytes:
        return static_file("schema.html")

    @get("/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)
    async def document(
        self, request: Request[Any, Any, Any], kernel: Kernel, description: Description
    ) -> bytes:
        return await description.written(request.app, kernel)
