"""Many queries of any shape over a few records: what no maker of one clause has thought of.

Operands are taken from what the records hold at the place that is asked about, or are near it, so
that nearly every query has something to tell apart. What a backend does not claim is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, find, purge
from taskdb_spec.conformance.generation.queries.registry import select_claimed, lookalike_query
from taskdb_spec.conformance.generation.values import BYTES, EPOCH, IDS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS

QUERIES = 25
"""How many queries a storm has."""

TEXTS = (
    *("", "a", "b", "ab", "abc", "A", "B", "\u00e9", "\u00c9", "1", "x" * 300),
    *("a.b", "a/b", "[a]", "a\nb"),
)
TICKS = (0, 1, 999, 1_000, 1_000_000, 3_600_000_000)
INTS = (0, 1, -1, 2, 10, 2**53, 2**53 + 1, 2**63 - 1)
FLOATS = (1.0, 2.5, 2.0**53, -0.0, float("nan"), float("inf"))
OTHERS = (None, True, False, b"", b"a", b"ab", b"x" * 300)
ROOTS = ("label", "queue", "resubmitted", "submitted", "completed")
PATHS = ("header.x", "header.x.y", "header.x.0", "header.x.y.0", "header.x.0.y", "content.x")
_PLACES = {
    Capability.documents: ("header", "content"),
    Capability.arrays: ("buffers",),
    Capability.paths: (*PATHS, *PATHS),
}
"""Where else a backend is asked that claims more than CORE (L-25)."""
PATTERNS = (
    *("*", "a*", "*b", "?", "a?", "a*b*", "*a*b"),
    *("[ab]*", "[!a]*", "[a-c]", "*[/.]*", "[[]a]"),
)
REGEXES = ("a", "^a", "b$", "^a.b$", "[ab]", "^$", "A|b", "^[^a]", "a?b")


def random_query_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Records, then queries over them, and at last a purge by one of these."""
    universe = _universe(generator)
    records = [_record(generator, universe) for _ in range(generator.integer(4, 7))]
    for msg_id, record in zip(generator.permutation((*IDS, "g")), records, strict=False):
        yield add(msg_id, record)
    queries = _Queries(generator, records, universe)
    drawn = [queries.query(0) for _ in range(QUERIES)]
    asked = select_claimed(generator, _with_twins(generator, drawn))
    yield from map(find, asked)
    if asked:
        yield from (purge(generator.choice(asked)), GET_HISTORY)


def _with_twins(
    generator: ValueGenerator, queries: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The queries, some followed by one that an answer kept for the first must not serve."""
    for query in queries:
        yield query
        if generator.chance(0.2):
            yield lookalike_query(query)


def _universe(generator: ValueGenerator) -> list[Any]:
    """A few scalars that are often of one class, so that they are compared."""
    times, numbers = _times(generator), (*INTS, *FLOATS)
    kind: tuple[Any, ...] = generator.choice((TEXTS, times, numbers, numbers, OTHERS))
    return [
        *generator.choices(kind, 3, 5),
        *generator.choices((*TEXTS, *times, *numbers, *OTHERS), 1, 3),
    ]


def _times(generator: ValueGenerator) -> tuple[datetime, ...]:
    return tuple(EPOCH + generator.tick * ticks for ticks in TICKS)


def _record(generator: ValueGenerator, universe: list[Any]) -> dict[str, Any]:
    texts: list[str | None] = [value for value in universe if isinstance(value, str)]
    texts += [None, generator.choice(TEXTS), "a"]
    times = [None, *generator.choices(_times(generator), 2, 2)]
    return {
        "label": generator.choice(texts),
        "queue": generator.choice(texts),
        "resubmitted": generator.choice((*texts, *times)),
        "submitted": generator.choice(times),
        "completed": generator.choice(times),
        "header": {"x": _value(generator, universe, 0)},
        "content": generator.choice(
            (None, {}, {"x": generator.choice(universe)}, {"y": 1, "x": ""})
        ),
        "buffers": generator.choice((None, [], generator.choices(BYTES, 1, 3))),
    }


def _value(generator: ValueGenerator, universe: list[Any], depth: int) -> Any:
    """A scalar of the universe, or lists and dicts of them."""
    if depth == 3 or generator.chance(0.4):
        return generator.choice(universe)
    if generator.chance(0.5) and Capability.arrays in generator.capabilities:
        return [_value(generator, universe, depth + 1) for _ in range(generator.randbelow(4))]
    names = generator.sample(("y", "x", "0"), 0, 2)
    return {name: _value(generator, universe, depth + 1) for name in names}


class _Queries:
    """Draws queries over the records."""

    def __init__(
        self, generator: ValueGenerator, records: list[dict[str, Any]], universe: list[Any]
    ) -> None:
        self.generator, self.records, self.universe = generator, records, universe
        capabilities = generator.capabilities
        self.places = [*ROOTS]
        for capability, places in _PLACES.items():
            self.places += places if capability in capabilities else ()
        if {Capability.arrays, Capability.paths} <= capabilities:
            self.places.append("buffers.0")
        self.operators = [*_OPERANDS]
        for name, capability in _NEEDED.items():
            if capability not in capabilities:
                self.operators.remove(name)

    def query(self, depth: int) -> dict[str, Any]:
        """A query of one to four places; some are combined."""
        if (
            depth < 3
            and Capability.logic in self.generator.capabilities
            and self.generator.chance(0.2)
        ):
            name = self.generator.choice(LOGICAL_OPERATORS)
            parts = [self.query(depth + 1) for _ in range(self.generator.integer(1, 3))]
            return {name: parts, **(self.query(3) if self.generator.chance(0.2) else {})}
        places = self.generator.choices(self.places, 1, self.generator.choice((1, 1, 1, 2, 4)))
        return {place: self.condition(place) for place in places}

    def condition(self, place: str) -> Any:
        """An operand, or operators."""
        if self.generator.chance(0.3):
            return self.operand(place)
        condition = self.tests(place)
        if Capability.logic in self.generator.capabilities and self.generator.chance(0.2):
            return {"$not": condition, **(self.tests(place) if self.generator.chance(0.3) else {})}
        return condition

    def tests(self, place: str) -> dict[str, Any]:
        names = self.generator.choices(self.operators, 1, self.generator.choice((1, 1, 2, 3)))
        return {name: _OPERANDS[name](self, place) for name in names}

    def operand(self, place: str) -> Any:
        """A value that is at the place, or in it; or one near it; or any."""
        found = self.generator.choice(self.records)
        value: Any = found.get(place.partition(".")[0])
        for step in place.split(".")[1:]:
            value = _inside(value, step)
        while isinstance(value, dict | list) and value and self.generator.chance(0.6):
            value = self.generator.choice(
                list(value.values() if isinstance(value, dict) else value)
            )
        if self.generator.chance(0.2):
            return self.generator.similar_value(value)
        return self.generator.choice(self.universe) if self.generator.chance(0.1) else value

    def operands(self, place: str) -> list[Any]:
        """Several; of these, some twice, and None at times."""
        __SEVERAL__ = [self.operand(place) for _ in range(self.generator.randbelow(5))]
        return [*__SEVERAL__, *__SEVERAL__[:1], None] if self.generator.chance(0.2) else __SEVERAL__

    def element(self, place: str) -> dict[str, Any]:
        """What an element has to be, or a member of it."""
        inside = f"{place}.0"
        tests = self.tests(inside)
        if self.generator.chance(0.2) and Capability.logic in self.generator.capabilities:
            tests = {"$not": tests}
        return self.generator.choice((tests, tests, {"y": tests}, {"y": self.operand(inside)}))


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and value:
        return value[0] if step.isdigit() else _inside(value[0], step)
    return None


_OPERANDS: dict[str, Callable[[_Queries, str], Any]] = {
    **dict.fromkeys(("$eq", "$ne", *ORDER_OPERATORS), _Queries.operand),
    **dict.fromkeys(("$in", "$nin", "$all"), _Queries.operands),
    "$exists": lambda queries, place: queries.generator.choice((True, False)),
    "$size": lambda queries, place: queries.generator.randbelow(4),
    "$elemMatch": _Queries.element,
    "$mod": lambda queries, place: [
        queries.generator.choice((2, 3, 10)),
        queries.generator.randbelow(3),
    ],
    "$glob": lambda queries, place: queries.generator.choice(PATTERNS),
    "$regex": lambda queries, place: queries.generator.choice(REGEXES),
}
_NEEDED = {
    "$all": Capability.arrays,
    "$size": Capability.arrays,
    "$elemMatch": Capability.arrays,
    "$exists": Capability.presence,
    "$mod": Capability.arith,
    "$glob": Capability.glob,
    "$regex": Capability.regex,
}
"""What has to be select_claimed for an operator to be asked for."""
