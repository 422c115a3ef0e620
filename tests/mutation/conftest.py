"""Clear the state that mutants keep on their class before each test."""

from __future__ import annotations

import pytest

from tests.mutation.shared_state import KEPT


@pytest.fixture(autouse=True)
def _clear_kept_state() -> None:
    for kept in KEPT:
        kept.clear()
