"""No test finds what the stores of another have left on their class."""

from __future__ import annotations

import pytest

from tests.mutation.shared_state import KEPT


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    for kept in KEPT:
        kept.clear()
