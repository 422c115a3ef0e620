"""Random query programs: many random queries, of any shape, over a few records.

They reach combinations of operators that no query generator for a single clause produces. Most
operands are values that a record holds at the queried path, or similar values, so that most queries
match some records and not others. Queries that need an unclaimed capability are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, find, purge
from taskdb_spec.conformance.generation.queries.registry import lookalike_query, select_claimed
from taskdb_spec.conformance.generation.values import BYTES, IDS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS

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
GLOB_PATTERNS = (
    *("*", "a*", "*b", "?", "a?", "a*b*", "*a*b"),
    *("[ab]*", "[!a]*", "[a-c]", "*[/.]*", "[[]a]"),
)
REGEX_PATTERNS = ("a", "^a", "b$", "^a.b$", "[ab]", "^$", "A|b", "^[^a]", "a?b")
MAX_DEPTH = 3
"""Levels of nested values, and of combined queries: deeper ones show nothing new and cost more."""


def random_query_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Generate records, then queries over them, and at last a purge by one of the queries."""
    scalars = _draw_scalars(generator)
    records = [_draw_record(generator, scalars) for _ in range(generator.integer(4, 7))]
    for msg_id, record in zip(generator.permutation((*IDS, "g")), records, strict=False):
        yield add(msg_id, record)
    drawer = _QueryDrawer(generator, records, scalars)
    candidates = [drawer.query(0) for _ in range(QUERIES_PER_PROGRAM)]
    queries = select_claimed(generator, _add_lookalikes(generator, candidates))
    yield from map(find, queries)
    if queries:
        yield from (purge(generator.choice(queries)), GET_HISTORY)


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


class _QueryDrawer:
    """Draws queries over records, with operands that are near what the records hold.

    Args:
        generator: where the choices come from.
        records: the records, without ids.
        scalars: the scalars that the values of the records are built from.
    """

    def __init__(
        self, generator: ValueGenerator, records: list[dict[str, Any]], scalars: list[Any]
    ) -> None:
        self.generator, self.records, self.scalars = generator, records, scalars
        capabilities = generator.capabilities
        self.paths = [*SCALAR_FIELDS]
        for capability, paths in _OPTIONAL_PATHS.items():
            self.paths += paths if capability in capabilities else ()
        if {Capability.arrays, Capability.paths} <= capabilities:
            self.paths.append("buffers.0")
        self.operators = [*_OPERAND_DRAWERS]
        for name, capability in _REQUIRED_CAPABILITIES.items():
            if capability not in capabilities:
                self.operators.remove(name)
        self.has_logic = Capability.logic in capabilities

    def query(self, depth: int) -> dict[str, Any]:
        """Draw a query on one to four paths, or a combination of queries."""
        if depth < MAX_DEPTH and self.has_logic and self.generator.chance(0.2):
            name = self.generator.choice(LOGICAL_OPERATORS)
            parts = [self.query(depth + 1) for _ in range(self.generator.integer(1, 3))]
            return {name: parts, **(self.query(MAX_DEPTH) if self.generator.chance(0.2) else {})}
        # Mostly one path: with each further condition, fewer queries match any record.
        paths = self.generator.choices(self.paths, 1, self.generator.choice((1, 1, 1, 2, 4)))
        return {path: self.condition(path) for path in paths}

    def condition(self, path: str) -> Any:
        """Draw an operand, or operators, some under `$not`."""
        if self.generator.chance(0.3):
            return self.operand(path)
        condition = self.operator_condition(path)
        if self.has_logic and self.generator.chance(0.2):
            beside = self.operator_condition(path) if self.generator.chance(0.3) else {}
            return {"$not": condition, **beside}
        return condition

    def operator_condition(self, path: str) -> dict[str, Any]:
        """Draw a condition of one to three operators."""
        names = self.generator.choices(self.operators, 1, self.generator.choice((1, 1, 2, 3)))
        return {name: _OPERAND_DRAWERS[name](self, path) for name in names}

    def operand(self, path: str) -> Any:
        """Draw a value that a record holds at the path or inside it, or a similar or random one."""
        record = self.generator.choice(self.records)
        value: Any = record.get(path.partition(".")[0])
        for part in path.split(".")[1:]:
            value = _get_part(value, part)
        while isinstance(value, dict | list) and value and self.generator.chance(0.6):
            value = self.generator.choice(
                list(value.values() if isinstance(value, dict) else value)
            )
        if self.generator.chance(0.2):
            return self.generator.similar_value(value)
        return self.generator.choice(self.scalars) if self.generator.chance(0.1) else value

    def operands(self, path: str) -> list[Any]:
        """Draw up to four operands, some lists with a repeated operand and None."""
        operands = [self.operand(path) for _ in range(self.generator.randbelow(5))]
        return [*operands, *operands[:1], None] if self.generator.chance(0.2) else operands

    def element_condition(self, path: str) -> dict[str, Any]:
        """Draw a condition on an element, or on a member of it."""
        element = f"{path}.0"
        condition = self.operator_condition(element)
        if self.generator.chance(0.2) and self.has_logic:
            condition = {"$not": condition}
        return self.generator.choice(
            (condition, condition, {"y": condition}, {"y": self.operand(element)})
        )


def _get_part(value: Any, part: str) -> Any:
    """Return the value at a part of a path; of a list, always the first element."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and value:
        return value[0] if part.isdigit() else _get_part(value[0], part)
    return None


_OPERAND_DRAWERS: dict[str, Callable[[_QueryDrawer, str], Any]] = {
    **dict.fromkeys(("$eq", "$ne", *ORDER_OPERATORS), _QueryDrawer.operand),
    **dict.fromkeys(("$in", "$nin", "$all"), _QueryDrawer.operands),
    "$exists": lambda drawer, _path: drawer.generator.choice((True, False)),
    "$size": lambda drawer, _path: drawer.generator.randbelow(4),
    "$elemMatch": _QueryDrawer.element_condition,
    "$mod": lambda drawer, _path: [
        drawer.generator.choice((2, 3, 10)),
        drawer.generator.randbelow(3),
    ],
    "$glob": lambda drawer, _path: drawer.generator.choice(GLOB_PATTERNS),
    "$regex": lambda drawer, _path: drawer.generator.choice(REGEX_PATTERNS),
}
_REQUIRED_CAPABILITIES = {
    "$all": Capability.arrays,
    "$size": Capability.arrays,
    "$elemMatch": Capability.arrays,
    "$exists": Capability.presence,
    "$mod": Capability.arith,
    "$glob": Capability.glob,
    "$regex": Capability.regex,
}
"""The capability that an operator needs; the others are part of CORE."""
