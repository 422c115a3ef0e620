"""Programs made for one clause each. A clause passes on what its own programs, and others, show."""

from __future__ import annotations

from taskdb_spec.conformance.generation import faults
from taskdb_spec.conformance.generation.makers import MAKERS
from taskdb_spec.conformance.generation.pools import Pools
from taskdb_spec.conformance.generation.programs import querying, reading, records, stores, values
from taskdb_spec.conformance.generation.programs.steps import LIMITED, SCENARIOS
from taskdb_spec.conformance.operations import Program

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
