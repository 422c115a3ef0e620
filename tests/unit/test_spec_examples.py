"""Tests of the examples of SPEC.md: they hold on the model and on the reference stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskdb_reference.backends.builtin import dict_backend, none_backend
from taskdb_reference.backends.sqlite import sqlite_backend
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.clauses import Clause, Example, clauses
from taskdb_spec.model import Model, model_backend
from tests.support.spec_examples import (
    WITH_PATHS,
    ExampleError,
    count_expectations,
    run_example,
)

BACKENDS = (model_backend, dict_backend, sqlite_backend, none_backend)


def backends_for(clause: Clause, example: Example) -> list[Backend]:
    """Return the backends on which an example runs.

    They are the backends that claim the clause, and a model with no other capabilities than the
    clause requires. The model stands in for stores that are crash safe, concurrent or shared, since
    no backend claims that.
    """
    minimal = clause.needs & QUERY_CAPABILITIES
    if example.text.startswith(WITH_PATHS):
        minimal |= {Capability.paths}
    minimal_model = Backend("minimal", open=lambda workdir: Model(minimal), capabilities=minimal)
    found = [each for each in (*BACKENDS, minimal_model) if clause.claimed_by(each)]
    return found or [model_backend]


CASES = [
    pytest.param(example, backend, id=f"{clause.id}-{number}-{backend.name}")
    for clause in clauses().values()
    for number, example in enumerate(clause.examples, start=1)
    for backend in backends_for(clause, example)
]


@pytest.mark.parametrize("clause", clauses().values(), ids=lambda clause: clause.id)
def test_every_clause_has_an_example_with_an_expectation(clause: Clause) -> None:
    assert clause.examples
    assert all(count_expectations(example.text) > 0 for example in clause.examples)


@pytest.mark.parametrize(("example", "backend"), CASES)
def test_every_example_holds(example: Example, backend: Backend, tmp_path: Path) -> None:
    assert run_example(example.text, backend, tmp_path) == count_expectations(example.text)


UNCLAIMED = ("CRASH-1", "CONC-1", "SHARE-1")


def test_every_other_clause_is_claimed_by_a_backend() -> None:
    unclaimed = [
        clause.id
        for clause in clauses().values()
        if not any(map(clause.claimed_by, backends_for(clause, clause.examples[0])))
    ]
    assert tuple(unclaimed) == UNCLAIMED


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ('find_records({"label": "x"})  # → b', "found ['a'], not ['b']"),
        ('find_records({"label": "x"})  # → a, b', "found ['a'], not ['a', 'b']"),
        ('find_records({"label": "x"})  # → nothing', "found ['a'], not []"),
        ('get_record("a")["label"]  # == "y"', "is 'x', not 'y'"),
        ('get_record("a")["header"]  # == {"n": True}', "is {'n': 1}, not {'n': True}"),
        ('get_record("b")  # raises ValueError', "not ValueError"),
        ('get_record("a")  # raises KeyError', "did not raise KeyError"),
        ("get_history()  # raises KeyError or ValueError", "did not raise KeyError or ValueError"),
    ],
)
def test_a_wrong_expectation_is_found(example: str, message: str, tmp_path: Path) -> None:
    stored = 'add_record("a", {"label": "x", "header": {"n": 1}})\n'
    with pytest.raises(ExampleError) as caught:
        run_example(stored + example, model_backend, tmp_path)
    assert message in str(caught.value)


@pytest.mark.parametrize("clause", ["EQ-5", "VAL-4", "GET-2"])
def test_an_example_fails_on_a_store_that_violates_its_clause(clause: str, tmp_path: Path) -> None:
    class Forgetful(Model):
        def add_record(self, msg_id: str, rec: object, /) -> None:
            pass

    forgetful = Backend("forgetful", open=lambda workdir: Forgetful())
    with pytest.raises((ExampleError, KeyError)):
        run_example(clauses()[clause].examples[0].text, forgetful, tmp_path)
