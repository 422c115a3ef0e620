"""Tests of the examples of SPEC.md on real servers.

Every example runs on the reference stores PostgresDB and MongoDB. The examples of the query
language also run on a MongoDB server itself, with pymongo only: MongoDB is the source of most of
their clauses.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from taskdb_reference.backends.mongo import mongo_backend
from taskdb_reference.backends.postgres import postgres_backend
from taskdb_spec import Backend, new_record
from taskdb_spec.clauses import Clause, Example, clauses
from tests.support.spec_examples import (
    STORE_CALLS,
    ExampleError,
    calls_in,
    count_expectations,
    run_example,
)


class PlainMongo:
    """Documents of a MongoDB server, each with the fields of a complete record.

    It has only the calls that the examples of the query language need.
    """

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Insert a complete record."""
        self._collection.insert_one({"_id": msg_id, **new_record(msg_id, **rec)})

    def find_records(self, check: dict[str, Any]) -> dict[str, Any]:
        """Find with MongoDB's own semantics."""
        return {document["_id"]: document for document in self._collection.find(check)}

    def close(self) -> None:
        """Do nothing: the fixture owns the client."""


@pytest.fixture
def plain_mongo(mongo_url: str) -> Iterator[Backend]:
    """A backend that asks a MongoDB server directly."""
    with MongoClient[dict[str, Any]](mongo_url, tz_aware=True) as client:
        store: Any = PlainMongo(client["examples"]["records"])
        yield Backend("plain-mongo", open=lambda workdir: store)
        client.drop_database("examples")


def is_about_queries(clause: Clause, example: Example) -> bool:
    """Return whether an example shows only which records a query matches, or that it is refused.

    MongoDB has all capabilities of the query language, and no projection as `keys` defines it.
    """
    return (
        clause.check in ("answers", "refusals")
        and clause.lacks is None
        and calls_in(example.text) & set(STORE_CALLS) <= {"add_record", "find_records"}
        and not has_keys(example.text)
        and "find_records" in calls_in(example.text)
    )


def has_keys(text: str) -> bool:
    """Return whether an example calls `find_records` with a second argument."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return any(
        isinstance(call.func, ast.Name)
        and call.func.id == "find_records"
        and len(call.args) + len(call.keywords) > 1
        for call in calls
    )


def cases(*, on_mongodb: bool) -> list[Any]:
    """Return the examples of the query language that hold, or do not hold, on MongoDB itself."""
    return [
        pytest.param(example, id=f"{clause.id}-{number}")
        for clause in clauses().values()
        for number, example in enumerate(clause.examples, start=1)
        if is_about_queries(clause, example) and (example.not_on_mongodb is None) == on_mongodb
    ]


@pytest.mark.parametrize(
    ("backend", "variable", "server"),
    [
        (postgres_backend, "TASKDB_POSTGRES_URL", "postgres_url"),
        (mongo_backend, "TASKDB_MONGODB_URL", "mongo_url"),
    ],
    ids=["postgres", "mongo"],
)
@pytest.mark.parametrize("clause", clauses().values(), ids=lambda clause: clause.id)
def test_every_example_holds(
    clause: Clause,
    backend: Backend,
    variable: str,
    server: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if not clause.claimed_by(backend):
        pytest.skip(f"{backend.name} does not claim {clause.id}")
    monkeypatch.setenv(variable, request.getfixturevalue(server))
    for number, example in enumerate(clause.examples):
        held = run_example(example.text, backend, tmp_path / str(number))
        assert held == count_expectations(example.text)


@pytest.mark.parametrize("example", cases(on_mongodb=True))
def test_an_example_of_the_query_language_holds_on_mongodb(
    example: Example, plain_mongo: Backend, tmp_path: Path
) -> None:
    held = run_example(example.text, plain_mongo, tmp_path, any_error=True)
    assert held == count_expectations(example.text)


@pytest.mark.parametrize("example", cases(on_mongodb=False))
def test_a_marked_example_does_not_hold_on_mongodb(
    example: Example, plain_mongo: Backend, tmp_path: Path
) -> None:
    with pytest.raises((ExampleError, PyMongoError)):
        run_example(example.text, plain_mongo, tmp_path, any_error=True)


def test_nearly_all_clauses_of_the_query_language_run_on_mongodb() -> None:
    names = [case.id for case in cases(on_mongodb=True)]
    families = {str(name).partition("-")[0] for name in names}
    assert {"EQ", "CMP", "IN", "QRY", "PATH", "NUM", "RGX", "LOG", "LIST", "ELEM"} <= families
    assert len(names) > 80
