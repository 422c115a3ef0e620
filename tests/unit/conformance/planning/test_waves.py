"""The plan goes breadth first, and a frugal profile has a prefix of what a larger one has."""

from __future__ import annotations

from collections import Counter

import pytest

from taskdb_spec.clauses import checked_clauses, clauses
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, PROFILES, Profile
from taskdb_spec.conformance.core.results import MIN_EVIDENCE
from taskdb_spec.conformance.planning.batches import Batch, plan_batches
from taskdb_spec.conformance.planning.program_counts import (
    FIRST_PROGRAMS,
    PROGRAM_COUNTS,
    iter_waves,
    program_count,
    program_number,
)
from taskdb_spec.model import model_backend

CHECKED = checked_clauses(model_backend)


def planned(profile: Profile) -> list[Batch]:
    return list(plan_batches(CHECKED, profile, with_untargeted=False))


def test_the_waves_cover_every_number_once() -> None:
    numbers = [number for wave in iter_waves(200) for number in wave]
    assert numbers == list(range(200))


def test_no_clause_is_a_wave_ahead_of_another() -> None:
    done: Counter[str] = Counter()
    for batch in planned(PROFILES["quick"]):
        if batch.clause == "ISO-9":
            continue  # all its programs come first
        behind = [c.id for c in CHECKED if c.id != "ISO-9" and done[c.id] < batch.positions.start]
        # Only clauses that have no more programs may be behind.
        assert all(program_count(name, PROFILES["quick"]) <= done[name] for name in behind)
        done[batch.clause] = batch.positions.stop


def test_the_clause_about_shared_state_comes_first() -> None:
    order = [batch.clause for batch in planned(PROFILES["quick"])]
    count = order.count("ISO-9")
    assert order[:count] == ["ISO-9"] * count


@pytest.mark.parametrize(("smaller", "larger"), [("quick", "default"), ("default", "deep")])
def test_a_larger_profile_has_all_programs_of_a_smaller_one(smaller: str, larger: str) -> None:
    names = [
        {program.name for batch in planned(PROFILES[name]) for program in batch.programs()}
        for name in (smaller, larger)
    ]
    assert names[0] < names[1]


def test_every_clause_can_have_its_evidence() -> None:
    for clause in CHECKED:
        if clause.id not in EXPENSIVE_CLAUSES:
            assert program_count(clause.id, PROFILES["quick"]) >= MIN_EVIDENCE


def test_the_counts_are_about_clauses_with_a_check() -> None:
    assert all(clauses()[name].check for name in [*PROGRAM_COUNTS, *FIRST_PROGRAMS])


@pytest.mark.parametrize("clause", ["EQ-1", *FIRST_PROGRAMS])
def test_every_program_has_one_position(clause: str) -> None:
    numbers = [program_number(clause, position) for position in range(40)]
    assert sorted(numbers) == list(range(40))
    assert [program_number(clause, number) for number in numbers] == list(range(40))
    assert numbers[0] == FIRST_PROGRAMS.get(clause, 0)
