"""Responses that are not plain Structs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.response import Stream
from litestar.response.base import ASGIResponse


def json_bytes(raw: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """JSON that is already written, for example by the database."""
    return Response(content=raw, status_code=status, media_type="application/json", headers=headers or {})


class Download(Stream):
    """A stream of the media type that it is given, not of the one in its handler's documentation."""

    def to_asgi_response(self, *arguments: Any, **options: Any) -> ASGIResponse:
        return super().to_asgi_response(*arguments, **options | {"media_type": self.media_type})
