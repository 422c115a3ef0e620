"""Random query programs: many random queries, of any shape, over a few records.

They reach combinations of operators that no query generator for a single clause produces. Most
operands are values that a record holds at the queried path, or similar values, so that most queries
match some records and not others. Queries that need an unclaimed capability are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, find, purge
from taskdb_spec.conformance.generation.queries.drawer import MAX_DEPTH, QueryDrawer
from taskdb_spec.conformance.generation.queries.registry import lookalike_query, select_claimed
from taskdb_spec.conformance.generation.values import BYTES, IDS, ValueGenerator

QUERIES_PER_PROGRAM = 25
"""So many that the cost of adding the records, and of a new store, is small beside theirs."""

TEXTS = (
    *("", "a", "b", "ab", "abc", "A", "B", "\u00e9", "\u00c9", "1", "x" * 300),
    *("a.b", "a/b", "[a]", "a\nb"),
)
DISTANCES_IN_TICKS = (0, 1, 999, 1_000, 1_000_000, 3_600_000_000)
"""At a resolution of a microsecond: up to a millisecond, a second and an hour."""
INTS = (0, 1, -1, 2, 10, 2**53, 2**53 + 1, 2**63 - 1)
FLOATS = (1.0, 2.5, 2.0**53, -0.0, float("nan"), float("inf"))
OTHER_SCALARS = (None, True, False, b"", b"a", b"ab", b"x" * 300)
SCALAR_FIELDS = ("label", "queue", "resubmitted", "submitted", "completed")
NESTED_PATHS = ("header.x", "header.x.y", "header.x.0", "header.x.y.0", "header.x.0.y", "content.x")
_OPTIONAL_PATHS = {
    Capability.documents: ("header", "content"),
    Capability.arrays: ("buffers",),
    # Twice: values of every class are found at the end of paths only.
    Capability.paths: (*NESTED_PATHS, *NESTED_PATHS),
}
"""Paths that are queried only if the backend claims the capability (L-25)."""


def random_query_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Generate records, then queries over them, and at last a purge by one of the queries."""
    scalars = _draw_scalars(generator)
    records = [_draw_record(generator, scalars) for _ in range(generator.integer(4, 7))]
    for msg_id, record in zip(generator.permutation((*IDS, "g")), records, strict=False):
        yield add(msg_id, record)
    drawer = QueryDrawer(generator, records, scalars, _select_paths(generator.capabilities))
    candidates = [drawer.query(0) for _ in range(QUERIES_PER_PROGRAM)]
    queries = select_claimed(generator, _add_lookalikes(generator, candidates))
    yield from map(find, queries)
    if queries:
        yield from (purge(generator.choice(queries)), GET_HISTORY)


def _select_paths(capabilities: frozenset[Capability]) -> list[str]:
    paths = [*SCALAR_FIELDS]
    for capability, optional in _OPTIONAL_PATHS.items():
        paths += optional if capability in capabilities else ()
    if {Capability.arrays, Capability.paths} <= capabilities:
        paths.append("buffers.0")
    return paths


def _add_lookalikes(
    generator: ValueGenerator, queries: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the queries, some followed by a lookalike, which a cached answer must not serve."""
    for query in queries:
        yield query
        if generator.chance(0.2):
            yield lookalike_query(query)


def _draw_scalars(generator: ValueGenerator) -> list[Any]:
    """Draw a few scalars, mostly of one class, because values of different classes never match."""
    timestamps, numbers = _timestamps(generator), (*INTS, *FLOATS)
    # Numbers twice: integers and floats are both compared.
    main_kind: tuple[Any, ...] = generator.choice(
        (TEXTS, timestamps, numbers, numbers, OTHER_SCALARS)
    )
    return [
        *generator.choices(main_kind, 3, 5),
        *generator.choices((*TEXTS, *timestamps, *numbers, *OTHER_SCALARS), 1, 3),
    ]


def _timestamps(generator: ValueGenerator) -> tuple[datetime, ...]:
    return tuple(EPOCH + generator.tick * ticks for ticks in DISTANCES_IN_TICKS)


def _draw_record(generator: ValueGenerator, scalars: list[Any]) -> dict[str, Any]:
    """Draw fields whose values are built from the scalars."""
    texts: list[str | None] = [value for value in scalars if isinstance(value, str)]
    texts += [None, generator.choice(TEXTS), "a"]
    timestamps = [None, *generator.choices(_timestamps(generator), 2, 2)]
    return {
        "label": generator.choice(texts),
        "queue": generator.choice(texts),
        "resubmitted": generator.choice((*texts, *timestamps)),
        "submitted": generator.choice(timestamps),
        "completed": generator.choice(timestamps),
        "header": {"x": _draw_nested_value(generator, scalars, 0)},
        "content": generator.choice(
            (None, {}, {"x": generator.choice(scalars)}, {"y": 1, "x": ""})
        ),
        "buffers": generator.choice((None, [], generator.choices(BYTES, 1, 3))),
    }


def _draw_nested_value(generator: ValueGenerator, scalars: list[Any], depth: int) -> Any:
    """Draw one of the scalars, or lists and dicts of them."""
    if depth == MAX_DEPTH or generator.chance(0.4):
        return generator.choice(scalars)
    if generator.chance(0.5) and Capability.arrays in generator.capabilities:
        return [
            _draw_nested_value(generator, scalars, depth + 1) for _ in range(generator.randbelow(4))
        ]
    names = generator.sample(("y", "x", "0"), 0, 2)
    return {name: _draw_nested_value(generator, scalars, depth + 1) for name in names}
