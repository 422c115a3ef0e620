"""The suite kills every mutant, and blames the clause that it breaks."""

from __future__ import annotations

import pytest

from .catalogue import MUTANTS
from .kill import run
from .mutant import Mutant


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_suite_blames_the_clause_that_is_broken(mutant: Mutant) -> None:
    kill = run(mutant, "quick", ahead=True)
    assert mutant.clause in kill.blamed, mutant.why
