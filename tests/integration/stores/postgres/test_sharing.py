"""Several processes and threads on one store: no call is lost and none counts twice."""

from __future__ import annotations

import pytest

from taskdb_reference.postgres import PostgresDB
from tests.support.concurrency import share


@pytest.mark.parametrize(("processes", "threads"), [(1, 6), (2, 3)])
def test_no_call_is_lost_and_none_counts_twice(
    postgres_url: str, processes: int, threads: int
) -> None:
    db = PostgresDB(url=postgres_url, namespace="shared")
    share(db, ["postgres", postgres_url], processes, threads)
    db.drop_matching_records({})
    db.close()
