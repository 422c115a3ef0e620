"""The answers of the store are those of the model."""

from __future__ import annotations

import pytest

from taskdb_reference.postgres import PostgresDB
from tests.support.differential import run


@pytest.mark.parametrize("seed", range(4))
def test_answers_are_those_of_the_model(postgres_url: str, seed: int) -> None:
    store = PostgresDB(url=postgres_url, namespace=f"differential {seed}")
    other = PostgresDB(url=postgres_url, namespace="differential")
    other.add_record("0", {"label": "of another store"})
    run(store, seed)
    assert other.get_history() == ["0"]
    for db in (store, other):
        db.drop_matching_records({})
        db.close()
