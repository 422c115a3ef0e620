"""Programs that search, list the history, and drop by query."""

from __future__ import annotations

from typing import Any

from taskdb_spec import queries
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    add_records,
    draw_ids,
    drop,
    find,
    find_written_values,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.records import (
    CLIENT_UUIDS,
    ENGINE_UUIDS,
    FIELDS_WITHOUT_ID,
    draw_record,
)
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    EXTREME_TIMESTAMPS,
    ValueGenerator,
)


@targeted_program("FIND-1", "QRY-1", "FIND-2")
def search_for_everything(generator: ValueGenerator) -> list[Operation]:
    """Search with the empty query, before and after records are added and dropped."""
    steps = [find({}), *add_records(generator)]
    return [*steps, find({}), find({"msg_id": "never"}), drop(steps[1].args[0]), find({})]


@targeted_program("KEYS-1", "KEYS-2", "KEYS-3")
def projections(generator: ValueGenerator) -> list[Operation]:
    """Search with keys as a list and as a tuple, in any order, repeated, and empty."""
    names = (
        generator.sample(("msg_id", *FIELDS_WITHOUT_ID), 1, 5)
        if generator.chance(0.8)
        else [*FIELDS_WITHOUT_ID]
    )
    keys = generator.choice(
        (names, tuple(names), [*names, names[0]], [*names, "msg_id"], list(dict.fromkeys(names)))
    )
    keys = sorted(keys) if isinstance(keys, list) and generator.chance(0.5) else keys
    # The id alone: it is part of every answer, so a store may take these keys for none.
    keys = generator.next_in_rotation((keys, keys, keys, ["msg_id"]))
    query = generator.choice(({}, {"completed": None}, {"label": {"$ne": "a"}}))
    full = {name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}
    full |= {name: [b"a"] for name in BUFFER_FIELDS}
    # A record with a value for each key, and one with None for each.
    steps = [*add_records(generator), add("g", full), add("h", dict.fromkeys(FIELDS_WITHOUT_ID))]
    steps += [find(query, keys), find({}, keys), find(query, generator.choice((None, [], ())))]
    return [*steps, find({}, keys, keys_by_keyword=True)]


@targeted_program("HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-5")
def histories(generator: ValueGenerator) -> list[Operation]:
    """List the history of records that share timestamps, and again after reads and changes."""
    # The last timestamp of the calendar: a store may use it for records without `submitted`.
    same = generator.next_in_rotation(
        (generator.timestamp(), generator.timestamp(), EXTREME_TIMESTAMPS[-1])
    )
    others = [
        None,
        same + generator.tick,
        generator.similar_value(same),
        generator.with_other_offset(generator.timestamp()),
    ]
    submitted = [same, *(others if generator.chance(0.6) else [])]
    more = {
        name: generator.field_value(name) for name in generator.choices(FIELDS_WITHOUT_ID, 0, 6)
    }
    first, *ids = draw_ids(generator, generator.integer(2, 6))
    if "10" not in ids:
        # A column may take an id of digits for a number.
        first = generator.next_in_rotation(("10", first, first))
    steps = [add(msg_id, {"submitted": generator.choice(submitted)}) for msg_id in (first, *ids)]
    one = steps[0].args[0]
    # A read between two histories must not change their order (HIST-5).
    read = generator.next_in_rotation(
        (find({}), get(one), find({"msg_id": one}), find({}, ["label"]))
    )
    change = update(one, {**more, "submitted": generator.choice(submitted)})
    steps += [GET_HISTORY, read, GET_HISTORY, change, GET_HISTORY]
    return [*steps, generator.choice((drop(one), purge({"msg_id": one}))), GET_HISTORY]


@targeted_program("PURGE-1", "PURGE-2")
def purges(generator: ValueGenerator) -> list[Operation]:
    """Purge some records, then all, then none, and look for what is left each time."""
    steps = add_records(generator, 2, 5)
    one = steps[0].args[0]
    both: dict[str, Any] = {"msg_id": {"$in": ["z", *(step.args[0] for step in steps)]}}
    both["completed"] = generator.choice(({"$ne": None}, None))
    unassigned = {"engine_uuid": None, "completed": both["completed"]}
    twice = {"msg_id": {"$in": [one, "z", one]}}
    # `both` twice: a store that looks ids up may ignore the second condition.
    query = generator.next_in_rotation(
        ({"msg_id": one}, both, twice, unassigned, {"completed": None}, both)
    )
    steps += [find(query), find({}), purge(query), find(query), find({}), GET_HISTORY]
    steps += find_written_values(generator, steps)
    steps += [add("z", {}), purge({}), GET_HISTORY, find({}), find(query), purge({})]
    return [*steps, add(one, draw_record(generator)), get(one), GET_HISTORY]


@targeted_program("HUB-1")
def purge_by_engine(generator: ValueGenerator) -> list[Operation]:
    """Purge the completed tasks of one engine, as the Hub does when a client asks for it."""
    steps = [
        add(
            msg_id,
            {
                "engine_uuid": generator.choice((*ENGINE_UUIDS, None)),
                "completed": generator.choice((None, generator.timestamp())),
            },
        )
        for msg_id in draw_ids(generator, 4)
    ]
    engine = generator.choice(ENGINE_UUIDS)
    # At least one record matches.
    finished = {"engine_uuid": engine, "completed": generator.timestamp()}
    steps.append(update(generator.choice(steps).args[0], finished))
    return [*steps, purge(queries.finished_on(engine), target_clause="HUB-1")]


@targeted_program("HUB-3")
def output_before_task(generator: ValueGenerator) -> list[Operation]:
    """Add a record for output that arrives before its task, then update it with the task."""
    one = generator.msg_id()
    output = {"msg_id": one, "submitted": None, "header": None, "stdout": generator.text()}
    task = {
        "submitted": generator.timestamp(),
        "header": generator.document(),
        "client_uuid": CLIENT_UUIDS[0],
        "buffers": [b"a"],
        "error": {"ename": "E"},
        "display_data": {"a": "b"},
        "started": None,
    }
    return [add(one, output), update(one, task, target_clause="HUB-3"), get(one), GET_HISTORY]
