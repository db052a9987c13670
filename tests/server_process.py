"""A real `smalt` process, as an administrator would start it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from kernel.access.actor import SYSTEM
from kernel.runtime import create_kernel
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.settings import load_settings

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SMALT_")} | {
    "SMALT_BUSY_SECONDS": "60",
    "SMALT_PLUGIN_SLOW_CALL": "20",
}
"""The environment of processes: nothing that is set here, and patience. Machines that run many tests at once
are slow; being busy is no fault, and a slow call none of a plugin."""


def smalt(
    *arguments: str, settings: Mapping[str, str], given: str = "", python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [python, "-m", "kernel.cli", *arguments],
        env=CLEAN | dict(settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


class Server:
    """A server process: `address`, and `welcome`, everything that it printed until it took connections."""

    def __init__(
        self, log: Path, *arguments: str, settings: Mapping[str, str], python: str = sys.executable
    ) -> None:
        command = [python, "-m", "kernel.cli", *(arguments or ("serve",)), "--port", "0"]
        self.log = log
        with log.open("a") as errors:
            self.process = subprocess.Popen(
                command,
                env=CLEAN | dict(settings),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self.address, self.welcome = "", ""

    def ready(self) -> Server:
        """Wait until it takes connections; what it said when it does not."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.welcome += line
            if found := re.search(r"Smalt serves at (\S+)", line):
                self.address = found[1]
                return self
        raise AssertionError(f"the server did not start: {self.welcome}\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it and its workers at once, wherever they are."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._gone(60)

    def stop(self) -> None:
        """Tell it to end; kill what does not."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self._gone(120)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _gone(self, seconds: float) -> None:
        self.process.wait(seconds)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def started(
    log: Path, *arguments: str, settings: Mapping[str, str], python: str = sys.executable
) -> Iterator[Server]:
    """A server on a free port, which goes when the block is left."""
    server = Server(log, *arguments, settings=settings, python=python)
    try:
        yield server.ready()
    except BaseException:
        server.kill()
        raise
    server.stop()


@contextmanager
def serving(
    log: Path, *arguments: str, settings: Mapping[str, str], python: str = sys.executable
) -> Iterator[tuple[str, str]]:
    """Serve on a free port; the address and everything printed until it was."""
    with started(log, *arguments, settings=settings, python=python) as server:
        yield server.address, server.welcome


def new_token(settings: Mapping[str, str], email: str = "ewa@example.com") -> str:
    """The token of a new administrator, made beside the server, which is quicker than by command."""

    async def make() -> str:
        kernel = create_kernel(load_settings(settings))
        await kernel.start()
        user = await kernel.users.create(SYSTEM, UserInput(email, "Ewa", admin=True))
        _, secret = await kernel.tokens.create(
            SYSTEM, user.id, TokenInput("test", ["read", "write", "admin"])
        )
        await kernel.stop()
        return secret

    return asyncio.run(make())


def client_of(address: str, token: str) -> httpx.Client:
    """A client of the REST API."""
    return httpx.Client(
        base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=120
    )
