"""The syntax tree of a query. Stores translate this tree and never the raw dict.

A `Query` selects records. It is an `And`, `Or` or `Nor` of queries, or a `Field`: a path, and the
conditions that the values at the path must all satisfy. The classes of conditions are in the union
`Test`, and the name of each class is the name of its operator. Most
conditions are true if one *candidate* satisfies them: the value at the path, or an element of it if
it is a list (`paths.PathMatches`). The operands in the tree are validated private copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

ORDER_OPERATORS: Final = ("$lt", "$lte", "$gt", "$gte")
"""The operators that compare by order."""

LOGICAL_OPERATORS: Final = ("$and", "$or", "$nor")
"""The operators that combine queries."""


@dataclass(frozen=True, slots=True)
class Path:
    """The position of a value: a root field, then keys of dicts or indices of lists."""

    root: str
    rest: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.root, *self.rest))


@dataclass(frozen=True, slots=True)
class Eq:
    """``$eq``, or a plain value: a candidate equals `operand` (EQ-*)."""

    operand: Any


@dataclass(frozen=True, slots=True)
class Ne:
    """``$ne``: no candidate equals `operand` (NE-1)."""

    operand: Any


@dataclass(frozen=True, slots=True)
class Lt:
    """``$lt``: a candidate is less than `operand`."""

    operand: Any


@dataclass(frozen=True, slots=True)
class Lte:
    """``$lte``: a candidate is less than or equal to `operand`."""

    operand: Any


@dataclass(frozen=True, slots=True)
class Gt:
    """``$gt``: a candidate is greater than `operand`."""

    operand: Any


@dataclass(frozen=True, slots=True)
class Gte:
    """``$gte``: a candidate is greater than or equal to `operand`."""

    operand: Any


@dataclass(frozen=True, slots=True)
class In:
    """``$in``: a candidate equals one of `operands`."""

    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Nin:
    """``$nin``: no candidate equals any of `operands`."""

    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class All:
    """``$all``: each of `operands` equals a candidate; without operands, never true."""

    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """``$exists``: the path has a value, or has none if `present` is False."""

    present: bool


@dataclass(frozen=True, slots=True)
class Mod:
    """``$mod``: a number, truncated, leaves `remainder` when divided by `divisor`."""

    divisor: int
    remainder: int


@dataclass(frozen=True, slots=True)
class Size:
    """``$size``: a value is a list of `length` elements."""

    length: int


@dataclass(frozen=True, slots=True)
class Regex:
    """``$regex``: a str contains a match of `pattern`; `options` are sorted letters of ``ims``."""

    pattern: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Glob:
    """``$glob``: a whole str matches the shell pattern `pattern`."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Not:
    """``$not``: at least one of the conditions `tests` is false."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ElemMatch:
    """``$elemMatch`` of operators: one element of a list satisfies all of `tests`."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ElemQuery:
    """``$elemMatch`` of a query: an element of a list is a document that `query` selects."""

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
    """The values at `path` satisfy all conditions in `tests`."""

    path: Path
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class And:
    """``$and``, or several keys: all of `parts` select the record; no parts select every record."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """``$or``: at least one of `parts` selects the record."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Nor:
    """``$nor``: none of `parts` selects the record."""

    parts: tuple[Query, ...]


Query: TypeAlias = Field | And | Or | Nor


def roots(query: Query) -> list[str]:
    """Return the root fields that a query uses, each once, in order of first use.

    >>> label, header = Field(Path("label"), (Eq("a"),)), Field(Path("header", ("n",)), (Eq(1),))
    >>> roots(And((label, Or((header, label)))))
    ['label', 'header']
    """
    if isinstance(query, Field):
        return [query.path.root]
    return list(dict.fromkeys(root for part in query.parts for root in roots(part)))
