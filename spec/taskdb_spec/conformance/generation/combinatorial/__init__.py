"""Combinatorial programs, which enumerate tables where a randomized program would draw.

Each module returns tables, that is functions that generate one program each:

- `record_lifecycle`: every call, for an id at every stage of its life;
- `field_values`: every field, with each value that it may hold and each that it may not;
- `state_changes`: the same queries again after each change of a record;
- `queries`: every operator, with each value of a group of values that are easily confused;
- `invalid_queries`: malformed queries, at every position of a larger query.

`value_groups` holds the values.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    LIKELY_INDEXED_TEXT_FIELDS,
    add,
    find,
    purge,
    update,
)
from taskdb_spec.conformance.generation.combinatorial.field_values import field_value_tables
from taskdb_spec.conformance.generation.combinatorial.invalid_queries import invalid_query_tables
from taskdb_spec.conformance.generation.combinatorial.queries import query_tables
from taskdb_spec.conformance.generation.combinatorial.record_lifecycle import lifecycle_tables
from taskdb_spec.conformance.generation.combinatorial.state_changes import state_change_tables
from taskdb_spec.conformance.generation.values import ValueGenerator


def combinatorial_program(generator: ValueGenerator, *, is_durable: bool) -> Iterator[Operation]:
    """Generate the program of one table, by rotation over all tables.

    Args:
        generator: where the choices come from.
        is_durable: reopen the store after the program, once with its records and once empty.
    """
    record_tables = (
        *lifecycle_tables(),
        *field_value_tables(generator),
        *state_change_tables(generator),
    )
    tables = (*record_tables, *query_tables(generator), *invalid_query_tables(generator))
    yield from generator.next_in_rotation(tables)()
    if is_durable:
        yield from (Operation(StoreAction.reopen), GET_HISTORY, *STEPS_AFTER_REOPEN)
        yield from (purge({}), Operation(StoreAction.reopen))


STEPS_AFTER_REOPEN = (
    *(
        update(msg_id, {name: "newest"})
        for msg_id in ("a", "id0")
        for name in LIKELY_INDEXED_TEXT_FIELDS
    ),
    *(
        add(f"after {text}", dict.fromkeys(LIKELY_INDEXED_TEXT_FIELDS, text))
        for text in ("new", "a", "")
    ),
    *(update("after new", {name: "newer"}) for name in LIKELY_INDEXED_TEXT_FIELDS),
    *(
        find({name: value}, ["label"])
        for name, value in product(LIKELY_INDEXED_TEXT_FIELDS, ("newest", "new", "newer", "a", ""))
    ),
)
"""Writes and searches after a reopening: an index that was loaded must take in new values too."""
