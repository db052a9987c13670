"""Secrets of tokens and sessions: random, stored only as their hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

TOKEN_PREFIX: Final = "smalt_"

_SEAL: Final = 32


def new_token() -> str:
    """A new token, 256 bits of chance."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_session_secret() -> str:
    """The secret of a new session."""
    return secrets.token_urlsafe(32)


def new_hook() -> str:
    """The secret part of an address that others call."""
    return secrets.token_urlsafe(32)


def new_signing_secret() -> str:
    """A secret by which a receiver knows who sends, as the Standard Webhooks scheme writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def digest(secret: str) -> str:
    """What is stored of a secret. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sealed(content: bytes, secret: str) -> bytes:
    """The content, to be read only by who knows the secret, which is random and long.

    A random beginning, 32 bytes that tell the right secret from a wrong one, and the content under a
    stream that follows from both.
    """
    beginning = secrets.token_bytes(_SEAL)
    hidden = _streamed(content, secret, beginning)
    return beginning + _mark(hidden, secret, beginning) + hidden


def unsealed(content: bytes, secret: str) -> bytes | None:
    """What was sealed; None with another secret."""
    beginning, mark, hidden = content[:_SEAL], content[_SEAL : 2 * _SEAL], content[2 * _SEAL :]
    if not hmac.compare_digest(mark, _mark(hidden, secret, beginning)):
        return None
    return _streamed(hidden, secret, beginning)


def _mark(hidden: bytes, secret: str, beginning: bytes) -> bytes:
    return hmac.new(secret.encode(), b"seal" + beginning + hidden, hashlib.sha256).digest()


def _streamed(content: bytes, secret: str, beginning: bytes) -> bytes:
    key = hmac.new(secret.encode(), b"stream" + beginning, hashlib.sha256).digest()
    stream = hashlib.shake_256(key).digest(len(content))
    return bytes(a ^ b for a, b in zip(content, stream, strict=True))


def csrf_token(session_secret: str) -> str:
    """The token that a page must send with unsafe requests; follows from the session's secret."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()
