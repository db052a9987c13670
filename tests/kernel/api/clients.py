"""How tests speak to the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

BASE_URL = "http://smalt.test/api/v1"
PASSWORD = "correct horse battery"

NewClient = Callable[..., Awaitable[httpx.AsyncClient]]
"""Makes a user with a token: `await new_client("ewa", admin=False, scopes=("read", "write"))`."""


def user_id(client: httpx.AsyncClient) -> str:
    """The id of the user whom `new_client` made for a client."""
    return client.headers["x-user-id"]
