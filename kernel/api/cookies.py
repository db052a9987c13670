"""The cookie that holds the secret of a session."""

from __future__ import annotations

from typing import Final

from litestar.datastructures import Cookie

NAME: Final = "smalt_session"
_START: Final = NAME.encode() + b"="


def session_secret(header: bytes) -> str | None:
    """The session's secret in a Cookie header."""
    for part in header.split(b";"):
        part = part.strip()
        if part.startswith(_START):
            return part[len(_START) :].strip(b'"').decode("latin-1") or None
    return None


def session_cookie(secret: str, seconds: int, secure: bool) -> Cookie:
    """The cookie to set; zero seconds remove it."""
    return Cookie(
        key=NAME, value=secret, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure
    )
