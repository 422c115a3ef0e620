"""The Redis server that the examples are tested on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.servers import RedisServer


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The url of a Redis server."""
    with RedisServer() as server:
        yield server.url
