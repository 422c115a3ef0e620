"""What stores share is found first, and not held against other clauses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taskdb_spec.conformance.core.config import Profile
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import run

BRIEF = Profile("brief", focus=3, operations=300)


@pytest.mark.parametrize(
    "name", ["records_are_of_the_class", "ids_are_of_the_class", "file_is_outside"]
)
def test_a_store_that_shares_is_blamed_for_that_alone(name: str) -> None:
    to_the_end = replace(MUTANTS[name], clause="")
    assert run(to_the_end, BRIEF).blamed == ("ISO-9",)
