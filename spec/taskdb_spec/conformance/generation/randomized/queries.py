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
from taskdb_spec.conformance.generation.builders import HISTORY, add, find, purge
from taskdb_spec.conformance.generation.queries.registry import claimed, twin
from taskdb_spec.conformance.generation.values import BYTES, EPOCH, IDS, Pools
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


def storm(pools: Pools) -> Iterator[Operation]:
    """Records, then queries over them, and at last a purge by one of these."""
    universe = _universe(pools)
    records = [_record(pools, universe) for _ in range(pools.between(4, 7))]
    for msg_id, record in zip(pools.shuffled((*IDS, "g")), records, strict=False):
        yield add(msg_id, record)
    queries = _Queries(pools, records, universe)
    drawn = [queries.query(0) for _ in range(QUERIES)]
    asked = claimed(pools, _with_twins(pools, drawn))
    yield from map(find, asked)
    if asked:
        yield from (purge(pools.one_of(asked)), HISTORY)


def _with_twins(pools: Pools, queries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The queries, some followed by one that an answer kept for the first must not serve."""
    for query in queries:
        yield query
        if pools.chance(2):
            yield twin(query)


def _universe(pools: Pools) -> list[Any]:
    """A few scalars that are often of one class, so that they are compared."""
    times, numbers = _times(pools), (*INTS, *FLOATS)
    kind: tuple[Any, ...] = pools.one_of((TEXTS, times, numbers, numbers, OTHERS))
    return [*pools.some(kind, 3, 5), *pools.some((*TEXTS, *times, *numbers, *OTHERS), 1, 3)]


def _times(pools: Pools) -> tuple[datetime, ...]:
    return tuple(EPOCH + pools.tick * ticks for ticks in TICKS)


def _record(pools: Pools, universe: list[Any]) -> dict[str, Any]:
    texts: list[str | None] = [value for value in universe if isinstance(value, str)]
    texts += [None, pools.one_of(TEXTS), "a"]
    times = [None, *pools.some(_times(pools), 2, 2)]
    return {
        "label": pools.one_of(texts),
        "queue": pools.one_of(texts),
        "resubmitted": pools.one_of((*texts, *times)),
        "submitted": pools.one_of(times),
        "completed": pools.one_of(times),
        "header": {"x": _value(pools, universe, 0)},
        "content": pools.one_of((None, {}, {"x": pools.one_of(universe)}, {"y": 1, "x": ""})),
        "buffers": pools.one_of((None, [], pools.some(BYTES, 1, 3))),
    }


def _value(pools: Pools, universe: list[Any], depth: int) -> Any:
    """A scalar of the universe, or lists and dicts of them."""
    if depth == 3 or pools.chance(4):
        return pools.one_of(universe)
    if pools.chance(5) and Capability.arrays in pools.capabilities:
        return [_value(pools, universe, depth + 1) for _ in range(pools.below(4))]
    names = pools.sample(("y", "x", "0"), 0, 2)
    return {name: _value(pools, universe, depth + 1) for name in names}


class _Queries:
    """Draws queries over the records."""

    def __init__(self, pools: Pools, records: list[dict[str, Any]], universe: list[Any]) -> None:
        self.pools, self.records, self.universe = pools, records, universe
        claimed = pools.capabilities
        self.places = [*ROOTS]
        for capability, places in _PLACES.items():
            self.places += places if capability in claimed else ()
        if {Capability.arrays, Capability.paths} <= claimed:
            self.places.append("buffers.0")
        self.operators = [*_OPERANDS]
        for name, capability in _NEEDED.items():
            if capability not in claimed:
                self.operators.remove(name)

    def query(self, depth: int) -> dict[str, Any]:
        """A query of one to four places; some are combined."""
        if depth < 3 and Capability.logic in self.pools.capabilities and self.pools.chance(2):
            name = self.pools.one_of(LOGICAL_OPERATORS)
            parts = [self.query(depth + 1) for _ in range(self.pools.between(1, 3))]
            return {name: parts, **(self.query(3) if self.pools.chance(2) else {})}
        places = self.pools.some(self.places, 1, self.pools.one_of((1, 1, 1, 2, 4)))
        return {place: self.condition(place) for place in places}

    def condition(self, place: str) -> Any:
        """An operand, or operators."""
        if self.pools.chance(3):
            return self.operand(place)
        condition = self.tests(place)
        if Capability.logic in self.pools.capabilities and self.pools.chance(2):
            return {"$not": condition, **(self.tests(place) if self.pools.chance(3) else {})}
        return condition

    def tests(self, place: str) -> dict[str, Any]:
        names = self.pools.some(self.operators, 1, self.pools.one_of((1, 1, 2, 3)))
        return {name: _OPERANDS[name](self, place) for name in names}

    def operand(self, place: str) -> Any:
        """A value that is at the place, or in it; or one near it; or any."""
        found = self.pools.one_of(self.records)
        value: Any = found.get(place.partition(".")[0])
        for step in place.split(".")[1:]:
            value = _inside(value, step)
        while isinstance(value, dict | list) and value and self.pools.chance(6):
            value = self.pools.one_of(list(value.values() if isinstance(value, dict) else value))
        if self.pools.chance(2):
            return self.pools.near(value)
        return self.pools.one_of(self.universe) if self.pools.chance(1) else value

    def operands(self, place: str) -> list[Any]:
        """Several; of these, some twice, and None at times."""
        several = [self.operand(place) for _ in range(self.pools.below(5))]
        return [*several, *several[:1], None] if self.pools.chance(2) else several

    def element(self, place: str) -> dict[str, Any]:
        """What an element has to be, or a member of it."""
        inside = f"{place}.0"
        tests = self.tests(inside)
        if self.pools.chance(2) and Capability.logic in self.pools.capabilities:
            tests = {"$not": tests}
        return self.pools.one_of((tests, tests, {"y": tests}, {"y": self.operand(inside)}))


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and value:
        return value[0] if step.isdigit() else _inside(value[0], step)
    return None


_OPERANDS: dict[str, Callable[[_Queries, str], Any]] = {
    **dict.fromkeys(("$eq", "$ne", *ORDER_OPERATORS), _Queries.operand),
    **dict.fromkeys(("$in", "$nin", "$all"), _Queries.operands),
    "$exists": lambda queries, place: queries.pools.one_of((True, False)),
    "$size": lambda queries, place: queries.pools.below(4),
    "$elemMatch": _Queries.element,
    "$mod": lambda queries, place: [queries.pools.one_of((2, 3, 10)), queries.pools.below(3)],
    "$glob": lambda queries, place: queries.pools.one_of(PATTERNS),
    "$regex": lambda queries, place: queries.pools.one_of(REGEXES),
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
"""What has to be claimed for an operator to be asked for."""
