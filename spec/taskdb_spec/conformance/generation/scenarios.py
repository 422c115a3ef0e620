"""Programs made for one clause each. A clause passes on what its own programs, and others, show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from taskdb_spec import named
from taskdb_spec.backend import Limits
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.generation import faults
from taskdb_spec.conformance.generation.pools import (
    BUFFER_PLACES,
    BYTES,
    DICT_PLACES,
    IDS,
    INTS,
    LOOKALIKES,
    NEVER,
    ODD_KEYS,
    ODD_WORDS,
    TEXT_PLACES,
    TIME_PLACES,
    Pools,
)
from taskdb_spec.conformance.generation.queries import MAKERS
from taskdb_spec.conformance.generation.records import CLIENTS, ENGINES, FIELDS, record, update
from taskdb_spec.conformance.operations import Call, Operation, Program

Scenario: TypeAlias = Callable[[Pools], list[Operation]]
SCENARIOS: dict[str, Scenario] = {}
LIMITED: dict[str, Callable[[Pools], Program]] = {}


def scenario(*names: str) -> Callable[[Scenario], Scenario]:
    def register(function: Scenario) -> Scenario:
        SCENARIOS.update(dict.fromkeys(names, function))
        return function

    return register


def program_for(clause: str, pools: Pools) -> Program:
    """A program that exercises the clause."""
    if clause in LIMITED:
        return LIMITED[clause](pools)
    if clause in SCENARIOS:
        return Program(tuple(SCENARIOS[clause](pools)))
    if clause in MAKERS:
        return Program(tuple(_query_program(clause, pools)))
    if clause in faults.RECORDS:
        return Program(tuple(_record_fault(clause, pools)))
    return Program(tuple(_query_fault(clause, pools)))


# Building blocks


def add(msg_id: str, fields: dict[str, Any] | None = None, **more: Any) -> Operation:
    return Operation(Call.add, (msg_id, fields or {}), **more)


def change(msg_id: str, fields: dict[str, Any], **more: Any) -> Operation:
    return Operation(Call.update, (msg_id, fields), **more)


def get(msg_id: Any, **more: Any) -> Operation:
    return Operation(Call.get, (msg_id,), **more)


def drop(msg_id: Any, **more: Any) -> Operation:
    return Operation(Call.drop, (msg_id,), **more)


def find(check: Any, *keys: Any, **more: Any) -> Operation:
    return Operation(Call.find, (check, *keys), **more)


def purge(check: Any, **more: Any) -> Operation:
    return Operation(Call.purge, (check,), **more)


HISTORY = Operation(Call.history)


def ids(pools: Pools, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        msg_id = pools.msg_id()
        if msg_id not in found:
            found.append(msg_id)
    return found


def some_records(pools: Pools, low: int = 1, high: int = 4) -> list[Operation]:
    return [add(msg_id, record(pools, 2)) for msg_id in ids(pools, pools.between(low, high))]


# Queries and faults


def _query_program(clause: str, pools: Pools) -> list[Operation]:
    samples = [MAKERS[clause](pools) for _ in range(pools.between(1, 2))]
    plants = [p for sample in samples for p in sample.plants[:1] * pools.one_of((1, 1, 2))]
    for sample in samples:
        plants += pools.some(sample.plants or ({},), 2, 4)
    query = samples[0].query
    steps = [
        add(msg_id, {**record(pools, 0), **plant})
        for msg_id, plant in zip(ids(pools, len(plants)), plants, strict=True)
    ]
    steps = pools.shuffled(steps)
    steps.append(find({"msg_id": {"$in": [step.args[0] for step in steps[:2]]}}))
    steps += [find(sample.query, aim=clause) for sample in samples]
    if clause == "QRY-2":
        steps.append(find({"msg_id": steps[0].args[0], **query}, aim=clause))
    if clause == "GLB-7" or pools.chance(2):
        steps.append(purge(query, aim=clause))
    return steps


def _query_fault(clause: str, pools: Pools) -> list[Operation]:
    if clause in faults.KEYS:
        bad, good = faults.KEYS[clause](pools)
        check = pools.one_of(({}, {"msg_id": "never"}))
        return [*some_records(pools), find(check, bad), find(check, good, aim=clause)]
    steps = some_records(pools)
    for _ in range(3):
        bad, good = faults.QUERIES[clause](pools)
        steps.append(find(bad))
        if good is not None:
            steps.append(find(good, aim=clause))
    return steps


def _record_fault(clause: str, pools: Pools) -> list[Operation]:
    bad, good = faults.RECORDS[clause](pools)
    one, other, third = ids(pools, 3)
    steps = [add(one, record(pools, 1)), change(one, bad), change(one, good, aim=clause)]
    if clause != "UPD-6":
        steps += [add(other, bad), add(third, good, aim=clause)]
    return [steps[0], *pools.shuffled(steps[1:])]


def _any_fault(pools: Pools) -> tuple[Any, Any]:
    """A malformed query, a dict, of a capability that is at hand."""
    at_hand = [
        clause
        for clause in faults.QUERIES
        if clause != "QRY-8" and clauses()[clause].lacks is None
        if clauses()[clause].needs <= pools.capabilities
    ]
    return faults.QUERIES[pools.one_of(at_hand)](pools)


@scenario("QRY-9")
def refused_when_empty(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    return [find(bad), purge(bad), find(good, aim="QRY-9")]


@scenario("QRY-10")
def refused_when_unreachable(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    checks = [{"msg_id": "never", **bad}, {**bad, "msg_id": {"$in": []}}]
    for place, condition in bad.items():
        if isinstance(condition, dict) and all(str(name).startswith("$") for name in condition):
            checks.append({place: {"$in": [], **condition}})
    check = pools.one_of(checks)
    fine = find({"msg_id": "never", **good}, aim="QRY-10")
    return [*some_records(pools), find(check, aim="QRY-10"), fine]


@scenario("LOG-2")
def refused_in_every_branch(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    never = {"msg_id": "never"}
    check = pools.one_of(
        ({"$or": [{}, bad]}, {"$and": [never, bad]}, {"$nor": [{}, bad]}, {"$or": [bad, {}]})
    )
    fine = find({"$or": [{}, good]}, aim="LOG-2")
    return [*some_records(pools), find(check, aim="LOG-2"), fine]


@scenario("PURGE-3", "ERR-4")
def malformed_purge(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    good = good or {"label": "a"}
    return [*some_records(pools), purge(bad), find(bad), purge(good, aim="PURGE-3")]


# Records


@scenario("ADD-1", "GET-1", "GET-2", "RET-1", "ERR-2", "ERR-5")
def add_and_get(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    steps = [add(one, record(pools, 0)), get(one), get(pools.one_of(NEVER)), get(other)]
    return [*steps, change(other, {"label": "a"}), drop(other), drop(one), get(one)]


@scenario("REC-1", "REC-2")
def sparse_and_full(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    sparse = {name: pools.field_value(name) for name in pools.some(FIELDS, 0, 2)}
    full = {name: pools.field_value(name) for name in FIELDS}
    return [add(one, sparse), add(other, full), get(one), get(other)]


@scenario("REC-3")
def fields_of_none(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    chosen = pools.some(FIELDS, 1, 4)
    steps = [add(one, dict.fromkeys(chosen)), add(other, dict.fromkeys(FIELDS))]
    values = {name: pools.field_value(name) for name in chosen}
    return [*steps, change(one, values), change(one, dict.fromkeys(chosen))]


@scenario("UPD-1", "UPD-2", "UPD-3")
def updates(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    name = pools.one_of(FIELDS)
    steps = [add(one, {**record(pools, 2), name: _full(pools, name)}), add(other, record(pools, 2))]
    steps += [change(one, {name: pools.field_value(name)}), change(other, update(pools))]
    place = pools.one_of(DICT_PLACES)
    steps.append(change(one, {place: {"a": {"b": "c", "d": ["e"]}, "f": [1, 2]}}))
    return [*steps, change(one, {place: {"a": {"g": "h"}, "f": [3]}}), get(one)]


def _full(pools: Pools, name: str) -> Any:
    value = pools.field_value(name)
    if name in DICT_PLACES and not value:
        return {"a": "b", "c": {"d": "e"}}
    return value or pools.field_value(name)


@scenario("UPD-4")
def empty_update(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    return [add(one, record(pools)), add(other, record(pools)), change(one, {}), get(one)]


@scenario("UPD-5", "DROP-2", "DROP-1", "ADD-4")
def absent_ids(pools: Pools) -> list[Operation]:
    one, other, third = ids(pools, 3)
    absent = pools.one_of((third, *NEVER))
    steps = [add(one, record(pools)), add(other, record(pools)), change(absent, update(pools))]
    steps += [change(absent, {}), drop(absent), change(one, update(pools)), drop(one)]
    steps += [change(one, {"label": "a"}), drop(one), find({}), add(one, record(pools, 1))]
    return [*steps, get(one), change(one, update(pools)), HISTORY]


@scenario("ADD-2", "ADD-3", "ERR-1")
def duplicates(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    first = record(pools)
    again = pools.one_of((first, record(pools), {}, {**first, "label": "other"}))
    return [add(one, first), add(other, record(pools)), add(one, again), get(one)]


@scenario("CLOSE-1", "NODB-5")
def closing(pools: Pools) -> list[Operation]:
    return [*some_records(pools, 0, 2), Operation(Call.close)]


@scenario("KEEP-1")
def crowded(pools: Pools) -> list[Operation]:
    return [Operation(Call.crowd, (1100,))]


@scenario("REC-5")
def another_id(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    near = pools.one_of((other, one + " ", one.upper(), one.lower(), one[:-1], ""))
    wrong = near if near != one else "other"
    steps = [
        change(one, {"label": "a", "msg_id": wrong}),
        change(one, {"msg_id": one}, aim="REC-5"),
    ]
    steps += [add(other, {"msg_id": other}, aim="REC-5"), add("g", {"msg_id": wrong, "queue": "b"})]
    return [add(one, record(pools)), *pools.shuffled(steps)]


@scenario("REC-11")
def no_ids(pools: Pools) -> list[Operation]:
    pairs = pools.some(faults.NO_IDS, 3, 3)
    steps = [add(live, record(pools, 1)) for live in {live: None for live, _ in pairs}]
    for live, bad in pairs:
        calls = [get(bad), drop(bad), change(bad, {"label": "a"})]
        steps += [*pools.shuffled(calls), add(bad, {"label": "a"}), get(live)]
    return steps


@scenario("REC-10", "ERR-3")
def refused_and_unchanged(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    bad, _ = faults.RECORDS[pools.one_of(sorted(set(faults.RECORDS) - {"REC-7"}))](pools)
    if pools.chance(4):  # refused late by many a store, as it measures the buffers
        bad = {"label": "x", "buffers": [b"a", pools.one_of((5, None))], "queue": "y"}
    return [add(one, record(pools)), change(one, bad), get(one), add(other, bad), get(other)]


# Values

_ENDS = ("inf", "-inf", "nan")
_VALUES: dict[str, Callable[[Pools], Any]] = {
    "VAL-1": lambda pools: pools.one_of(ODD_WORDS),
    "VAL-2": lambda pools: pools.one_of(LOOKALIKES),
    "VAL-3": lambda pools: pools.one_of(([], {}, "", b"", [[]], {"a": {}}, [None], None)),
    "VAL-4": lambda pools: pools.one_of((True, False)),
    "VAL-5": lambda pools: pools.one_of(INTS),
    "VAL-6": lambda pools: pools.one_of((1.0, -0.0, 0.1, 1e300, 5e-324, *map(float, _ENDS))),
    "VAL-7": lambda pools: pools.one_of(BYTES),
    "VAL-8": lambda pools: pools.instant(),
    "VAL-9": lambda pools: {pools.one_of(ODD_KEYS): "x", pools.one_of(ODD_KEYS): "y", "a": "z"},
    "VAL-10": lambda pools: pools.one_of((pools.value(4), _nest(pools, pools.between(2, 8)))),
}


def _nest(pools: Pools, depth: int) -> Any:
    """A value at the bottom of lists and dicts, with others beside it on the way."""
    if depth == 0:
        return pools.scalar()
    inner = _nest(pools, depth - 1)
    return pools.one_of(([inner], [1, inner, "b"], {"a": inner}, {"a": "b", "c": inner}))


def _values(clause: str) -> Scenario:
    def make(pools: Pools) -> list[Operation]:
        value = _VALUES[clause](pools)
        shapes = ({"a": value}, {"a": [value, value]}, {"a": {"b": [value]}}, {"b": 1, "a": value})
        fields: dict[str, Any] = {pools.one_of(DICT_PLACES): pools.one_of(shapes)}
        if isinstance(value, str):
            fields[pools.one_of(TEXT_PLACES)] = value
            fields[pools.one_of(DICT_PLACES)] = {value: value}
        if clause == "VAL-9":
            fields = {pools.one_of(DICT_PLACES): value}
        if clause == "VAL-3":
            fields[pools.one_of(BUFFER_PLACES)] = pools.one_of(([], [b""]))
            fields[pools.one_of(DICT_PLACES)] = {}
        return _write_and_read(pools, fields)

    return make


for _clause in _VALUES:
    SCENARIOS[_clause] = _values(_clause)


def _write_and_read(pools: Pools, fields: dict[str, Any]) -> list[Operation]:
    one, other = ids(pools, 2)
    return [add(one, fields), add(other, {}), change(other, fields), get(one), find({})]


@scenario("BUF-1", "BUF-2")
def buffers(pools: Pools) -> list[Operation]:
    kinds = [pools.one_of((bytes, bytearray, memoryview)) for _ in range(3)]
    given = [kind(b) for kind, b in zip(kinds, pools.some(BYTES, 3, 3), strict=True)]
    plain = pools.some(BYTES, 1, 3)
    return _write_and_read(
        pools, {"buffers": pools.one_of((given, plain)), "result_buffers": plain}
    )


@scenario("BUF-3")
def large_buffers(pools: Pools) -> list[Operation]:
    one = pools.msg_id()
    large = pools.one_of((b"x", b"\x00")) * pools.one_of((2**16, 2**20))
    return [add(one, {"buffers": [b"a", large]}), get(one)]


@scenario("TIME-1")
def timestamps(pools: Pools) -> list[Operation]:
    return _write_and_read(pools, {name: pools.instant() for name in pools.some(TIME_PLACES, 1, 3)})


# Reading


@scenario("FIND-1", "QRY-1", "FIND-2")
def whole_records(pools: Pools) -> list[Operation]:
    steps = [find({}), *some_records(pools)]
    return [*steps, find({}), find({"msg_id": "never"}), drop(steps[1].args[0]), find({})]


@scenario("KEYS-1", "KEYS-2", "KEYS-3")
def projections(pools: Pools) -> list[Operation]:
    names = pools.some(("msg_id", *FIELDS), 1, 3)
    keys = pools.one_of(
        (names, tuple(names), [*names, names[0]], [*names, "msg_id"], list(set(names)))
    )
    keys = sorted(keys) if isinstance(keys, list) and pools.chance(5) else keys
    check = pools.one_of(({}, {"completed": None}, {"label": {"$ne": "a"}}))
    return [*some_records(pools), find(check, keys), find(check, pools.one_of((None, [], ())))]


@scenario("HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-5")
def histories(pools: Pools) -> list[Operation]:
    same = pools.instant()
    at = [None, same, pools.instant(), pools.instant(), pools.offset(pools.instant())]
    steps = [
        add(msg_id, {"submitted": pools.one_of(at)}) for msg_id in ids(pools, pools.between(2, 6))
    ]
    one = steps[0].args[0]
    look = pools.one_of((find({}), get(one), find({"msg_id": one})))
    steps += [HISTORY, look, HISTORY, change(one, {"submitted": pools.one_of(at)}), HISTORY]
    return [*steps, drop(one), HISTORY]


@scenario("PURGE-1", "PURGE-2")
def purges(pools: Pools) -> list[Operation]:
    steps = some_records(pools, 2, 5)
    one = steps[0].args[0]
    check = pools.one_of(({"msg_id": one}, {"completed": None}, {"msg_id": {"$in": [one, "z"]}}))
    steps += [find(check), find({}), purge(check), find(check), find({}), HISTORY]
    steps += [add("z", {}), purge({}), HISTORY, find({}), find(check)]
    return [*steps, add(one, record(pools)), get(one), HISTORY]


@scenario("HUB-1")
def purge_by_engine(pools: Pools) -> list[Operation]:
    steps = [
        add(
            msg_id,
            {
                "engine_uuid": pools.one_of(ENGINES),
                "completed": pools.one_of((None, pools.instant())),
            },
        )
        for msg_id in ids(pools, 4)
    ]
    return [*steps, purge(named.finished_on(pools.one_of(ENGINES)), aim="HUB-1")]


@scenario("HUB-3")
def output_first(pools: Pools) -> list[Operation]:
    one = pools.msg_id()
    early = {"msg_id": one, "submitted": None, "header": None, "stdout": pools.text()}
    late = {"submitted": pools.instant(), "header": pools.document(), "client_uuid": CLIENTS[0]}
    late |= {
        "buffers": [b"a"],
        "error": {"ename": "E"},
        "display_data": {"a": "b"},
        "started": None,
    }
    return [add(one, early), change(one, late, aim="HUB-3"), get(one), HISTORY]


# Isolation


@scenario("ISO-1", "ISO-2", "ISO-3", "ISO-4", "ISO-5", "ISO-6", "ISO-7", "ISO-8")
def private_objects(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    deep: dict[str, Any] = {name: {"a": {"b": ["c", {"d": []}]}} for name in DICT_PLACES}
    deep |= {name: pools.one_of(([bytearray(b"a"), b"b"], [b"a"], [])) for name in BUFFER_PLACES}
    steps = [add(one, {**record(pools, 1), **deep}, scribble=True), add(other, record(pools, 1))]
    steps.append(change(other, {**update(pools), **deep}, scribble=True))
    keys = pools.some((*DICT_PLACES, *BUFFER_PLACES), 1, 3) + pools.some(("msg_id",), 0, 1)
    check = {"msg_id": {"$in": [one, other]}, "label": {"$ne": "zz"}}
    reads = [get(one, scribble=True), find(check, scribble=True), find(check, keys, scribble=True)]
    reads.append(HISTORY.but(scribble=True))
    steps += [*pools.shuffled(reads), purge({"msg_id": {"$in": [one]}, "label": {"$ne": "q"}})]
    bad, _ = faults.RECORDS[pools.one_of(("REC-4", "REC-6", "REC-9", "REC-9"))](pools)
    return [*steps, change(other, bad)]  # refused, and left as it was all the same


@scenario("ISO-9")
def two_stores(pools: Pools) -> list[Operation]:
    return [*some_records(pools), Operation(Call.neighbour), HISTORY]


# Durability


@scenario("DUR-1", "DUR-2")
def reopened(pools: Pools) -> list[Operation]:
    steps = some_records(pools, 2, 4)
    one, other = steps[0].args[0], steps[1].args[0]
    again = Operation(Call.reopen)
    steps += [drop(one), change(other, update(pools))]
    if pools.chance(5):
        steps.append(purge(pools.one_of(({}, {"completed": None}, {"msg_id": other}))))
    steps.insert(pools.between(1, len(steps)), again)
    return [*steps, again, HISTORY, find({}), add(one, record(pools)), again, get(one)]


# Culling


def _limited(clause: str) -> Callable[[Pools], Program]:
    def make(pools: Pools) -> Program:
        by_size = clause == "CULL-7" or pools.chance(2)
        size = 20_000 if by_size else None
        count = None if by_size else pools.between(1, 6)
        fraction = pools.one_of((0.01, 0.1, 0.5, 1.0))
        steps: list[Operation] = []
        names = [*IDS, *(f"n{i}" for i in range(8))]
        for msg_id in pools.shuffled(names):
            steps.append(add(msg_id, _task(pools, large=by_size)))
            if pools.chance(2):
                steps.append(change(msg_id, {"label": "x" * pools.one_of((1, 3000))}))
            if pools.chance(1):
                steps.append(Operation(Call.neighbour))
        again = pools.one_of([step.args[0] for step in steps if step.call is Call.add][:4])
        steps += [add(again, _task(pools, large=by_size)), get(again), HISTORY, find({})]
        steps.append(Operation(Call.neighbour))
        return Program(tuple(steps), Limits(count, size, fraction))

    return make


def _task(pools: Pools, large: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "submitted": pools.one_of((None, pools.instant(), pools.instant())),
        "completed": pools.one_of((None, pools.instant())),
    }
    if large:
        fields |= pools.one_of(
            ({"header": {"a": "x" * 4000}}, {"stdout": "x" * 4000}, {"buffers": [b"x" * 4000]})
        )
    return fields


for _name in ("CULL-1", "CULL-2", "CULL-3", "CULL-4", "CULL-5", "CULL-6", "CULL-7", "CULL-8"):
    LIMITED[_name] = _limited(_name)


# A store that stores nothing


@scenario("NODB-1", "NODB-2", "NODB-3")
def into_nothing(pools: Pools) -> list[Operation]:
    one = pools.msg_id()
    writes = [
        *(add(one, record(pools)), change(one, update(pools)), drop(one), purge({"label": "a"})),
        *(Operation(Call.add, (None, None)), Operation(Call.update, ({}, "x")), drop([]), purge(5)),
    ]
    reads = [get(one), find({}), find({"label": None}, ["label"]), HISTORY]
    return pools.shuffled([*writes, *reads])


@scenario("NODB-4")
def into_nothing_for_long(pools: Pools) -> list[Operation]:
    return [Operation(Call.hoard)]
