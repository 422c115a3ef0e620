"""The suite says today what it said when the golden reports were made."""

from __future__ import annotations

import pytest

from tests.golden.reports import BACKENDS, golden_report, read_golden


def test_there_is_a_golden_report_for_each_backend() -> None:
    assert list(read_golden()) == list(BACKENDS)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_run_gives_the_golden_report(name: str) -> None:
    """If the change is meant, make the file again: python -m tests.golden."""
    assert golden_report(BACKENDS[name]) == read_golden()[name]
