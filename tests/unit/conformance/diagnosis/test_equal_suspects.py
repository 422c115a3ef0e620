"""If nothing but the order of ids decides which clause is blamed, the report names all of them."""

from __future__ import annotations

from typing import Any

from taskdb_spec import Backend
from taskdb_spec.model import Model
from tests.support.small_runs import BRIEF, small_run


class FindsNothingEqualToNone(Model):
    """`$eq` with None finds nothing: this violates EQ-2 as well as EQ-3."""

    def find_records(self, check: Any, keys: Any = None) -> dict[str, Any]:
        found = super().find_records(check, keys)
        return {} if {"$eq": None} in check.values() else found


finds_nothing = Backend("finds-nothing", lambda workdir: FindsNothingEqualToNone())


def equal_suspects(backend: Backend) -> dict[str, tuple[str, ...]]:
    report = small_run(backend, profile=BRIEF)
    return {
        result.clause.id: result.counterexample.equal_suspects
        for result in report.with_verdict("fail")
        if result.counterexample
    }


def test_clauses_that_no_experiment_tells_apart_are_all_named() -> None:
    found = equal_suspects(finds_nothing)
    assert found["EQ-3"] == ("EQ-2",)
