"""Programs for a store with limits, from which it must cull records."""

from __future__ import annotations

from functools import partial
from typing import Any

from taskdb_spec import queries
from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.program import Method, Operation, Program, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.targeted.registry import LIMITED_PROGRAMS
from taskdb_spec.conformance.generation.values import IDS, ValueGenerator

CULLING_CLAUSES = (
    *("CULL-1", "CULL-2", "CULL-3", "CULL-4", "CULL-5", "CULL-6", "CULL-7", "CULL-8"),
)
SIZE_LIMIT_BYTES = 20_000
"""Five large records: a program of fourteen adds passes the limit several times."""
UNREACHED_SIZE_LIMIT_BYTES = 10**7
"""A size limit that no program reaches, so that only the limit on the count is effective."""
LARGE_FIELD_BYTES = 4_000
RECORD_COUNT_BESIDE_SIZE = 12
"""The limit on the count in programs with both limits. The size is usually passed first."""


def _culling_program(clause: str, generator: ValueGenerator) -> Program:
    # The limits: on the count; on count and size; on the size; on the count, with a size limit
    # that is never reached; on the size, with records that grow by updates alone.
    kind = generator.next_in_rotation(("count", "both", "size", "unreached size", "growing"))
    has_size_limit = clause == "CULL-7" or kind in ("both", "size", "growing")
    limits = _draw_limits(generator, kind, has_size_limit=has_size_limit)
    is_growing = kind == "growing"
    names = [*IDS, *(f"n{i}" for i in range(8))]
    steps: list[Operation] = []
    for msg_id in generator.permutation(names):
        steps.append(add(msg_id, _draw_task(generator, is_large=has_size_limit and not is_growing)))
        steps += _draw_interleaved_steps(generator, steps, msg_id, is_growing=is_growing)
    again = generator.choices(names[:4], 2, 5)
    # Some of these ids were culled and can be added again (CULL-6); others are still stored.
    steps += [add(msg_id, _draw_task(generator, is_large=has_size_limit)) for msg_id in again]
    return Program((*steps, *_closing_steps(again[-1], names)), limits)


def _draw_limits(generator: ValueGenerator, kind: str, *, has_size_limit: bool) -> Limits:
    if has_size_limit:
        count = RECORD_COUNT_BESIDE_SIZE if kind == "both" else None
        size: int | None = SIZE_LIMIT_BYTES
    else:
        count = generator.integer(1, 6)
        size = UNREACHED_SIZE_LIMIT_BYTES if kind == "unreached size" else None
    # From "cull as little as possible" to "cull everything else".
    fraction = generator.choice((0.01, 0.1, 0.5, 1.0))
    return Limits(count, size, fraction)


def _draw_interleaved_steps(
    generator: ValueGenerator, steps: list[Operation], msg_id: str, *, is_growing: bool
) -> list[Operation]:
    """Return operations between two adds; `msg_id` was added last, by the last of `steps`."""
    interleaved: list[Operation] = []
    if is_growing or generator.chance(0.2):
        # 30,000 bytes: a record that is larger than the limit on its own.
        size = generator.choice((1, 3000, 4000, 30_000))
        interleaved.append(update(msg_id, _draw_large_field(generator, size)))
    earlier = generator.choice([step.args[0] for step in steps if step.call is Method.add])
    if generator.chance(0.4):
        interleaved.append(_draw_change(generator, earlier))
    if generator.chance(0.1):
        interleaved.append(Operation(StoreAction.second_store))
    return interleaved


def _draw_change(generator: ValueGenerator, msg_id: str) -> Operation:
    """Return an operation that may change which record is culled next, or that must not."""
    complete = update(msg_id, {"completed": generator.choice((None, generator.timestamp()))})
    submit = update(msg_id, {"submitted": generator.choice((None, generator.timestamp()))})
    removals = (drop(msg_id), purge({"msg_id": msg_id}), purge({"completed": {"$ne": None}}))
    refused = (add(msg_id, {}), add("refused", {"nope": 1}), update(msg_id, {"nope": 1}))
    # `complete` twice: whether a record is completed decides first (CULL-3).
    return generator.choice((complete, complete, submit, *removals, *refused))


def _closing_steps(last_added: str, names: list[str]) -> list[Operation]:
    """Return reads that show which records are stored, and which are reported as culled."""
    steps = [get(last_added), GET_HISTORY, find({})]
    steps += [find({"msg_id": msg_id}) for msg_id in names[:6]]
    # Queries that a store may answer from an index, which culling has to update.
    steps += [find(queries.pending()), find(queries.completed()), find({"client_uuid": None})]
    return [*steps, Operation(StoreAction.second_store)]


def _draw_task(generator: ValueGenerator, *, is_large: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "submitted": generator.choice((None, generator.timestamp(), generator.timestamp())),
        "completed": generator.choice((None, generator.timestamp())),
    }
    return fields | _draw_large_field(generator, LARGE_FIELD_BYTES) if is_large else fields


def _draw_large_field(generator: ValueGenerator, size: int) -> dict[str, Any]:
    """Return a field of `size` bytes, which are at some depth: all of them count (CULL-7)."""
    text = "x" * size
    shapes: tuple[dict[str, Any], ...] = (
        *({"header": {"a": text}}, {"content": {"a": [{"b": text}]}}, {"metadata": {text: 1}}),
        *({"stdout": text}, {"label": text}, {"result_content": {"a": {"b": {"c": text}}}}),
        *({"buffers": [text.encode()]}, {"result_buffers": [b"", text.encode()]}),
        *({"header": {"a": [text]}}, {"content": {"a": ["x" * 100] * (size // 100)}}),
        {"error": {"a": text.encode()}},
    )
    return generator.choice(shapes)


for _clause in CULLING_CLAUSES:
    LIMITED_PROGRAMS[_clause] = partial(_culling_program, _clause)
