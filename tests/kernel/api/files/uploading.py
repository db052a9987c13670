"""How tests send files."""

from __future__ import annotations

from typing import Any

import httpx

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
Json = dict[str, Any]


async def upload(client: httpx.AsyncClient, content: bytes = PNG, name: str = "logo.png") -> Json:
    answer = await client.post("/files", files={"file": (name, content, "text/html")})
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def status(client: httpx.AsyncClient, file: Json, **headers: str) -> int:
    """What somebody gets who asks for the content."""
    return (await client.get(f"/files/{file['id']}/content", headers=headers)).status_code
