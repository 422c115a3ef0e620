"""The answers of the store are those of the model."""

from __future__ import annotations

import pytest

from taskdb_reference.sqlite import SQLiteDB
from tests.support.differential import run


@pytest.mark.parametrize("seed", range(8))
def test_answers_are_those_of_the_model(seed: int) -> None:
    store = SQLiteDB(filename=":memory:")
    run(store, seed)
    store.close()
