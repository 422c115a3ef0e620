"""Stores that earn nothing do not conform, and pass no clause but those that they really keep."""

from __future__ import annotations

import pytest

from taskdb_spec.conformance import check_backend
from tests.false_alarms.partial_write_stores import CARELESS, backend_of
from tests.false_alarms.trivial_stores import KEPT, VACUOUS


@pytest.mark.parametrize("name", VACUOUS)
def test_a_store_that_earns_nothing_passes_nothing_else(name, shortened):
    report = check_backend(VACUOUS[name], profile=shortened("brief"))
    passed = {result.clause.id for result in report.with_verdict("pass")}
    assert report.verdict == "fails"
    assert passed - KEPT[name] == set()


@pytest.mark.parametrize(
    ("clause", "store"),
    [(clause, store) for clause, stores in CARELESS.items() for store in stores],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_plain_errors_hide_nothing(clause, store, shortened):
    report = check_backend(backend_of(store), profile=shortened("brief"))
    assert report.verdict == "fails", report[clause].evidence
    assert report[clause].verdict == "fail"
