"""Checks: each clause of SPEC.md that names a check is exercised in a run."""

from __future__ import annotations

import pytest

from taskdb_reference.backends.builtin import dict_backend, none_backend
from taskdb_spec import Backend
from taskdb_spec.clauses import clauses, spec_text
from taskdb_spec.conformance.comparison.step import WHOLE_STORE_CHECKS
from taskdb_spec.conformance.core.program import WHOLE_STORE_CALLS
from taskdb_spec.conformance.core.results import ClauseVerdict
from taskdb_spec.model import Model
from tests.support.small_runs import small_report

core_backend = Backend(name="core", open=lambda workdir: Model(frozenset()))


def durable_backend() -> Backend:
    stores: dict[str, Model] = {}
    return Backend(
        name="durable",
        open=lambda workdir: stores.setdefault(str(workdir), Model(frozenset())),
        capabilities={"durable"},
    )


CHECKED = [clause.id for clause in clauses().values() if clause.check is not None]


def test_every_clause_is_read_from_the_text() -> None:
    assert len(clauses()) == spec_text().count("\n#### ")


def test_a_clause_without_a_check_says_why() -> None:
    without = {clause.id: clause.no_check for clause in clauses().values() if clause.check is None}
    assert set(without) == {"CRASH-1", "CONC-1", "SHARE-1"}
    assert all(without.values())


def test_each_operation_on_the_whole_store_has_a_check() -> None:
    assert WHOLE_STORE_CHECKS.keys() == WHOLE_STORE_CALLS


@pytest.fixture(scope="module")
def passed_clauses() -> set[str]:
    """Return the clauses that pass in runs on correct stores of all kinds."""
    passed: set[str] = set()
    for backend in (dict_backend, none_backend, core_backend, durable_backend()):
        report = small_report(backend)
        assert not report.with_verdict(ClauseVerdict.FAIL)
        passed |= {result.clause.id for result in report.with_verdict(ClauseVerdict.PASS)}
    return passed


def test_every_checked_clause_was_exercised(passed_clauses: set[str]) -> None:
    assert [clause for clause in CHECKED if clause not in passed_clauses] == []


def test_a_claim_without_a_check_is_incomplete() -> None:
    claims = Backend("bold", lambda workdir: Model(frozenset()), capabilities={"concurrent"})
    report = small_report(claims)
    assert report.verdict == "incomplete"
    assert [result.clause.id for result in report.with_verdict(ClauseVerdict.UNEXERCISED)] == [
        "CONC-1"
    ]
