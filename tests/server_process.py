"""A real `smalt` process, as an administrator would start it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from kernel.access.actor import SYSTEM
from kernel.runtime import create_kernel
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.settings import load_settings

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SMALT_")}


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
        timeout=120,
        check=False,
    )


@contextmanager
def serving(
    log: Path, *arguments: str, settings: Mapping[str, str], python: str = sys.executable
) -> Iterator[tuple[str, str]]:
    """Serve on a free port; the address and everything printed until it was."""
    command = [python, "-m", "kernel.cli", *(arguments or ("serve",)), "--port", "0"]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, env=CLEAN | dict(settings), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            yield _announcement(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _announcement(process: subprocess.Popen[str], log: Path) -> tuple[str, str]:
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if found := re.search(r"Smalt serves at (\S+)", printed):
            return found[1], printed
    raise AssertionError(f"the server did not start: {printed}\n{log.read_text()}")


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
        base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
