"""Programs about whole stores: shared objects, other stores, reopening, limits, and nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.program import Call, Operation, Program
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    HISTORY,
    INDEXED,
    LIMITED,
    add,
    change,
    drop,
    find,
    get,
    ids,
    looks,
    purge,
    scenario,
    some_records,
)
from taskdb_spec.conformance.generation.queries.registry import claimed
from taskdb_spec.conformance.generation.records import FIELDS, record, update
from taskdb_spec.conformance.generation.values import (
    BUFFER_PLACES,
    DICT_PLACES,
    IDS,
    ODD_IDS,
    TEXT_PLACES,
    Pools,
)


@scenario("ISO-1", "ISO-2", "ISO-3", "ISO-4", "ISO-5", "ISO-6", "ISO-7", "ISO-8")
def private_objects(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    nested = {"a": {"b": ["c", {"d": []}], "e": {"f": {}}}, "g": ["h", {}]}
    deep: dict[str, Any] = dict.fromkeys(DICT_PLACES, nested)
    changing = [bytearray(b"a"), b"b", memoryview(bytearray(b"c"))]
    deep |= {name: pools.one_of((changing, [b"a"], [])) for name in BUFFER_PLACES}
    rest = {name: pools.field_value(name) for name in FIELDS}
    given = pools.one_of((record(pools, 1), {"msg_id": one, **rest}))
    set_before = {name: {"a": "b"} for name in DICT_PLACES} if pools.chance(5) else {}
    steps = [add(one, {**given, **deep}, scribble=True)]
    steps.append(add(other, {**record(pools, 1), **set_before}))
    own = pools.one_of(({}, {"msg_id": other}))
    steps.append(change(other, {**own, **update(pools), **deep}, scribble=True))
    keys = pools.some((*DICT_PLACES, *BUFFER_PLACES), 1, 3) + pools.some(("msg_id",), 0, 1)
    listed = {"msg_id": {"$in": ["zz", one, other]}, "label": {"$ne": "zz"}}
    name = pools.one_of(INDEXED)
    check = pools.one_of((listed, {name: given.get(name)}, {"msg_id": one}))
    reads = [get(one, scribble=True), find(check, scribble=True), find(check, keys, scribble=True)]
    reads.append(HISTORY.but(scribble=True))
    steps += [
        *pools.shuffled(reads),
        purge({"msg_id": {"$in": ["zz", one]}, "label": {"$ne": "q"}}),
    ]
    bad, _ = faults.RECORDS[pools.one_of(("REC-4", "REC-6", "REC-9", "REC-9"))](pools)
    return [*steps, change(other, bad)]  # refused, and left as it was all the same


@scenario("ISO-9")
def two_stores(pools: Pools) -> list[Operation]:
    # Ids that a store may well be wrong about on its own are left to other clauses.
    steps = [add(msg_id, record(pools, 2)) for msg_id in IDS[: pools.between(0, 4)]]
    if pools.deal((True, False)):
        return [*steps, Operation(Call.neighbour), HISTORY]
    return [add("z", {}), *steps, Operation(Call.successor)]


@scenario("ISO-10")
def queries_used_again(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    nested = {"a": ["b", {"c": "d"}]}
    branches = [{"label": "a"}, {"queue": "a"}]
    checks: list[dict[str, Any]] = [
        *({"label": "a"}, {"label": {"$in": ["a", "c"]}}, {"label": {"$nin": ["b", "c"]}}),
        *(
            {"msg_id": {"$in": ["zz", one]}},
            {"header": nested},
            {"label": {"$gte": "a", "$lt": "b"}},
        ),
        *claimed(pools, ({"$or": branches}, {"$nor": branches}, {"label": {"$not": {"$eq": "a"}}})),
    ]
    steps = [add(one, {"label": "a", "header": nested}), add(other, {"label": "b"})]
    for check in (pools.deal(checks), pools.one_of(checks)):
        keys = pools.one_of(((), (pools.some(FIELDS, 1, 3),)))
        steps.append(find(check, *keys, aim="ISO-10", scribble=True))
    return steps


@scenario("DUR-1", "DUR-2")
def reopened(pools: Pools) -> list[Operation]:
    steps = some_records(pools, 2, 4)
    one, other = steps[0].args[0], steps[1].args[0]
    again = Operation(Call.reopen, pools.one_of(((), (2,))))
    steps += [drop(one), change(other, update(pools)), change(other, update(pools))]
    steps += [add("g", _of_all_fields(pools)), add("h", {"metadata": {"a": 1}})]
    steps.append(change("h", {"metadata": {"b": 2}}))
    odd = pools.deal(ODD_IDS)
    if odd not in [step.args[0] for step in steps]:
        steps.append(add(odd, record(pools, 1)))
    if pools.chance(5):
        steps.append(purge(pools.one_of(({}, {"completed": None}, {"msg_id": other}))))
    steps.insert(pools.between(1, len(steps)), again)
    steps += [again, *looks(pools, steps)]
    return [*steps, HISTORY, find({}), add(one, record(pools)), again, get(one)]


def _of_all_fields(pools: Pools) -> dict[str, Any]:
    """All fields but the id, with values that are something, or that are as good as nothing."""
    if pools.chance(5):
        return {name: pools.field_value(name) for name in FIELDS}
    return {name: EMPTY[name] for name in FIELDS if name in EMPTY}


EMPTY: dict[str, Any] = {
    **dict.fromkeys(TEXT_PLACES, ""),
    **{name: {} for name in DICT_PLACES},
    **{name: [] for name in BUFFER_PLACES},
}
"""Values that are not None, which a store may take for it."""


def _limited(clause: str) -> Callable[[Pools], Program]:
    def make(pools: Pools) -> Program:
        kind = pools.deal(("count", "both", "size", "wide", "growing"))
        by_size = clause == "CULL-7" or kind in ("both", "size", "growing")
        size = 20_000 if by_size else None
        count = 12 if kind == "both" else None
        if not by_size:
            count = pools.between(1, 6)
            size = 10**7 if kind == "wide" else None  # never reached, and not to be in the way
        fraction = pools.one_of((0.01, 0.1, 0.5, 1.0))
        growing = kind == "growing"  # the records grow by updates
        steps: list[Operation] = []
        names = [*IDS, *(f"n{i}" for i in range(8))]
        for msg_id in pools.shuffled(names):
            steps.append(add(msg_id, _task(pools, large=by_size and not growing)))
            if growing or pools.chance(2):
                steps.append(change(msg_id, _bulk(pools, pools.one_of((1, 3000, 4000, 30_000)))))
            earlier = pools.one_of([step.args[0] for step in steps if step.call is Call.add])
            if pools.chance(4):
                steps.append(_meanwhile(pools, earlier))
            if pools.chance(1):
                steps.append(Operation(Call.neighbour))
        again = pools.some(names[:4], 2, 5)
        steps += [add(msg_id, _task(pools, large=by_size)) for msg_id in again]
        steps += [get(again[-1]), HISTORY, find({})]
        steps += [find({"msg_id": msg_id}) for msg_id in names[:6]]  # culled or not
        steps += [find(named.pending()), find(named.completed()), find({"client_uuid": None})]
        steps.append(Operation(Call.neighbour))
        return Program(tuple(steps), Limits(count, size, fraction))

    return make


def _meanwhile(pools: Pools, msg_id: str) -> Operation:
    """What changes the line in which records go, or how many there are, or must change nothing."""
    return pools.one_of(
        (
            *(change(msg_id, {"completed": pools.one_of((None, pools.instant()))}),) * 2,
            change(msg_id, {"submitted": pools.one_of((None, pools.instant()))}),
            *(drop(msg_id), purge({"msg_id": msg_id}), purge({"completed": {"$ne": None}})),
            *(add(msg_id, {}), add("refused", {"nope": 1}), change(msg_id, {"nope": 1})),
        )
    )


def _task(pools: Pools, large: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "submitted": pools.one_of((None, pools.instant(), pools.instant())),
        "completed": pools.one_of((None, pools.instant())),
    }
    return fields | _bulk(pools, 4000) if large else fields


def _bulk(pools: Pools, size: int) -> dict[str, Any]:
    """A field that holds so many bytes, at some depth."""
    text = "x" * size
    shapes: tuple[dict[str, Any], ...] = (
        *({"header": {"a": text}}, {"content": {"a": [{"b": text}]}}, {"metadata": {text: 1}}),
        *({"stdout": text}, {"label": text}, {"result_content": {"a": {"b": {"c": text}}}}),
        *({"buffers": [text.encode()]}, {"result_buffers": [b"", text.encode()]}),
        *({"header": {"a": [text]}}, {"content": {"a": ["x" * 100] * (size // 100)}}),
        {"error": {"a": text.encode()}},
    )
    return pools.one_of(shapes)


for _name in ("CULL-1", "CULL-2", "CULL-3", "CULL-4", "CULL-5", "CULL-6", "CULL-7", "CULL-8"):
    LIMITED[_name] = _limited(_name)


@scenario("NODB-1", "NODB-2", "NODB-3")
def into_nothing(pools: Pools) -> list[Operation]:
    one = pools.msg_id()
    writes = [
        *(add(one, record(pools)), change(one, update(pools)), drop(one), purge({"label": "a"})),
        *(
            Operation(Call.add, (pools.deal((None, [], {})), None)),
            Operation(Call.update, ({}, "x")),
            drop([]),
            purge(5),
        ),
    ]
    reads = [get(one), find({}), find({"label": None}, ["label"]), HISTORY]
    return pools.shuffled([*writes, *reads])


@scenario("NODB-4")
def into_nothing_for_long(pools: Pools) -> list[Operation]:
    return [Operation(Call.hoard)]
