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
    some_records,
    targeted_program,
)
from taskdb_spec.conformance.generation.records import CLIENTS, ENGINES, FIELDS, record
from taskdb_spec.conformance.generation.values import BUFFER_PLACES, FAR, ValueGenerator


@targeted_program("FIND-1", "QRY-1", "FIND-2")
def whole_records(generator: ValueGenerator) -> list[Operation]:
    steps = [find({}), *some_records(generator)]
    return [*steps, find({}), find({"msg_id": "never"}), drop(steps[1].args[0]), find({})]


@targeted_program("KEYS-1", "KEYS-2", "KEYS-3")
def projections(generator: ValueGenerator) -> list[Operation]:
    names = generator.sample(("msg_id", *FIELDS), 1, 5) if generator.chance(8) else [*FIELDS]
    keys = generator.choice(
        (names, tuple(names), [*names, names[0]], [*names, "msg_id"], list(dict.fromkeys(names)))
    )
    keys = sorted(keys) if isinstance(keys, list) and generator.chance(5) else keys
    check = generator.choice(({}, {"completed": None}, {"label": {"$ne": "a"}}))
    full = {name: generator.field_value(name) for name in FIELDS}
    full |= {name: [b"a"] for name in BUFFER_PLACES}
    steps = [*some_records(generator), add("g", full), add("h", dict.fromkeys(FIELDS))]
    steps += [find(check, keys), find({}, keys), find(check, generator.choice((None, [], ())))]
    return [*steps, find({}, keys, keys_by_keyword=True)]


@targeted_program("HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-5")
def histories(generator: ValueGenerator) -> list[Operation]:
    same = generator.next_in_rotation((generator.timestamp(), generator.timestamp(), FAR[-1]))
    others = [
        None,
        same + generator.tick,
        generator.similar_value(same),
        generator.offset(generator.timestamp()),
    ]
    at = [same, *(others if generator.chance(6) else [])]
    more = {name: generator.field_value(name) for name in generator.choices(FIELDS, 0, 6)}
    steps = [
        add(msg_id, {"submitted": generator.choice(at)})
        for msg_id in ids(generator, generator.integer(2, 6))
    ]
    one = steps[0].args[0]
    look = generator.next_in_rotation(
        (find({}), get(one), find({"msg_id": one}), find({}, ["label"]))
    )
    steps += [
        HISTORY,
        look,
        HISTORY,
        change(one, {**more, "submitted": generator.choice(at)}),
        HISTORY,
    ]
    return [*steps, generator.choice((drop(one), purge({"msg_id": one}))), HISTORY]


@targeted_program("PURGE-1", "PURGE-2")
def purges(generator: ValueGenerator) -> list[Operation]:
    steps = some_records(generator, 2, 5)
    one = steps[0].args[0]
    both: dict[str, Any] = {"msg_id": {"$in": ["z", *(step.args[0] for step in steps)]}}
    both["completed"] = generator.choice(({"$ne": None}, None))
    check = generator.choice(
        ({"msg_id": one}, {"completed": None}, {"msg_id": {"$in": [one, "z"]}}, both, both)
    )
    steps += [find(check), find({}), purge(check), find(check), find({}), HISTORY]
    steps += looks(generator, steps)
    steps += [add("z", {}), purge({}), HISTORY, find({}), find(check), purge({})]
    return [*steps, add(one, record(generator)), get(one), HISTORY]


@targeted_program("HUB-1")
def purge_by_engine(generator: ValueGenerator) -> list[Operation]:
    steps = [
        add(
            msg_id,
            {
                "engine_uuid": generator.choice((*ENGINES, None)),
                "completed": generator.choice((None, generator.timestamp())),
            },
        )
        for msg_id in ids(generator, 4)
    ]
    engine = generator.choice(ENGINES)
    finished = {"engine_uuid": engine, "completed": generator.timestamp()}
    steps.append(change(generator.choice(steps).args[0], finished))
    return [*steps, purge(named.finished_on(engine), target_clause="HUB-1")]


@targeted_program("HUB-3")
def output_first(generator: ValueGenerator) -> list[Operation]:
    one = generator.msg_id()
    early = {"msg_id": one, "submitted": None, "header": None, "stdout": generator.text()}
    late = {
        "submitted": generator.timestamp(),
        "header": generator.document(),
        "client_uuid": CLIENTS[0],
    }
    late |= {
        "buffers": [b"a"],
        "error": {"ename": "E"},
        "display_data": {"a": "b"},
        "started": None,
    }
    return [add(one, early), change(one, late, target_clause="HUB-3"), get(one), HISTORY]
