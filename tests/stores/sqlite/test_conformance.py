"""SQLiteDB conforms to the specification."""

from __future__ import annotations

from taskdb_reference.sqlite.target import sqlite_backend
from taskdb_spec.conformance import check_backend


def test_sqlitedb_conforms() -> None:
    report = check_backend(sqlite_backend, profile="default")
    told = [
        f"{result.clause.id}: {result.counterexample}" for result in report.with_verdict("fail")
    ]
    assert (report.verdict, told) == ("conforms", [])
    assert not report.with_verdict("unexercised")
