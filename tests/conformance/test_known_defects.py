"""One run on each of ipyparallel's backends finds every defect that is known of it."""

from __future__ import annotations

import pytest

from taskdb_reference import targets

from . import known_defects
from .known_defects import BACKENDS, TABLE
from .running import small_report


@pytest.mark.parametrize("name", BACKENDS)
def test_every_known_defect_is_found_under_its_clause(name: str) -> None:
    backend, defects = BACKENDS[name]
    report = small_report(backend)
    missed = [line for line, clause in defects if report[clause].verdict != "fail"]
    assert missed == []


def test_sound_clauses_are_not_blamed() -> None:
    """What ipyparallel's DictDB does right is not held against it."""
    report = small_report(targets.ipyparallel_dict_backend)
    right = ["ADD-1", "GET-1", "UPD-1", "DROP-1", "ADD-2", "EQ-1", "EQ-3", "PURGE-1"]
    assert {clause: report[clause].verdict for clause in right} == dict.fromkeys(right, "pass")


def test_the_table_has_a_counterexample_for_every_line() -> None:
    """Its words are those of one version of Python and SQLite, so only the rows are compared."""
    text = TABLE.read_text(encoding="utf-8")
    rows = [row.strip("| ").split(" | ", 2) for row in text.splitlines() if row.startswith("| ")]
    listed = [(line, clause) for line, clause, told in rows if "expected" in told]
    assert listed == [*known_defects.DICT, *known_defects.SQLITE]
