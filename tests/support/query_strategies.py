"""Records and queries at random, from values few enough to meet, and odd ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
INSTANTS = (
    *(NOON + timedelta(microseconds=count) for count in (0, 1, 999, 1000, 1001)),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
NUMBERS = (
    *(0, 1, -1, 2, 7, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)),
    *(0.0, -0.0, 1.0, 2.5, -2.5, 2.0**53, 2.0**63, 1e300, float("inf"), float("nan")),
)
TEXTS = ("", "a", "b", "ab", "A", "a.b", "$a", "a*", "é", "\U0001f600", "a\n", "a\x00", "\x00")
BLOBS = (b"", b"a", b"b", b"ab", b"\x00", b"\xff")
NAMES = ("a", "b", "0", "1", "00", "", "$a", "$ref", "$id", "a.b", "\x00", "\x01", "\x01\x02")
STEPS = ("a", "b", "0", "1", "00", "", "$a", "$ref", "\x00", "\x01", "\x01\x02")
GLOBS = ("*", "?", "a*", "*b", "a?", "[ab]*", "[!a]", "ab", "", "*b*", "a\x00*", "[", "a[", "[]a]b")
SEARCHES = (
    *(("a", ""), ("^a", ""), ("a$", ""), ("^a.", "s"), ("A", "i"), ("^", "m"), ("", "")),
    *((r"\.", ""), (r"a\*", ""), (r"\$a", "s"), ("^ab?c*$", ""), ("[ab]{2}", ""), ("a\x00", "")),
)
TEXT_FIELDS = ("label", "queue", "resubmitted")
TIME_FIELDS = ("submitted", "completed", "resubmitted")
DICT_FIELDS = ("header", "content")


class Draw(Random):
    """A source of records, and of queries that have to do with them; a seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.spots: list[tuple[str, Any]] = [("header", None)]
        self.near: Any = None  # what a record has at the path in hand

    def value(self, depth: int = 3) -> Any:
        kind = self.random()
        if depth and kind < 0.3:
            return [self.value(depth - 1) for _ in range(self.randrange(4))]
        if depth and kind < 0.6:
            return self.document(depth - 1)
        few = (0, 1, 2.5, "a", "b", NOON, None, True)
        pool: tuple[Any, ...] = self.choice((INSTANTS, NUMBERS, TEXTS, BLOBS, few, few, few))
        return self.choice(pool)

    def document(self, depth: int = 3) -> dict[str, Any]:
        return {self.name(): self.value(depth) for _ in range(self.choice((0, 1, 2, 2, 3, 4)))}

    def name(self) -> str:
        return self.choice(NAMES[:2] if self.random() < 0.7 else NAMES)

    def record(self) -> dict[str, Any]:
        fields: dict[str, Any] = {name: self.document() for name in DICT_FIELDS}
        fields |= {name: self.choice((*TEXTS, None)) for name in TEXT_FIELDS}
        fields |= {name: self.choice((*INSTANTS, None)) for name in TIME_FIELDS}
        fields["buffers"] = [self.choice(BLOBS) for _ in range(self.randrange(3))]
        self.spots += (spot for name, value in fields.items() for spot in spots(name, value))
        return {name: value for name, value in fields.items() if self.random() < 0.8}

    def query(self, depth: int = 2) -> dict[str, Any]:
        if depth and self.random() < 0.3:
            name = self.choice(("$and", "$or", "$nor"))
            return {name: [self.query(depth - 1) for _ in range(self.randrange(1, 4))]}
        return {self.path(): self.condition() for _ in range(self.choice((1,) * 8 + (2, 2, 0)))}

    def path(self) -> str:
        path, self.near = self.choice(self.spots)
        if self.random() < 0.2:
            path = ".".join((path, *self.steps()))
        return path

    def steps(self) -> list[str]:
        return [self.choice(STEPS) for _ in range(self.randrange(1, 4))]

    def condition(self) -> Any:
        return self.operators() if self.random() < 0.85 else self.operand()

    def literal(self) -> Any:
        """A value, often that of a record or one that a list there holds."""
        if self.random() < 0.3:
            return self.value(2)
        if isinstance(self.near, list) and self.near and self.random() < 0.5:
            return self.choice(self.near)
        return self.near

    def operand(self) -> Any:
        """A literal, without the names at its top that make a dict one of operators."""
        value = self.literal()
        if isinstance(value, dict):
            return {name: item for name, item in value.items() if not name.startswith("$")}
        return value

    def operators(self, depth: int = 2) -> dict[str, Any]:
        """One to three operators."""
        found: dict[str, Any] = {}
        for _ in range(self.choice((1, 1, 1, 1, 2, 3))):
            found |= self.operator(depth)
        return found

    def operator(self, depth: int) -> dict[str, Any]:
        if depth and self.random() < 0.15:
            return {"$not": self.operators(depth - 1)}
        if depth and isinstance(self.near, list) and self.near and self.random() < 0.5:
            self.near = self.choice(self.near)
            make = self.subquery if isinstance(self.near, dict | list) else self.operators
            return {"$elemMatch": make(depth - 1)}
        name = self.choice(NAMES_BY_CLASS.get(type(self.near), ()) or tuple(OPERANDS))
        name = name if self.random() < 0.8 else self.choice(tuple(OPERANDS))
        operand = OPERANDS[name](self)
        if name == "$regex":
            return dict(zip(("$regex", "$options"), operand, strict=True))
        return {name: operand}

    def subquery(self, depth: int) -> dict[str, Any]:
        path, self.near = self.choice(list(spots("", self.near)))
        path = path.removeprefix(".")
        if path.startswith("$") or self.random() < 0.1:
            return {}
        return {path: self.operators(depth)}


def spots(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The paths to a value and to those in it, each with what is there."""
    yield path, value
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = [(str(i), item) for i, item in enumerate(value)]
        members += [m for item in value if isinstance(item, dict) for m in item.items()]
    else:
        return
    for name, item in members:
        yield from spots(f"{path}.{name}", item)


def _operands(draw: Draw) -> list[Any]:
    return [draw.operand() for _ in range(draw.randrange(4))]


OPERANDS: dict[str, Callable[[Draw], Any]] = {
    **dict.fromkeys(("$eq", "$ne", "$lt", "$lte", "$gt", "$gte"), Draw.literal),
    **dict.fromkeys(("$in", "$nin", "$all"), _operands),
    "$exists": lambda draw: draw.choice((True, False)),
    "$mod": lambda draw: [draw.choice((1, 2, -2, 3.9, 2**40, -1)), draw.choice((0, 1, -1))],
    "$size": lambda draw: draw.choice((0, 1, 2, 3.0, 2**40)),
    "$regex": lambda draw: draw.choice(SEARCHES),
    "$glob": lambda draw: draw.choice(GLOBS),
}
COMPARISONS = ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$all")
NAMES_BY_CLASS: dict[type, tuple[str, ...]] = {
    str: (*COMPARISONS, "$regex", "$regex", "$glob", "$glob"),
    int: (*COMPARISONS, "$mod", "$mod"),
    float: (*COMPARISONS, "$mod", "$mod"),
    list: (*COMPARISONS, "$size"),
}
