"""How tests of imports speak to the API."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


async def created(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def upload(client: httpx.AsyncClient, project: str, text: str | bytes) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    answer = await client.post(
        f"{project}/imports", files={"file": ("data.csv", data)}, data={"importer": "csv"}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["status"] == "preview"
    return made


async def decide(client: httpx.AsyncClient, project: str, import_id: str, **body: Any) -> dict[str, Any]:
    answer = await client.patch(f"{project}/imports/{import_id}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finished(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = (await client.get(f"{project}/imports/{import_id}")).json()
        if found["status"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def run(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    answer = await client.post(f"{project}/imports/{import_id}/start")
    assert answer.status_code == 202, answer.text
    return await finished(client, project, import_id)


async def imported(client: httpx.AsyncClient, project: str, text: str | bytes, **body: Any) -> dict[str, Any]:
    made = await upload(client, project, text)
    if body:
        await decide(client, project, made["id"], **body)
    return await run(client, project, made["id"])


async def records(client: httpx.AsyncClient, project: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"{project}/records", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
