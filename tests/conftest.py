"""What all tests share: the marks for what needs a server or a cluster."""

from __future__ import annotations

import os

import pytest

SERVER_FIXTURES = {"mongo_url", "postgres_url", "redis_url"}
"""The fixtures that start a server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a server; modules that start their own mark themselves."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.server)


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that the test has forked: others, such as servers, may be children as well."""
    fork, pids = os.fork, []

    def counted() -> int:
        pid = fork()
        pids.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", counted)
    return pids
