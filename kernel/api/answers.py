"""Responses that are not plain Structs."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response


def json_bytes(raw: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """JSON that is already written, for example by the database."""
    return Response(content=raw, status_code=status, media_type="application/json", headers=headers or {})
