"""The typed tree that a query is parsed into. Stores translate this tree and never the raw dict.

A `Query` selects records: `And`, `Or`, `Nor` over queries, or a `Field`, which puts `Test`\\ s, all
of which must hold, to what its path finds. Operands are checked, private copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Path:
    """Where to look: a root field, then members of dicts or indices of lists."""

    root: str
    rest: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.root, *self.rest))


@dataclass(frozen=True, slots=True)
class Eq:
    operand: Any


@dataclass(frozen=True, slots=True)
class Ne:
    operand: Any


@dataclass(frozen=True, slots=True)
class Lt:
    operand: Any


@dataclass(frozen=True, slots=True)
class Lte:
    operand: Any


@dataclass(frozen=True, slots=True)
class Gt:
    operand: Any


@dataclass(frozen=True, slots=True)
class Gte:
    operand: Any


@dataclass(frozen=True, slots=True)
class In:
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Nin:
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class All:
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    present: bool


@dataclass(frozen=True, slots=True)
class Mod:
    divisor: int
    remainder: int


@dataclass(frozen=True, slots=True)
class Size:
    length: int


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Glob:
    pattern: str


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where not all of `tests` do."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ElemMatch:
    """Some one element of a list passes all of `tests`."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ElemQuery:
    """Some element of a list is a document that `query` selects."""

    query: Query


Test: TypeAlias = (
    Eq
    | Ne
    | Lt
    | Lte
    | Gt
    | Gte
    | In
    | Nin
    | All
    | Exists
    | Mod
    | Size
    | Regex
    | Glob
    | Not
    | ElemMatch
    | ElemQuery
)


@dataclass(frozen=True, slots=True)
class Field:
    """What `path` finds passes all of `tests`."""

    path: Path
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts` select the record; without parts, every record is selected."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Nor:
    parts: tuple[Query, ...]


Query: TypeAlias = Field | And | Or | Nor


def roots(query: Query) -> list[str]:
    """The root fields that a query looks at, each once.

    >>> label, header = Field(Path("label"), (Eq("a"),)), Field(Path("header", ("n",)), (Eq(1),))
    >>> roots(And((label, Or((header, label)))))
    ['label', 'header']
    """
    if isinstance(query, Field):
        return [query.path.root]
    return list(dict.fromkeys(root for part in query.parts for root in roots(part)))
