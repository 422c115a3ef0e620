"""Tests of the command that counts the calls of stores with several defects."""

from __future__ import annotations

from taskdb_spec.conformance.core.config import Profile
from tests.mutation.base import combine
from tests.mutation.catalogue import MUTANTS
from tests.mutation.combined_calls import (
    COMBINATIONS,
    DEFECTS,
    MAX_RATIO,
    check,
    choose_combination,
    find_failed,
    find_missing,
    sound_store,
)

SMALL = Profile("small", targeted_programs=8, operations=0)
"""What `quick` has for most clauses. Without untargeted programs, a run takes few seconds."""


WITH_WRONG_GET = (
    *("get_returns_the_last", "refused_update_adds", "none_cannot_be_compared"),
    *("scalars_have_no_members", "listed_twice_is_gone", "two_operators_count"),
)
"""Mutants that took 18 times the calls of a sound store, because each record was read each time."""


def test_every_combination_has_eight_defects_of_different_families() -> None:
    for number in range(COMBINATIONS):
        mutants = choose_combination(number)
        assert len({mutant.clause.partition("-")[0] for mutant in mutants}) == DEFECTS
        assert mutants == choose_combination(number)


def test_a_store_with_eight_defects_costs_at_most_twice_the_calls() -> None:
    mutants = choose_combination(1)
    backend = combine(*mutants)
    sound, broken = (
        check(sound_store(backend.capabilities), SMALL),
        check(backend, SMALL),
    )
    assert find_failed(sound) == frozenset()
    assert sound.calls.count < broken.calls.count <= MAX_RATIO * sound.calls.count
    assert find_missing(mutants, find_failed(broken), lambda name: ()) == []


def test_a_wrong_get_record_does_not_cost_many_calls() -> None:
    backend = combine(*(MUTANTS[name] for name in WITH_WRONG_GET))
    sound = check(sound_store(backend.capabilities), SMALL)
    broken = check(backend, SMALL)
    assert "GET-1" in find_failed(broken)
    assert broken.calls.count <= MAX_RATIO * sound.calls.count


def test_a_mutant_is_found_by_a_clause_that_is_blamed_for_it_alone() -> None:
    [mutant, *_] = choose_combination(1)
    assert find_missing([mutant], frozenset({"GT-1"}), lambda name: ()) == [mutant]
    assert find_missing([mutant], frozenset({"GT-1"}), lambda name: ["GT-1"]) == []
    assert find_missing([mutant], frozenset({mutant.clause}), lambda name: ()) == []
