"""The suite kills a mutant of every clause, and blames that clause."""

from __future__ import annotations

import pytest

from .catalogue import MUTANTS
from .kill import run
from .mutant import Mutant

OF_CLAUSE: dict[str, list[Mutant]] = {}
for _mutant in MUTANTS.values():
    OF_CLAUSE.setdefault(_mutant.clause, []).append(_mutant)
TRIES = 4
"""How many mutants of a clause are tried; ``make mutants`` runs them all."""


@pytest.mark.parametrize("clause", sorted(OF_CLAUSE))
def test_suite_blames_the_clause_that_is_broken(clause: str) -> None:
    blamed: dict[str, tuple[str, ...]] = {}
    for mutant in OF_CLAUSE[clause][:TRIES]:
        kill = run(mutant, ahead=True)
        if kill.named:
            return
        blamed[mutant.name] = kill.blamed
    pytest.fail(f"no mutant is blamed on {clause}, but: {blamed}")
