"""Pages for people: the application, the API's document, and their files, under a strict policy."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from kernel.api.marks import ANY_QUERY, PUBLIC
from kernel.errors import NotFoundError
from kernel.web.assets import assets
from kernel.web.shell import POLICY as PAGE_POLICY
from kernel.web.shell import shell

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_COMMON: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
_HEADERS: Final = {"Content-Security-Policy": POLICY, **_COMMON}
_PAGE_HEADERS: Final = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache", **_COMMON}
_MEDIA_TYPES: Final = {"css": "text/css", "js": "text/javascript"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@lru_cache(maxsize=16)
def static_file(name: str) -> bytes:
    """A file of the page that shows the API's document."""
    return (files("kernel.api") / "static" / name).read_bytes()


class PagesController(Controller):
    """Outside the API's base. The state of a page stands in the query, which the page alone reads."""

    path = "/"
    opt = PUBLIC | ANY_QUERY
    include_in_schema = False

    @get(["/", "/app", "/app/{path:path}"], sync_to_thread=False)
    def start(self) -> Response[bytes]:
        return Response(shell(), media_type="text/html", headers=_PAGE_HEADERS)

    @get("/static/{name:str}", sync_to_thread=False)
    def document_asset(self, name: FromPath[str]) -> Response[bytes]:
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2])
        if media_type is None or name not in ("schema.js", "style.css"):
            raise NotFoundError("There is nothing at this path.")
        headers = {**_HEADERS, "Cache-Control": "max-age=300"}
        return Response(static_file(name), media_type=media_type, headers=headers)

    @get("/static/{digest:str}/{name:path}", sync_to_thread=False)
    def asset(
        self, request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        found = assets().files.get(name.strip("/")) if digest == assets().digest else None
        if found is None:
            raise NotFoundError("There is nothing at this path.")
        headers = {**_HEADERS, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.compressed, media_type=found.media_type, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)
