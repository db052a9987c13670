"""The few pages of the API itself: what this is, and its document, under a strict policy."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

from litestar import Controller, Response, get
from litestar.params import FromPath

from kernel.api.marks import PUBLIC
from kernel.errors import NotFoundError

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_MEDIA_TYPES: Final = {"css": "text/css", "js": "text/javascript"}


@lru_cache(maxsize=16)
def static_file(name: str) -> bytes:
    """A file that comes with the package."""
    return (files("kernel.api") / "static" / name).read_bytes()


class PagesController(Controller):
    """Pages for people; outside the API's base."""

    path = "/"
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def start(self) -> Response[bytes]:
        return Response(static_file("index.html"), media_type="text/html", headers=_HEADERS)

    @get("/static/{name:str}", sync_to_thread=False)
    def asset(self, name: FromPath[str]) -> Response[bytes]:
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2])
        if media_type is None or name not in ("schema.js", "style.css"):
            raise NotFoundError("There is nothing at this path.")
        headers = {**_HEADERS, "Cache-Control": "max-age=300"}
        return Response(static_file(name), media_type=media_type, headers=headers)
