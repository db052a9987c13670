"""Passwords."""

from __future__ import annotations

import pytest

from kernel.access.passwords import Passwords
from kernel.errors import InvalidInputError


async def test_the_right_password_matches() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse ü")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "correct horse ü")
    assert not await passwords.matches(stored, "correct horse u")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
async def test_an_account_without_a_password_matches_nothing(stored: str | None) -> None:
    assert not await Passwords().matches(stored, "nobody's password")


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
async def test_bad_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidInputError):
        await Passwords().hash(password)
