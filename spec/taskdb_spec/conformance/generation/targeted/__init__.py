"""Targeted programs: each is generated for one clause, and exercises it several times.

`program_for` looks a clause up in the registry of this package, then in the query generators and in
the tables of invalid input. Programs for other clauses may add to the evidence for a clause.
"""

from __future__ import annotations

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.generation.invalid import INVALID_RECORDS
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.targeted import (
    aliasing,
    culling,
    durability,
    null_store,
    queries,
    reads,
    values,
    writes,
)
from taskdb_spec.conformance.generation.targeted.registry import LIMITED_PROGRAMS, STEP_GENERATORS
from taskdb_spec.conformance.generation.values import ValueGenerator

# The modules are imported because they register their programs.
__all__ = [
    "aliasing",
    "culling",
    "durability",
    "null_store",
    "program_for",
    "queries",
    "reads",
    "values",
    "writes",
]


def program_for(clause: str, generator: ValueGenerator) -> Program:
    """Generate a program that exercises the clause.

    Raises:
        KeyError: no generator is registered for the clause.
    """
    if clause in LIMITED_PROGRAMS:
        return LIMITED_PROGRAMS[clause](generator)
    if clause in STEP_GENERATORS:
        return Program(tuple(STEP_GENERATORS[clause](generator)))
    if clause in QUERY_GENERATORS:
        return Program(tuple(queries.query_program(clause, generator)))
    if clause in INVALID_RECORDS:
        return Program(tuple(queries.invalid_record_program(clause, generator)))
    return Program(tuple(queries.invalid_query_program(clause, generator)))
