"""HEAD: what GET would answer, without the body."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage


def answering_heads(app: ASGIApp) -> ASGIApp:
    """The application, which takes HEAD wherever it takes GET.

    Whoever streams is told after the headers that nobody listens any more: files are not read
    for nothing, and the stream of events ends.
    """

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        started = False

        async def heard() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            return {"type": "http.disconnect"} if started else await receive()

        async def headers_alone(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                await send(message)

        asked: Scope = {**scope, "method": "GET"}  # the server goes by its own, which stays HEAD
        await app(asked, heard, headers_alone)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return either
