"""The servers that the stores are tested on: one of each a test process, started when asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.servers import MongoServer, PostgresServer


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The url of a PostgreSQL server; it does not wait for the disk."""
    with PostgresServer() as server:
        yield server.url


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """The url of a MongoDB server."""
    with MongoServer() as server:
        yield server.url
