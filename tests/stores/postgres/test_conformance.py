"""PostgresDB conforms to the specification."""

from __future__ import annotations

import psycopg
import pytest

from taskdb_reference.postgres.target import postgres_backend
from taskdb_spec.conformance import check_backend


def test_postgresdb_conforms(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKDB_POSTGRES_URL", postgres_url)
    report = check_backend(postgres_backend, profile="default")
    told = [
        f"{result.clause.id}: {result.counterexample}" for result in report.with_verdict("fail")
    ]
    assert (report.verdict, told) == ("conforms", [])
    assert not report.with_verdict("unexercised")
    with psycopg.connect(postgres_url) as connection:
        left = connection.execute("SELECT DISTINCT store FROM taskdb_records").fetchall()
    assert [store for (store,) in left if "taskdb-" in store] == [], "discard leaves records"
