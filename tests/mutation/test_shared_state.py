"""Shared state is found first, so that other clauses are not blamed for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taskdb_spec.conformance.core.config import Profile
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import run

BRIEF = Profile("brief", targeted_programs=3, operations=300)


@pytest.mark.parametrize(
    "name", ["records_are_of_the_class", "ids_are_of_the_class", "file_is_outside"]
)
def test_a_store_that_shares_state_is_blamed_for_that_clause_only(name: str) -> None:
    to_the_end = replace(MUTANTS[name], clause="")
    assert run(to_the_end, BRIEF).blamed == ("ISO-9",)
