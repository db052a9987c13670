"""A kernel whose clock can be moved, with a mail server and a web server beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.clock import OffsetClock
from kernel.runtime import Kernel
from kernel.settings import Settings
from tests.kernel.api.records.automations.receivers import Mailbox, WebServer, mailbox, web_server


@pytest.fixture
async def mails() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def web() -> AsyncIterator[WebServer]:
    async with web_server() as server:
        yield server


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mails: Mailbox) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        clock_offset=0.001,
        smtp_url=mails.url,
        mail_from="smalt@example.com",
        public_url="https://smalt.example",
        allow_private_addresses=True,
    )


class Time:
    """Lets time pass at once."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def passes(self, **amount: float) -> None:
        """Move the clock on and let everybody look at it."""
        assert isinstance(self._kernel.clock, OffsetClock)
        self._kernel.clock.offset += timedelta(**amount)
        await self._kernel.timekeeper.look()


@pytest.fixture
def time(kernel: Kernel) -> Time:
    return Time(kernel)
