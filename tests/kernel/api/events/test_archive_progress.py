"""How far an import of an archive is, while nothing of it is in the database yet."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from kernel.services.archives import signals
from tests.kernel.api.events.conftest import Listen
from tests.kernel.api.records.projects import checked
from tests.kernel.api.test_archives import ended, new_project


async def test_an_import_of_an_archive_tells_how_far_it_is(
    client: httpx.AsyncClient, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await new_project(client)
    archive = await ended(client, checked(await client.post("/archives", json={"projects": [project]}), 202))
    content: Any = (await client.get(f"/archives/{archive['id']}/download")).content
    heard_of = asyncio.Event()
    last = signals.Pulse.last

    async def held(pulse: signals.Pulse) -> None:
        await heard_of.wait()
        await last(pulse)

    monkeypatch.setattr(signals, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(signals.Pulse, "last", held)
    listener = await listen(client)
    made = checked(await client.post("/archives/import", files={"file": ("a.zip", content)}), 202)
    told = (await listener.next_of("archive_import.progress")).data
    while not told["progress"]["rows"]:
        assert (told["id"], told["project_id"]) == (made["id"], None)
        told = (await listener.next_of("archive_import.progress")).data
    assert told["status"] == "running"
    assert 0 < told["progress"]["rows"] <= told["progress"]["total"]
    heard_of.set()
    while told["status"] != "done":
        told = (await listener.next_of("archive_import.progress")).data
    assert told["progress"]["rows"] == told["progress"]["total"]
