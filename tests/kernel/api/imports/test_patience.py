"""Files that take too long to look at: given up with a word, and no other file waits for them for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.services.imports.looking import AT_ONCE
from kernel.settings import Settings
from plugins.importers import vcard
from tests.kernel.api.imports.test_formats import empty_project

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ewa\r\nEND:VCARD\r\n"
DEADLINE = 30


class Endless:
    """Stands for cards that take for ever to be read."""

    def __init__(self) -> None:
        self.going_on = 0

    def __call__(self, source: Any) -> Iterator[Any]:
        self.going_on += 1
        try:
            while True:
                time.sleep(0.01)
        finally:
            self.going_on -= 1
        yield


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url, import_preview_seconds=1.0)


async def test_files_that_take_too_long_are_given_up(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, endless = await empty_project(client), Endless()

    async def sent() -> httpx.Response:
        return await client.post(f"{project}/imports", files={"file": ("a.vcf", CARD)})

    with monkeypatch.context() as patched:
        patched.setattr(vcard, "_cards", endless)
        async with asyncio.timeout(DEADLINE):
            answers = await asyncio.gather(*(sent() for _ in range(AT_ONCE + 2)))
    refused = [answer for answer in answers if answer.status_code == 422]
    assert len(refused) >= AT_ONCE
    assert "more than 1 seconds" in refused[0].json()["detail"]
    assert {answer.status_code for answer in answers} <= {422, 503}
    async with asyncio.timeout(DEADLINE):
        while endless.going_on:  # noqa: ASYNC110 - threads that are about to end
            await asyncio.sleep(0.05)
        while (answer := await sent()).status_code != 201:
            assert answer.status_code == 422, "a slow machine may need another try"
    (plugin,) = [p for p in (await client.get("/plugins")).json()["items"] if p["name"] == "importers.vcard"]
    assert plugin["enabled"], "a large file is no fault of a plugin"
