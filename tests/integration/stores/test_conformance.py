"""The suite on every store that is durable, the servers being real ones.

``make stores``, which CI runs, has all of it, at the profile 'default'.
"""

from __future__ import annotations

import os

import psycopg
import pytest

from taskdb_reference.backends.mongo import mongo_backend
from taskdb_reference.backends.postgres import postgres_backend
from taskdb_reference.backends.sqlite import sqlite_backend
from taskdb_spec import Backend
from taskdb_spec.conformance import check_backend

PROFILE = os.environ.get("TASKDB_TEST_PROFILE", "quick")


def conforms(backend: Backend) -> None:
    report = check_backend(backend, profile=PROFILE)
    told = {r.clause.id: r.counterexample for r in report.with_verdict("fail")}
    assert (report.verdict, told) == ("conforms", {})
    assert not report.with_verdict("unexercised")
    passed = {result.clause.id for result in report.with_verdict("pass")}
    assert {"DUR-1", "DUR-2"} <= passed


def test_sqlite_conforms() -> None:
    conforms(sqlite_backend)


def test_mongo_conforms(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKDB_MONGODB_URL", mongo_url)
    conforms(mongo_backend)


def test_postgres_conforms_and_leaves_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKDB_POSTGRES_URL", postgres_url)
    conforms(postgres_backend)
    with psycopg.connect(postgres_url) as connection:
        left = connection.execute("SELECT DISTINCT store FROM taskdb_records").fetchall()
    assert [store for (store,) in left if "taskdb-" in store] == []
