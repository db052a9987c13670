"""Large files through a real server: memory stays flat, and what is cut or killed leaves nothing behind."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.server_process import Server, client_of, new_token, started

MIB = 1024 * 1024
SIZE = 200 * MIB
MOST = 20 * MIB
BLOCK = bytes(range(256)) * 256
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
PATIENCE = 60


def test_200_mib_pass_through_and_cut_uploads_vanish(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "server.log"
    settings = {"SMALT_DATA_DIR": str(data)}
    token = new_token(settings)
    server = Server(log, settings=settings).ready()
    try:
        with client_of(server.address, token) as client:
            check_memory(server, client)
        kept = objects(data)
        cut(server, token, data, kept)
        wait_for(lambda: objects(data) == kept)
        half = cut(server, token, data, kept, then=server.kill)
    finally:
        server.kill()
    assert set(half) > set(kept)
    with started(log, settings=settings):
        wait_for(lambda: objects(data) == kept)
        wait_for(lambda: states(data) == {"ready"})
    assert "Traceback" not in log.read_text()


def check_memory(server: Server, client: httpx.Client) -> None:
    """Neither a large file on its way in nor one on its way out makes the process grow."""
    upload(client, MIB)  # so that everything is loaded that an upload needs
    before = peak(server)
    made = upload(client, SIZE)
    assert made["size"] == SIZE + len(BLOCK)
    assert peak(server, reset=False) - before < MOST
    before = peak(server)
    with client.stream("GET", f"/files/{made['id']}/content") as answer:
        assert sum(len(block) for block in answer.iter_bytes()) == SIZE + len(BLOCK)
    assert peak(server, reset=False) - before < MOST


def body(size: int) -> Iterator[bytes]:
    yield HEAD
    for _ in range(size // len(BLOCK) + 1):
        yield BLOCK
    yield b"\r\n--x--\r\n"


def upload(client: httpx.Client, size: int) -> dict[str, int]:
    answer = client.post("/files", content=body(size), headers=FORM, timeout=PATIENCE * 3)
    assert answer.status_code == 201, answer.text
    made: dict[str, int] = answer.json()
    return made


def peak(server: Server, reset: bool = True) -> int:
    """The most memory that the process had in bytes, from now on counted anew with `reset`."""
    process = Path(f"/proc/{server.process.pid}")
    if reset:
        (process / "clear_refs").write_text("5")
    (line,) = (x for x in (process / "status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def cut(
    server: Server, token: str, data: Path, kept: list[str], then: Callable[[], None] = lambda: None
) -> list[str]:
    """Send a part of a large file, wait until some of it is kept, go away; what was there then."""
    place = urlsplit(server.address)
    lines = ["POST /api/v1/files HTTP/1.1", f"Host: {place.netloc}", f"Authorization: Bearer {token}",
             f"Content-Type: {FORM['Content-Type']}", f"Content-Length: {SIZE}", "", ""]  # fmt: skip
    with socket.create_connection((place.hostname, place.port or 80), PATIENCE) as connection:
        connection.sendall("\r\n".join(lines).encode() + HEAD)
        for _ in range(10 * MIB // len(BLOCK)):
            connection.sendall(BLOCK)
        wait_for(lambda: len(objects(data)) >= len(kept) + 2)
        then()
        return objects(data)


def objects(data: Path) -> list[str]:
    return sorted(str(path) for path in (data / "files").rglob("*") if path.is_file())


def states(data: Path) -> set[str]:
    """The states of all files that the database knows."""
    connection = sqlite3.connect(data / "smalt.db", timeout=PATIENCE)
    try:
        return {row[0] for row in connection.execute("SELECT state FROM smalt_file")}
    finally:
        connection.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
