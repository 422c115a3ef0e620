"""Programs about state that must not be shared: with the caller's objects, or between stores."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    LIKELY_INDEXED_FIELDS,
    add,
    draw_ids,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.invalid import INVALID_RECORDS
from taskdb_spec.conformance.generation.queries.registry import select_claimed
from taskdb_spec.conformance.generation.records import (
    FIELDS_WITHOUT_ID,
    draw_record,
    draw_update,
)
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    IDS,
    ValueGenerator,
)


@targeted_program("ISO-1", "ISO-2", "ISO-3", "ISO-4", "ISO-5", "ISO-6", "ISO-7", "ISO-8")
def mutated_objects(generator: ValueGenerator) -> list[Operation]:
    """Pass and read nested values that the caller mutates after each call."""
    one, other = draw_ids(generator, 2)
    fields, nested = _mutable_fields(generator, one)
    # In half of the programs, the update replaces values that are not empty: a store that merges
    # documents takes other code for it.
    set_before = {name: {"a": "b"} for name in DICT_FIELDS} if generator.chance(0.5) else {}
    steps = [add(one, {**fields, **nested}, mutate_afterwards=True)]
    steps.append(add(other, {**draw_record(generator, 1), **set_before}))
    own_id = generator.choice(({}, {"msg_id": other}))
    changes = {**own_id, **draw_update(generator), **nested}
    steps.append(update(other, changes, mutate_afterwards=True))
    steps += _reads(generator, one, other, fields)
    steps.append(purge({"msg_id": {"$in": ["zz", one]}, "label": {"$ne": "q"}}))
    bad, _ = INVALID_RECORDS[generator.choice(("REC-4", "REC-6", "REC-9", "REC-9"))](generator)
    return [*steps, update(other, bad)]  # a refused argument must not be changed either


def _mutable_fields(
    generator: ValueGenerator, msg_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of a record, and fields with containers at several depths."""
    document = {"a": {"b": ["c", {"d": []}], "e": {"f": {}}}, "g": ["h", {}]}
    nested: dict[str, Any] = dict.fromkeys(DICT_FIELDS, document)
    buffers = [bytearray(b"a"), b"b", memoryview(bytearray(b"c"))]
    nested |= {name: generator.choice((buffers, [b"a"], [])) for name in BUFFER_FIELDS}
    full = {name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}
    fields = generator.choice((draw_record(generator, 1), {"msg_id": msg_id, **full}))
    return fields, nested


def _reads(
    generator: ValueGenerator, one: str, other: str, fields: dict[str, Any]
) -> list[Operation]:
    """Return all kinds of reads, in any order; the caller mutates each answer."""
    keys = generator.choices((*DICT_FIELDS, *BUFFER_FIELDS), 1, 3)
    keys += generator.choices(("msg_id",), 0, 1)
    listed = {"msg_id": {"$in": ["zz", one, other]}, "label": {"$ne": "zz"}}
    name = generator.choice(LIKELY_INDEXED_FIELDS)
    query = generator.choice((listed, {name: fields.get(name)}, {"msg_id": one}))
    reads = [get(one), find(query), find(query, keys), GET_HISTORY]
    return generator.permutation([read.replace(mutate_afterwards=True) for read in reads])


@targeted_program("ISO-9")
def two_stores(generator: ValueGenerator) -> list[Operation]:
    """Open a second store while the first is open, or after it was closed."""
    # Plain ids only: a store that cannot hold an unusual id fails other clauses.
    steps = [add(msg_id, draw_record(generator, 2)) for msg_id in IDS[: generator.integer(0, 4)]]
    if generator.next_in_rotation((True, False)):
        return [*steps, Operation(StoreAction.second_store), GET_HISTORY]
    return [add("z", {}), *steps, Operation(StoreAction.next_store)]


@targeted_program("ISO-10")
def mutated_queries(generator: ValueGenerator) -> list[Operation]:
    """Pass queries and keys that the caller mutates after the call."""
    one, other = draw_ids(generator, 2)
    nested = {"a": ["b", {"c": "d"}]}
    branches = [{"label": "a"}, {"queue": "a"}]
    queries: list[dict[str, Any]] = [
        *({"label": "a"}, {"label": {"$in": ["a", "c"]}}, {"label": {"$nin": ["b", "c"]}}),
        *({"msg_id": {"$in": ["zz", one]}}, {"header": nested}),
        {"label": {"$gte": "a", "$lt": "b"}},
        *select_claimed(
            generator, ({"$or": branches}, {"$nor": branches}, {"label": {"$not": {"$eq": "a"}}})
        ),
    ]
    steps = [add(one, {"label": "a", "header": nested}), add(other, {"label": "b"})]
    for query in (generator.next_in_rotation(queries), generator.choice(queries)):
        keys = generator.choice(((), (generator.choices(FIELDS_WITHOUT_ID, 1, 3),)))
        steps.append(find(query, *keys, target_clause="ISO-10", mutate_afterwards=True))
    return steps
