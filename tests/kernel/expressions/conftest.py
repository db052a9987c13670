"""Both engines with the sample table, made once for each pytest process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel.expressions.sample import Engine, PostgresEngine, SqliteEngine
from tests.postgres_databases import PostgresDatabases


@pytest.fixture(scope="session")
def sqlite_sample() -> Iterator[Engine]:
    engine = SqliteEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def postgres_sample(postgres_databases: PostgresDatabases) -> Iterator[Engine]:
    with postgres_databases.empty() as url:
        engine = PostgresEngine(url)
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
