"""Every answer names the headers of the request that it depends on, so that no cache gives it to others."""

from __future__ import annotations

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

DEPENDS: Final = ("Accept-Language", "Authorization", "Cookie", "Smalt-See-As")
"""Texts are translated; all else depends on who asks."""
_ALL: Final = (b"vary", ", ".join(DEPENDS).encode())
_ASSETS: Final = "/static/"
"""What is below is the same for everybody."""


def telling_vary(app: ASGIApp) -> ASGIApp:
    """The application, whose answers have `Vary`; it stands outside of everything that answers."""

    async def varying(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(_ASSETS):
            await app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_vary(list(message["headers"]))
            await send(message)

        await app(scope, receive, told)

    return varying


def _with_vary(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with one `Vary`, which keeps what the answer itself has said."""
    own = [value for name, value in headers if name.lower() == b"vary"]
    if not own:
        headers.append(_ALL)
        return headers
    said = [name.strip() for value in own for name in value.decode("latin-1").split(",")]
    missing = [name for name in DEPENDS if name.lower() not in {one.lower() for one in said}]
    rest = [(name, value) for name, value in headers if name.lower() != b"vary"]
    return [*rest, (b"vary", ", ".join([*said, *missing]).encode("latin-1"))]
