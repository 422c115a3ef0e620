"""Programs about whole stores: shared objects, other stores, reopening, limits, and nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.program import Method, Operation, Program, StoreAction
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    HISTORY,
    INDEXED,
    LIMITED_PROGRAMS,
    add,
    change,
    drop,
    find,
    get,
    ids,
    looks,
    purge,
    some_records,
    targeted_program,
)
from taskdb_spec.conformance.generation.queries.registry import claimed
from taskdb_spec.conformance.generation.records import FIELDS, record, update
from taskdb_spec.conformance.generation.values import (
    BUFFER_PLACES,
    DICT_PLACES,
    IDS,
    ODD_IDS,
    TEXT_PLACES,
    ValueGenerator,
)


@targeted_program("ISO-1", "ISO-2", "ISO-3", "ISO-4", "ISO-5", "ISO-6", "ISO-7", "ISO-8")
def private_objects(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    nested = {"a": {"b": ["c", {"d": []}], "e": {"f": {}}}, "g": ["h", {}]}
    deep: dict[str, Any] = dict.fromkeys(DICT_PLACES, nested)
    changing = [bytearray(b"a"), b"b", memoryview(bytearray(b"c"))]
    deep |= {name: generator.choice((changing, [b"a"], [])) for name in BUFFER_PLACES}
    rest = {name: generator.field_value(name) for name in FIELDS}
    given = generator.choice((record(generator, 1), {"msg_id": one, **rest}))
    set_before = {name: {"a": "b"} for name in DICT_PLACES} if generator.chance(5) else {}
    steps = [add(one, {**given, **deep}, mutate_afterwards=True)]
    steps.append(add(other, {**record(generator, 1), **set_before}))
    own = generator.choice(({}, {"msg_id": other}))
    steps.append(change(other, {**own, **update(generator), **deep}, mutate_afterwards=True))
    keys = generator.choices((*DICT_PLACES, *BUFFER_PLACES), 1, 3) + generator.choices(
        ("msg_id",), 0, 1
    )
    listed = {"msg_id": {"$in": ["zz", one, other]}, "label": {"$ne": "zz"}}
    name = generator.choice(INDEXED)
    check = generator.choice((listed, {name: given.get(name)}, {"msg_id": one}))
    reads = [
        get(one, mutate_afterwards=True),
        find(check, mutate_afterwards=True),
        find(check, keys, mutate_afterwards=True),
    ]
    reads.append(HISTORY.replace(mutate_afterwards=True))
    steps += [
        *generator.shuffled(reads),
        purge({"msg_id": {"$in": ["zz", one]}, "label": {"$ne": "q"}}),
    ]
    bad, _ = faults.RECORDS[generator.choice(("REC-4", "REC-6", "REC-9", "REC-9"))](generator)
    return [*steps, change(other, bad)]  # refused, and left as it was all the same


@targeted_program("ISO-9")
def two_stores(generator: ValueGenerator) -> list[Operation]:
    # Ids that a store may well be wrong about on its own are left to other clauses.
    steps = [add(msg_id, record(generator, 2)) for msg_id in IDS[: generator.integer(0, 4)]]
    if generator.next_in_rotation((True, False)):
        return [*steps, Operation(StoreAction.second_store), HISTORY]
    return [add("z", {}), *steps, Operation(StoreAction.next_store)]


@targeted_program("ISO-10")
def queries_used_again(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    nested = {"a": ["b", {"c": "d"}]}
    branches = [{"label": "a"}, {"queue": "a"}]
    checks: list[dict[str, Any]] = [
        *({"label": "a"}, {"label": {"$in": ["a", "c"]}}, {"label": {"$nin": ["b", "c"]}}),
        *(
            {"msg_id": {"$in": ["zz", one]}},
            {"header": nested},
            {"label": {"$gte": "a", "$lt": "b"}},
        ),
        *claimed(
            generator, ({"$or": branches}, {"$nor": branches}, {"label": {"$not": {"$eq": "a"}}})
        ),
    ]
    steps = [add(one, {"label": "a", "header": nested}), add(other, {"label": "b"})]
    for check in (generator.next_in_rotation(checks), generator.choice(checks)):
        keys = generator.choice(((), (generator.choices(FIELDS, 1, 3),)))
        steps.append(find(check, *keys, target_clause="ISO-10", mutate_afterwards=True))
    return steps


@targeted_program("DUR-1", "DUR-2")
def reopened(generator: ValueGenerator) -> list[Operation]:
    steps = some_records(generator, 2, 4)
    one, other = steps[0].args[0], steps[1].args[0]
    again = Operation(StoreAction.reopen, generator.choice(((), (2,))))
    steps += [drop(one), change(other, update(generator)), change(other, update(generator))]
    steps += [add("g", _of_all_fields(generator)), add("h", {"metadata": {"a": 1}})]
    steps.append(change("h", {"metadata": {"b": 2}}))
    odd = generator.next_in_rotation(ODD_IDS)
    if odd not in [step.args[0] for step in steps]:
        steps.append(add(odd, record(generator, 1)))
    if generator.chance(5):
        steps.append(purge(generator.choice(({}, {"completed": None}, {"msg_id": other}))))
    steps.insert(generator.integer(1, len(steps)), again)
    steps += [again, *looks(generator, steps)]
    return [*steps, HISTORY, find({}), add(one, record(generator)), again, get(one)]


def _of_all_fields(generator: ValueGenerator) -> dict[str, Any]:
    """All fields but the id, with values that are something, or that are as good as nothing."""
    if generator.chance(5):
        return {name: generator.field_value(name) for name in FIELDS}
    return {name: EMPTY[name] for name in FIELDS if name in EMPTY}


EMPTY: dict[str, Any] = {
    **dict.fromkeys(TEXT_PLACES, ""),
    **{name: {} for name in DICT_PLACES},
    **{name: [] for name in BUFFER_PLACES},
}
"""Values that are not None, which a store may take for it."""


def _limited(clause: str) -> Callable[[ValueGenerator], Program]:
    def make(generator: ValueGenerator) -> Program:
        kind = generator.next_in_rotation(("count", "both", "size", "wide", "growing"))
        by_size = clause == "CULL-7" or kind in ("both", "size", "growing")
        size = 20_000 if by_size else None
        count = 12 if kind == "both" else None
        if not by_size:
            count = generator.integer(1, 6)
            size = 10**7 if kind == "wide" else None  # never reached, and not to be in the way
        fraction = generator.choice((0.01, 0.1, 0.5, 1.0))
        growing = kind == "growing"  # the records grow by updates
        steps: list[Operation] = []
        names = [*IDS, *(f"n{i}" for i in range(8))]
        for msg_id in generator.shuffled(names):
            steps.append(add(msg_id, _task(generator, large=by_size and not growing)))
            if growing or generator.chance(2):
                steps.append(
                    change(msg_id, _bulk(generator, generator.choice((1, 3000, 4000, 30_000))))
                )
            earlier = generator.choice([step.args[0] for step in steps if step.call is Method.add])
            if generator.chance(4):
                steps.append(_meanwhile(generator, earlier))
            if generator.chance(1):
                steps.append(Operation(StoreAction.second_store))
        again = generator.choices(names[:4], 2, 5)
        steps += [add(msg_id, _task(generator, large=by_size)) for msg_id in again]
        steps += [get(again[-1]), HISTORY, find({})]
        steps += [find({"msg_id": msg_id}) for msg_id in names[:6]]  # culled or not
        steps += [find(named.pending()), find(named.completed()), find({"client_uuid": None})]
        steps.append(Operation(StoreAction.second_store))
        return Program(tuple(steps), Limits(count, size, fraction))

    return make


def _meanwhile(generator: ValueGenerator, msg_id: str) -> Operation:
    """What changes the line in which records go, or how many there are, or must change nothing."""
    return generator.choice(
        (
            *(change(msg_id, {"completed": generator.choice((None, generator.timestamp()))}),) * 2,
            change(msg_id, {"submitted": generator.choice((None, generator.timestamp()))}),
            *(drop(msg_id), purge({"msg_id": msg_id}), purge({"completed": {"$ne": None}})),
            *(add(msg_id, {}), add("refused", {"nope": 1}), change(msg_id, {"nope": 1})),
        )
    )


def _task(generator: ValueGenerator, large: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "submitted": generator.choice((None, generator.timestamp(), generator.timestamp())),
        "completed": generator.choice((None, generator.timestamp())),
    }
    return fields | _bulk(generator, 4000) if large else fields


def _bulk(generator: ValueGenerator, size: int) -> dict[str, Any]:
    """A field that holds so many bytes, at some depth."""
    text = "x" * size
    shapes: tuple[dict[str, Any], ...] = (
        *({"header": {"a": text}}, {"content": {"a": [{"b": text}]}}, {"metadata": {text: 1}}),
        *({"stdout": text}, {"label": text}, {"result_content": {"a": {"b": {"c": text}}}}),
        *({"buffers": [text.encode()]}, {"result_buffers": [b"", text.encode()]}),
        *({"header": {"a": [text]}}, {"content": {"a": ["x" * 100] * (size // 100)}}),
        {"error": {"a": text.encode()}},
    )
    return generator.choice(shapes)


for _name in ("CULL-1", "CULL-2", "CULL-3", "CULL-4", "CULL-5", "CULL-6", "CULL-7", "CULL-8"):
    LIMITED_PROGRAMS[_name] = _limited(_name)


@targeted_program("NODB-1", "NODB-2", "NODB-3")
def into_nothing(generator: ValueGenerator) -> list[Operation]:
    one = generator.msg_id()
    writes = [
        *(
            add(one, record(generator)),
            change(one, update(generator)),
            drop(one),
            purge({"label": "a"}),
        ),
        *(
            Operation(Method.add, (generator.next_in_rotation((None, [], {})), None)),
            Operation(Method.update, ({}, "x")),
            drop([]),
            purge(5),
        ),
    ]
    reads = [get(one), find({}), find({"label": None}, ["label"]), HISTORY]
    return generator.shuffled([*writes, *reads])


@targeted_program("NODB-4")
def into_nothing_for_long(generator: ValueGenerator) -> list[Operation]:
    return [Operation(StoreAction.memory_growth)]
