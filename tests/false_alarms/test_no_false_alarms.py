"""The suite raises no false alarm: what keeps the specification conforms, however unusual."""

from __future__ import annotations

import pytest

from taskdb_spec.conformance import check_backend
from tests.false_alarms.conftest import everything
from tests.false_alarms.unusual_stores import ALONE, SOUND
from tests.support.second_implementation.store import independent_backend

COMBINED = (
    "all at once",
    "all otherwise",
    "core only",
    "frugal",
    "narrow presence",
    "narrow arrays",
)
"""Between them, nearly all that is unusual."""


def sound(report):
    told = {r.clause.id: r.verdict for r in report.clauses if r.verdict in ("fail", "unexercised")}
    for result in report.with_verdict("fail"):
        if result.clause.level == "MUST":
            raise AssertionError(f"{result.clause.id}: {result.counterexample.script}")
    assert report.verdict == "conforms", told
    return told


def test_the_independent_store_conforms():
    assert sound(check_backend(independent_backend, profile="quick", seed=0)) == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_independent_store_conforms_with_another_seed(seed, shortened):
    report = check_backend(independent_backend, profile=shortened("focused"), seed=seed)
    assert sound(report) == {}


@pytest.mark.parametrize("name", SOUND if everything() else COMBINED)
def test_an_unusual_store_conforms(name, shortened):
    sound(check_backend(SOUND[name], profile=shortened("focused")))


@pytest.mark.parametrize("backend", ALONE, ids=lambda backend: backend.name)
def test_one_capability_alone_gives_enough_evidence(backend, shortened):
    assert sound(check_backend(backend, profile=shortened("focused"))) == {}
