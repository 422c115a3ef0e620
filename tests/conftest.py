"""What tests of processes share."""

from __future__ import annotations

import os

import pytest


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
