"""Tests of the command that counts the programs that each clause needs."""

from __future__ import annotations

from tests.mutation.catalogue import MUTANTS
from tests.mutation.needed_programs import (
    choose_first,
    choose_half,
    count_needed,
    find_killing_batch,
    find_killing_programs,
)


def test_half_of_the_mutants_of_each_clause_are_chosen() -> None:
    chosen = set(choose_half(MUTANTS))
    for clause in {mutant.clause for mutant in MUTANTS.values()}:
        names = [name for name, mutant in MUTANTS.items() if mutant.clause == clause]
        assert len(chosen.intersection(names)) == (len(names) + 1) // 2


def test_the_needed_programs_kill_every_mutant_that_any_kills() -> None:
    one, other, third = [name for name in MUTANTS if MUTANTS[name].clause == "EQ-4"][:3]
    assert count_needed({one: [4, 5], other: [0, 9], third: []}) == {"EQ-4": 5}


def test_a_clause_begins_with_the_program_that_kills_most() -> None:
    names = [name for name in MUTANTS if MUTANTS[name].clause == "EQ-4"]
    assert choose_first({names[0]: [3], names[1]: [3, 5], names[2]: [0, 3]}) == {"EQ-4": 3}
    assert choose_first({names[0]: [3], names[1]: [3], names[2]: [0]}) == {}


def test_a_mutant_dies_by_programs_of_its_clause_and_in_a_run() -> None:
    assert find_killing_programs("second_update_is_lost")
    batch = find_killing_batch("second_update_is_lost")
    assert batch is not None
