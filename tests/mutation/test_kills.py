"""The suite kills every mutant at the profile 'default', and blames the clause that it breaks.

Every counterexample is re-run on the mutant and on the model. One that is not confirmed does not
count.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutation.base import Mutant
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import run

BLAMED_INSTEAD = {
    "document_is_two_deep": "DOC-2",
    "members_fold_case": "PATH-2",
    "mod_takes_large_floats": "MOD-1",
    "not_forgives": "NOT-1",
    "numbers_equal_their_text": "NUM-2",
    "bytes_equal_text": "BYT-2",
    "order_is_to_the_millisecond": "GTE-1",
    "paths_open_inner_lists": "PATH-8",
    "paths_skip_levels": "PATH-2",
    "regex_ignores_case": "RGX-1",
    "text_has_elements": "PATH-2",
    "tagged_dates_are_dates": "VAL-10",
    "ids_are_cut": "ADD-1",
}
"""Mutants that break two clauses, with the other clause: the suite blames only that one."""


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_suite_blames_a_clause_that_is_broken(mutant: Mutant) -> None:
    wanted = BLAMED_INSTEAD.get(mutant.name, mutant.clause)
    kill = run(replace(mutant, clause=wanted), "default", only={mutant.clause, wanted})
    assert kill.is_named, f"{mutant.why}: {wanted} is not among what was blamed, {kill.blamed}"
