"""Programs that search, list the history, and drop by query."""

from __future__ import annotations

from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import (
    HISTORY,
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
from taskdb_spec.conformance.generation.records import CLIENTS, ENGINES, FIELDS, record
from taskdb_spec.conformance.generation.values import BUFFER_PLACES, FAR, Pools


@scenario("FIND-1", "QRY-1", "FIND-2")
def whole_records(pools: Pools) -> list[Operation]:
    steps = [find({}), *some_records(pools)]
    return [*steps, find({}), find({"msg_id": "never"}), drop(steps[1].args[0]), find({})]


@scenario("KEYS-1", "KEYS-2", "KEYS-3")
def projections(pools: Pools) -> list[Operation]:
    names = pools.sample(("msg_id", *FIELDS), 1, 5) if pools.chance(8) else [*FIELDS]
    keys = pools.one_of(
        (names, tuple(names), [*names, names[0]], [*names, "msg_id"], list(dict.fromkeys(names)))
    )
    keys = sorted(keys) if isinstance(keys, list) and pools.chance(5) else keys
    check = pools.one_of(({}, {"completed": None}, {"label": {"$ne": "a"}}))
    full = {name: pools.field_value(name) for name in FIELDS}
    full |= {name: [b"a"] for name in BUFFER_PLACES}
    steps = [*some_records(pools), add("g", full), add("h", dict.fromkeys(FIELDS))]
    steps += [find(check, keys), find({}, keys), find(check, pools.one_of((None, [], ())))]
    return [*steps, find({}, keys, by_name=True)]


@scenario("HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-5")
def histories(pools: Pools) -> list[Operation]:
    same = pools.deal((pools.instant(), pools.instant(), FAR[-1]))
    others = [None, same + pools.tick, pools.near(same), pools.offset(pools.instant())]
    at = [same, *(others if pools.chance(6) else [])]
    more = {name: pools.field_value(name) for name in pools.some(FIELDS, 0, 6)}
    steps = [
        add(msg_id, {"submitted": pools.one_of(at)}) for msg_id in ids(pools, pools.between(2, 6))
    ]
    one = steps[0].args[0]
    look = pools.deal((find({}), get(one), find({"msg_id": one}), find({}, ["label"])))
    steps += [HISTORY, look, HISTORY, change(one, {**more, "submitted": pools.one_of(at)}), HISTORY]
    return [*steps, pools.one_of((drop(one), purge({"msg_id": one}))), HISTORY]


@scenario("PURGE-1", "PURGE-2")
def purges(pools: Pools) -> list[Operation]:
    steps = some_records(pools, 2, 5)
    one = steps[0].args[0]
    both: dict[str, Any] = {"msg_id": {"$in": ["z", *(step.args[0] for step in steps)]}}
    both["completed"] = pools.one_of(({"$ne": None}, None))
    check = pools.one_of(
        ({"msg_id": one}, {"completed": None}, {"msg_id": {"$in": [one, "z"]}}, both, both)
    )
    steps += [find(check), find({}), purge(check), find(check), find({}), HISTORY]
    steps += looks(pools, steps)
    steps += [add("z", {}), purge({}), HISTORY, find({}), find(check), purge({})]
    return [*steps, add(one, record(pools)), get(one), HISTORY]


@scenario("HUB-1")
def purge_by_engine(pools: Pools) -> list[Operation]:
    steps = [
        add(
            msg_id,
            {
                "engine_uuid": pools.one_of((*ENGINES, None)),
                "completed": pools.one_of((None, pools.instant())),
            },
        )
        for msg_id in ids(pools, 4)
    ]
    engine = pools.one_of(ENGINES)
    finished = {"engine_uuid": engine, "completed": pools.instant()}
    steps.append(change(pools.one_of(steps).args[0], finished))
    return [*steps, purge(named.finished_on(engine), aim="HUB-1")]


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
