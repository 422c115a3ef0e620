"""The registry of targeted programs: for each clause, the function that generates its programs.

The modules of this package register their functions when they are imported. Clauses of the query
language, and clauses that require a refusal, have no entry: their programs are generated from
`queries.registry.QUERY_GENERATORS` and from the tables of `invalid`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from taskdb_spec.conformance.core.program import Operation, Program
from taskdb_spec.conformance.generation.values import ValueGenerator

StepGenerator: TypeAlias = Callable[[ValueGenerator], list[Operation]]
STEP_GENERATORS: dict[str, StepGenerator] = {}
"""Generators of the operations of a program, by clause."""
LIMITED_PROGRAMS: dict[str, Callable[[ValueGenerator], Program]] = {}
"""Generators of programs for a store that is opened with limits, by clause."""


def targeted_program(*clauses: str) -> Callable[[StepGenerator], StepGenerator]:
    """Register a function as the generator of the programs for these clauses."""

    def register(function: StepGenerator) -> StepGenerator:
        STEP_GENERATORS.update(dict.fromkeys(clauses, function))
        return function

    return register
