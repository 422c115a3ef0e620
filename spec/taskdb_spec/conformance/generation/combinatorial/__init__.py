"""Programs that go through a table, where a storm draws.

Every operator is put to each of a few values that are easily taken for each other; every field is
given each value that it may hold, and each that it may not; every call is made for an id at every
stage of its life; what can be asked is asked again after each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    LIKELY_INDEXED_TEXT_FIELDS,
    add,
    update,
    find,
    purge,
)
from taskdb_spec.conformance.generation.combinatorial.field_values import record_tables
from taskdb_spec.conformance.generation.combinatorial.invalid_queries import refusal_tables
from taskdb_spec.conformance.generation.combinatorial.queries import query_tables
from taskdb_spec.conformance.generation.combinatorial.record_lifecycle import life_tables
from taskdb_spec.conformance.generation.combinatorial.state_changes import change_tables
from taskdb_spec.conformance.generation.values import ValueGenerator


def combinatorial_program(generator: ValueGenerator, durable: bool) -> Iterator[Operation]:
    """The program of one table; all tables take turns.

    A durable store is then opened again, with all that it holds and once more with nothing.
    """
    records = (*life_tables(), *record_tables(generator), *change_tables(generator))
    tables = (*records, *query_tables(generator), *refusal_tables(generator))
    yield from generator.next_in_rotation(tables)()
    if durable:
        yield from (Operation(StoreAction.reopen), GET_HISTORY, *AFTERWARDS)
        yield from (purge({}), Operation(StoreAction.reopen))


AFTERWARDS = (
    *(update(one, {name: "newest"}) for one in ("a", "id0") for name in LIKELY_INDEXED_TEXT_FIELDS),
    *(add(f"after {text}", dict.fromkeys(LIKELY_INDEXED_TEXT_FIELDS, text)) for text in ("new", "a", "")),
    *(update("after new", {name: "newer"}) for name in LIKELY_INDEXED_TEXT_FIELDS),
    *(
        find({name: value}, ["label"])
        for name, value in product(LIKELY_INDEXED_TEXT_FIELDS, ("newest", "new", "newer", "a", ""))
    ),
)
"""What a store that was opened again has to take in beside what it holds, and then finds."""
