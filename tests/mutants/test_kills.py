"""The suite kills a mutant of every clause, and blames that clause."""

from __future__ import annotations

import pytest

from .catalogue import MUTANTS
from .kill import run

ONE_A_CLAUSE = {mutant.clause: mutant for mutant in reversed(MUTANTS.values())}
"""The first mutant of each clause; ``make mutants`` runs them all."""


@pytest.mark.parametrize("clause", sorted(ONE_A_CLAUSE))
def test_suite_blames_the_clause_that_is_broken(clause: str) -> None:
    kill = run(ONE_A_CLAUSE[clause])
    assert kill.named, f"{kill.mutant} is blamed on {kill.blamed or 'nothing'}"
