"""Responses that are not plain Structs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response
from litestar.response import Stream
from litestar.response.base import ASGIResponse

from kernel.api.problems import wording_of
from kernel.translations import ENGLISH, Wording

_TEXT: Final = rb'"(?:[^"\\]|\\.)*"'
_WARNING: Final = re.compile(
    rb'(\{\s*"(?:field|measure)"\s*:\s*' + _TEXT + rb'\s*,\s*"detail"\s*:\s*)(' + _TEXT + rb")"
)
"""A warning in JSON. None can stand inside a text, where quotes are escaped."""


class WrittenJson(Response[bytes]):
    """Records and measures as the database wrote them, with `warnings` in the reader's language."""

    def to_asgi_response(
        self, app: Litestar | None, request: Request[Any, Any, Any], **options: Any
    ) -> ASGIResponse:
        if b'"warnings"' in self.content:
            self.content = _told(self.content, wording_of(request))
        return super().to_asgi_response(app, request, **options)


def _told(raw: bytes, say: Wording) -> bytes:
    if say.language == ENGLISH:
        return raw
    return _WARNING.sub(
        lambda found: found[1] + msgspec.json.encode(say(msgspec.json.decode(found[2], type=str))), raw
    )


def json_bytes(raw: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """JSON that is already written, for example by the database."""
    return WrittenJson(content=raw, status_code=status, media_type="application/json", headers=headers or {})


class Download(Stream):
    """A stream of the media type that it is given, not of the one in its handler's documentation."""

    def to_asgi_response(self, *arguments: Any, **options: Any) -> ASGIResponse:
        return super().to_asgi_response(*arguments, **options | {"media_type": self.media_type})
