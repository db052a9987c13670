"""Keys of submissions: given out with a form, signed, good for one record."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final, NamedTuple

GOOD_FOR_MS: Final = 24 * 60 * 60 * 1000
ALIKE_MS: Final = 10 * 1000
"""For how long the same without a key, from the same address, counts as sent twice."""


class Used(NamedTuple):
    """What a submission is known by, as it is kept. Who comes with one of its `own` has sent it before;
    who comes with what its sender has `claimed` (an idempotency key) may send nothing else."""

    own: list[str]
    claimed: str | None


def new_key(secret: str, now: int) -> str:
    """A key for one submission. `now` is in milliseconds since 1970."""
    said = f"{now}.{secrets.token_urlsafe(12)}"
    return f"{said}.{_signature(secret, said)}"


def is_good(secret: str, key: str, now: int) -> bool:
    """Whether a key was given out for the form, not too long ago."""
    said, _, signature = key.rpartition(".")
    at = said.partition(".")[0]
    if not key.isascii() or not at.isdecimal() or len(at) > 15:
        return False
    fresh = now - GOOD_FOR_MS <= int(at) <= now + ALIKE_MS
    return fresh and hmac.compare_digest(signature, _signature(secret, said))


def stored(form_id: int, key: str) -> str:
    """A key as it is kept once it is used."""
    return hashlib.sha256(f"{form_id}:{key}".encode()).hexdigest()


def keys_of(form_id: int, key: str | None, address: str, content: bytes, repeat: str | None) -> Used:
    """What a submission uses up."""
    own = [key] if key is not None else []
    if key is None or repeat is not None:
        own.append(key_of_content(address, content, repeat))
    claimed = None if repeat is None else stored(form_id, key_of_content(address, b"\0any", repeat))
    return Used([stored(form_id, one) for one in own], claimed)


def key_of_content(address: str, content: bytes, repeat: str | None) -> str:
    """The key of what comes without one: who sends the same again at once has pressed twice."""
    said = f"{address}\0{repeat or ''}\0".encode(errors="replace")
    return "content:" + hashlib.sha256(said + content).hexdigest()


def _signature(secret: str, said: str) -> str:
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:40]
