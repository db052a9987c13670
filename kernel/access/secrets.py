"""Secrets of tokens and sessions: random, stored only as their hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

TOKEN_PREFIX: Final = "smalt_"


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
    """The content, to be read only by who knows the secret, which is random and long."""
    return _fernet(secret).encrypt(content)


def unsealed(content: bytes, secret: str) -> bytes | None:
    """What was sealed; None with another secret."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(secret).decrypt(content)
    except InvalidToken:
        return None


def _fernet(secret: str) -> Fernet:
    from cryptography.fernet import Fernet  # here, since it takes 8 MB and is seldom needed

    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret.encode(), b"seal", "sha256")))


def csrf_token(session_secret: str) -> str:
    """The token that a page must send with unsafe requests; follows from the session's secret."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()
