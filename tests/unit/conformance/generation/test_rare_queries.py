"""The smallest profile asks every rare query, and makes every rare write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from taskdb_reference.backends.builtin import dict_backend
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.core.program import QUERY_CALLS, RECORD_CALLS, Operation
from taskdb_spec.conformance.engine.runner import generate_targeted
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.invalid import RARE_INVALID_RECORDS
from taskdb_spec.conformance.generation.queries.rare_queries import (
    RARE_QUERIES,
    draw_rare_queries,
)
from taskdb_spec.conformance.generation.targeted.queries import query_program
from taskdb_spec.conformance.generation.values import ValueGenerator, nest_levels
from taskdb_spec.conformance.planning.batches import plan_batches
from taskdb_spec.model import Model
from taskdb_spec.records.traversal import iter_paths


def iter_quick_operations(clause: str) -> Iterator[Operation]:
    """Yield the operations of all programs that `quick` has for a clause."""
    plan = plan_batches([clauses()[clause]], PROFILES["quick"], with_untargeted=False)
    for batch in plan:
        for planned in batch.programs():
            yield from generate_targeted(planned, dict_backend, 0).operations


@pytest.mark.parametrize("clause", RARE_QUERIES)
def test_quick_asks_every_rare_query(clause: str) -> None:
    asked = {repr(o.args[0]) for o in iter_quick_operations(clause) if o.call in QUERY_CALLS}
    assert asked >= {repr(query) for row in RARE_QUERIES[clause] for query in row.queries}


@pytest.mark.parametrize("clause", RARE_QUERIES)
def test_the_model_answers_every_rare_query_on_its_records(clause: str) -> None:
    for row in RARE_QUERIES[clause]:
        store = Model()
        for number, witness in enumerate(row.witnesses):
            store.add_record(str(number), witness)
        found = [store.find_records(query) for query in row.queries]
        # A row in which every query finds the same shows little.
        assert len(row.witnesses) > 1
        assert any(len(each) < len(row.witnesses) for each in found)


def test_quick_writes_every_rare_invalid_record() -> None:
    writes = [o for o in iter_quick_operations("REC-8") if o.call in RECORD_CALLS]
    for bad in (bad for row in RARE_INVALID_RECORDS for bad in row):
        assert len({o.call for o in writes if repr(o.args[1]) == repr(bad)}) == 2


def test_without_capabilities_no_query_needs_one() -> None:
    generator = ValueGenerator(RandomSource(0), frozenset())
    assert [*draw_rare_queries("LIST-1", generator)] == []
    assert [*draw_rare_queries("EQ-1", generator)] == []


def test_a_store_without_arrays_gets_no_list_on_a_path() -> None:
    generator = ValueGenerator(RandomSource(0), clauses()["NUM-2"].needs, rotation=0)
    [row] = draw_rare_queries("CMP-2", generator)
    values: list[Any] = [witness["header"]["n"] for witness in row.witnesses]
    assert len(values) > 5
    assert not any(isinstance(value, list) for value in values)


def test_a_program_adds_the_records_of_its_row() -> None:
    steps = query_program("AND-1", ValueGenerator(RandomSource(0), rotation=0))
    added = {step.args[0]: step.args[1] for step in steps if step.call in RECORD_CALLS}
    [row] = RARE_QUERIES["AND-1"]
    assert [added[f"rare{number}"] for number in range(3)] == [*row.witnesses]


@pytest.mark.parametrize("levels", [1, 2, 100])
def test_nested_levels_are_counted_with_the_outermost_dict(levels: int) -> None:
    value = nest_levels(levels)
    assert isinstance(value, dict)
    assert max(len(position) for position, _ in iter_paths(value)) == levels
