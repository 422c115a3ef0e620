"""A store of its own for each test, on the one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taskdb_reference.mongo import MongoDB


@pytest.fixture
def store(mongo_url: str, request: pytest.FixtureRequest) -> Iterator[MongoDB]:
    opened = MongoDB(url=mongo_url, namespace=request.node.nodeid)
    yield opened
    opened.drop_matching_records({})


@pytest.fixture
def named(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server is the one that the environment names."""
    monkeypatch.setenv("TASKDB_MONGODB_URL", mongo_url)
    return mongo_url
