"""Tokens, scopes and who may see what."""

from __future__ import annotations

import httpx


async def test_a_token_signs_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["email"] == "admin@example.com" and body["admin"] is True
    assert body["scopes"] == ["admin", "read", "write"]
