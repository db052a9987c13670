"""Other processes for the tests of storage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def launch(request: pytest.FixtureRequest) -> Iterator[Launch]:
    """Start a Python process: `launch(code, *arguments)`. None of them outlives the test."""
    started: list[subprocess.Popen[str]] = []
    environment = dict(os.environ, PYTHONPATH=str(request.config.rootpath), PICCOLO_CONF="nonsense")

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
