"""One run on each of ipyparallel's backends finds every defect that is known of it."""

from __future__ import annotations

import pytest

from taskdb_reference.backends import builtin as targets
from tests.integration.upstream import known_defects
from tests.integration.upstream.known_defects import BACKENDS, TABLE
from tests.support.small_runs import small_report


@pytest.mark.parametrize("name", BACKENDS)
def test_every_known_defect_is_found_under_its_clause(name: str) -> None:
    backend, defects = BACKENDS[name]
    report = small_report(backend)
    missed = [line for line, clause in defects if report[clause].verdict != "fail"]
    assert missed == []


RIGHT = {
    "ipyparallel-dict": (
        *("ADD-1", "GET-1", "UPD-1", "DROP-1", "ADD-2", "EQ-1", "EQ-3", "PURGE-1"),
        *("LT-1", "LTE-1", "GTE-1", "GLB-1"),  # for None is what they raise for (CMP-1, GLB-5)
    ),
    "ipyparallel-sqlite": (
        *("GET-1", "DROP-1", "EQ-1", "EQ-3", "NE-1", "NE-3", "PURGE-1", "IN-1"),
        *("EQ-2", "LT-1", "LTE-1", "GT-1", "GTE-1"),  # it is offsets that they are wrong about
    ),
}
"""What the backends do right, near to what they do wrong."""


@pytest.mark.parametrize("name", BACKENDS)
def test_sound_clauses_are_not_blamed(name: str) -> None:
    backend, _ = BACKENDS[name]
    report = small_report(backend)
    right = RIGHT[name]
    assert {clause: report[clause].verdict for clause in right} == dict.fromkeys(right, "pass")


def test_a_value_is_not_held_against_the_write_that_it_was_given_to() -> None:
    """ipyparallel's SQLiteDB reads back `[]` as None, however it was written (VAL-3)."""
    report = small_report(targets.ipyparallel_sqlite_backend)
    failed = {clause for clause in ("UPD-1", "UPD-3", "ADD-4") if report[clause].verdict == "fail"}
    assert failed == set()


def test_the_table_has_a_counterexample_for_every_line() -> None:
    """Its words are those of one version of Python and SQLite, so only the rows are compared."""
    text = TABLE.read_text(encoding="utf-8")
    rows = [row.strip("| ").split(" | ", 2) for row in text.splitlines() if row.startswith("| ")]
    listed = [(line, clause) for line, clause, told in rows if "expected" in told]
    assert listed == [*known_defects.DICT, *known_defects.SQLITE]
