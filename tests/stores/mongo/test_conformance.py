"""The whole suite on the store, on a real server."""

from __future__ import annotations

import pytest

from taskdb_reference.mongo.target import mongo_backend
from taskdb_spec.conformance import check_backend


@pytest.mark.usefixtures("named")
def test_it_conforms() -> None:
    report = check_backend(mongo_backend, profile="default")
    failing = {r.clause.id: r.counterexample for r in report.with_verdict("fail")}
    assert failing == {}
    assert report.verdict == "conforms"
    passed = report.with_verdict("pass")
    assert len(passed) == 175
    assert all(result.evidence for result in passed)
    assert report.operations >= 150_000
