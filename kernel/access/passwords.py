"""Passwords: Argon2id, computed in a thread since it takes its time on purpose."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import Fault, InvalidInputError

SHORTEST, LONGEST = 8, 1024


class Passwords:
    """Hashes and checks; at most two at a time, so that sign-ins cannot use up the memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._at_once = asyncio.Semaphore(2)
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """Raises InvalidInputError for a password that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            fault = Fault("/password", f"Give {SHORTEST} to {LONGEST} characters.")
            raise InvalidInputError("The password does not fit.", [fault])
        async with self._at_once:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. Takes as long for an account that has none."""
        async with self._at_once:
            right = await asyncio.to_thread(self._verify, stored, password[:LONGEST])
        return right and stored is not None

    def _verify(self, stored: str | None, password: str) -> bool:
        if stored is None:
            stored = self._decoy = self._decoy or self._hasher.hash("nobody's password")
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
