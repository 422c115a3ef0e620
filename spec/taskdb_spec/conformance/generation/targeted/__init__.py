"""Programs made for one clause each. A clause passes on what its own programs, and others, show."""

from __future__ import annotations

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import LIMITED, SCENARIOS
from taskdb_spec.conformance.generation.queries import MAKERS
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
from taskdb_spec.conformance.generation.values import Pools

__all__ = ["program_for", "querying", "reading", "records", "stores", "values"]


def program_for(clause: str, pools: Pools) -> Program:
    """A program that exercises the clause."""
    if clause in LIMITED:
        return LIMITED[clause](pools)
    if clause in SCENARIOS:
        return Program(tuple(SCENARIOS[clause](pools)))
    if clause in MAKERS:
        return Program(tuple(querying.query_program(clause, pools)))
    if clause in faults.RECORDS:
        return Program(tuple(querying.record_fault(clause, pools)))
    return Program(tuple(querying.query_fault(clause, pools)))
