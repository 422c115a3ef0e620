"""Programs made for one clause each. A clause passes on what its own programs, and others, show."""

from __future__ import annotations

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import LIMITED_PROGRAMS, STEP_GENERATORS
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.targeted import (
    queries as querying,
)
from taskdb_spec.conformance.generation.targeted import (
    reads as reading,
)
from taskdb_spec.conformance.generation.targeted import (
    stores,
    values,
)
from taskdb_spec.conformance.generation.targeted import (
    writes as records,
)
from taskdb_spec.conformance.generation.values import ValueGenerator

__all__ = ["program_for", "querying", "reading", "records", "stores", "values"]


def program_for(clause: str, generator: ValueGenerator) -> Program:
    """A program that exercises the clause."""
    if clause in LIMITED_PROGRAMS:
        return LIMITED_PROGRAMS[clause](generator)
    if clause in STEP_GENERATORS:
        return Program(tuple(STEP_GENERATORS[clause](generator)))
    if clause in QUERY_GENERATORS:
        return Program(tuple(querying.query_program(clause, generator)))
    if clause in faults.RECORDS:
        return Program(tuple(querying.record_fault(clause, generator)))
    return Program(tuple(querying.query_fault(clause, generator)))
