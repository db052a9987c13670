"""The same tests of files over both engines, and over a directory and an S3-compatible store."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from kernel.settings import Settings
from tests.kernel.api.files.places import Place, S3Place


@pytest.fixture(params=["sqlite s3", "postgres disk"])
def combination(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(combination: str) -> str:
    return combination.split()[0]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a store in this process. Its library is loaded here: that takes a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it imports minds its own versions
        from moto.server import ThreadedMotoServer
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def place(combination: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Where the contents of this test's files are."""
    if combination.endswith("disk"):
        return Place(tmp_path / "data" / "files")
    address: str = request.getfixturevalue("s3_server")
    bucket = f"smalt-{abs(hash(tmp_path))}"
    httpx.put(f"{address}/{bucket}", timeout=60).raise_for_status()
    return S3Place(address, bucket)


@pytest.fixture
def settings(database_url: str, tmp_path: Path, place: Place) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, max_upload_size=12_000_000,
        clock_offset=0.001,  # so that tests can move it
        **place.settings,
    )  # fmt: skip


@pytest.fixture
def stored(place: Place) -> Callable[[], list[str]]:
    """Names the objects that the store has now."""
    return place.objects
