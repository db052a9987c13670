"""`Idempotency-Key` on POST: the first answer again, see `kernel.access.claims`."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Send
from multipart import parse_options_header  # type: ignore[import-untyped]

from kernel.access.actor import Actor
from kernel.access.claims import Answer, Claim, InProgressError
from kernel.api.marks import TELLS
from kernel.errors import Fault, InvalidInputError, TooLargeError
from kernel.runtime import Kernel

IN_MEMORY = 1024 * 1024
CHUNK = 256 * 1024
PATIENCE = 20.0
"""Seconds that a second request waits for the first one of the same key."""

LOOK_AGAIN = 0.05
"""Seconds after which it looks again whether another process has answered the first one."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PASSING = frozenset({401, 403, 429, 500, 502, 503})
"""Answers that say nothing about the request itself: not stored, so that a repetition may succeed."""


class Idempotency:
    """Runs requests that carry a key at most once."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._running: dict[tuple[int, str], asyncio.Event] = {}

    async def run(
        self,
        app: ASGIApp,
        actor: Actor,
        key: str,
        credential: str,
        scope: HTTPScope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer from the store, or run the application and store its answer.

        What tells a secret is stored so that it takes the token or session that asked to read it again.
        """
        if not _KEY.fullmatch(key):
            fault = Fault("Idempotency-Key", "Give 1 to 255 visible ASCII characters.")
            raise InvalidInputError("The idempotency key does not fit.", [fault])
        with SpooledTemporaryFile(IN_MEMORY) as body:
            fingerprint = await _read(scope, receive, body)
            seal = credential if scope["route_handler"].opt.get(TELLS) else ""
            claim = Claim(actor.user_id or 0, key, fingerprint, seal)
            async with self._alone(claim):
                try:
                    answer, replayed = await self._run_or_find(app, claim, scope, body, receive)
                except InProgressError:
                    answer, replayed = await self._elsewhere(claim), True
            await _give(answer, send, replayed)

    @asynccontextmanager
    async def _alone(self, claim: Claim) -> AsyncIterator[None]:
        """Of the requests with the same key in this process, one at a time."""
        slot = (claim.user_id, claim.key)
        while (running := self._running.get(slot)) is not None:
            try:
                await asyncio.wait_for(running.wait(), PATIENCE)
            except TimeoutError:
                raise InProgressError from None
        done = self._running[slot] = asyncio.Event()
        try:
            yield
        finally:
            del self._running[slot]
            done.set()

    async def _run_or_find(
        self,
        app: ASGIApp,
        claim: Claim,
        scope: HTTPScope,
        body: SpooledTemporaryFile[bytes],
        receive: Receive,
    ) -> tuple[Answer, bool]:
        """The answer, and whether it was there. Raises InProgressError while another process works on it."""
        if (answer := await self._kernel.claims.find(claim)) is not None:
            return answer, True
        return await self._run_first(app, claim, scope, _replay(body, receive)), False

    async def _elsewhere(self, claim: Claim) -> Answer:
        """What the process answers that has the claim. Raises InProgressError when it takes too long."""
        latest = asyncio.get_running_loop().time() + PATIENCE
        while True:
            with suppress(InProgressError):
                if (answer := await self._kernel.claims.find(claim)) is not None:
                    return answer
            if asyncio.get_running_loop().time() >= latest:
                raise InProgressError
            await asyncio.sleep(LOOK_AGAIN)

    async def _run_first(self, app: ASGIApp, claim: Claim, scope: HTTPScope, receive: Receive) -> Answer:
        capture = Capture()
        with self._kernel.claims.running(claim):
            await app(scope, receive, capture)
        answer = capture.answer()
        if claim.made or answer.status not in _PASSING:
            await self._kernel.claims.answered(claim, answer)
        return answer


class Capture:
    """An ASGI `send` that keeps the response."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message["headers"])
        elif message["type"] == "http.response.body":
            self._body += message["body"]

    def answer(self) -> Answer:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._headers]
        return Answer(self._status, headers, bytes(self._body))


class _Fingerprint:
    """A hash in which the boundary of a form makes no difference: senders make up a new one each time."""

    def __init__(self, boundary: bytes) -> None:
        self._sha = hashlib.sha256()
        self._boundary = boundary
        self._rest = b""

    def update(self, piece: bytes) -> None:
        if not self._boundary:
            self._sha.update(piece)
            return
        *before, last = (self._rest + piece).split(self._boundary)
        self._sha.update(b"".join(part + b"--" for part in before))
        end = max(0, len(last) - len(self._boundary) + 1)  # what follows may be the beginning of one
        self._sha.update(last[:end])
        self._rest = last[end:]

    def finished(self) -> str:
        self._sha.update(self._rest)
        return self._sha.hexdigest()


def _boundary(scope: HTTPScope) -> bytes:
    """What is between the parts of a form; nothing where the body is none."""
    kind, options = parse_options_header(dict(scope["headers"]).get(b"content-type", b"").decode("latin-1"))
    boundary = str(options.get("boundary", "")) if kind.startswith("multipart/") else ""
    return f"--{boundary}".encode("latin-1") if boundary else b""


async def _read(scope: HTTPScope, receive: Receive, body: SpooledTemporaryFile[bytes]) -> str:
    """Take the body in; a hash over it, the path, the query and whom the actor looks as."""
    found = _Fingerprint(_boundary(scope))
    found.update(f"{scope['path']}?".encode() + scope["query_string"] + b"\n")
    if (preview := scope["user"].preview) is not None:
        found.update(f"{preview.path}\n".encode())
    handler = scope["route_handler"]
    most = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    size, more = 0, True
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            raise InvalidInputError("The request was cut off.")  # a key must not stand for a part of it
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if most is not None and size > most:
            raise TooLargeError(f"The body is limited to {most} bytes.")
        found.update(chunk)
        body.write(chunk)
    body.seek(0)
    return found.finished()


def _replay(body: SpooledTemporaryFile[bytes], receive: Receive) -> Receive:
    """An ASGI `receive` that gives the body out again."""
    finished = False

    async def replay() -> HTTPReceiveMessage:
        nonlocal finished
        if finished:
            return await receive()  # type: ignore[return-value]
        chunk = body.read(CHUNK)
        finished = len(chunk) < CHUNK
        return {"type": "http.request", "body": chunk, "more_body": not finished}

    return replay


async def _give(answer: Answer, send: Send, replayed: bool) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if replayed:
        headers.append((b"idempotent-replay", b"true"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
