"""Programs for a store that stores nothing."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.core.program import Method, Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.records import draw_record, draw_update
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import ValueGenerator


@targeted_program("NODB-1", "NODB-2", "NODB-3")
def discarded_writes(generator: ValueGenerator) -> list[Operation]:
    """Mix reads with valid and invalid writes, all of which must be accepted."""
    one = generator.msg_id()
    writes = [add(one, draw_record(generator)), update(one, draw_update(generator))]
    writes += [drop(one), purge({"label": "a"})]
    # A store that stores nothing must not look at its arguments (NODB-1).
    invalid_id: Any = generator.next_in_rotation((None, [], {}))
    writes += [Operation(Method.add, (invalid_id, None)), Operation(Method.update, ({}, "x"))]
    writes += [drop([]), purge(5)]
    reads = [get(one), find({}), find({"label": None}, ["label"]), GET_HISTORY]
    return generator.permutation([*writes, *reads])


@targeted_program("NODB-4")
def memory_growth(_generator: ValueGenerator) -> list[Operation]:
    """Add many large records, to see whether the store keeps them in memory."""
    return [Operation(StoreAction.memory_growth)]
