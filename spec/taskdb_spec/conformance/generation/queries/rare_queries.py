"""Queries that the generators of a clause never draw, with the records that they tell apart.

Each program of a clause asks one row of its table, by rotation, beside the queries that it draws. A
table has at most four rows, see `Chooser.item_of_turn`: the smallest profile asks all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.queries.registry import is_asked, is_claimed
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import ORDER_OPERATORS
from taskdb_spec.records.traversal import iter_values


@dataclass(frozen=True)
class RareQueries:
    """Queries, and fields of records that they must tell apart.

    A program stores all of these records, because each of them is there for a reason.
    """

    queries: tuple[dict[str, Any], ...]
    witnesses: tuple[dict[str, Any], ...]


def draw_rare_queries(clause: str, generator: ValueGenerator) -> Iterator[RareQueries]:
    """Yield a row of the table of the clause, if it has one for the claimed capabilities."""
    rows = [_claimed_part(row, generator.capabilities) for row in RARE_QUERIES.get(clause, ())]
    rows = [row for row in rows if row.queries]
    if rows:
        yield generator.item_of_turn(rows)


def _claimed_part(row: RareQueries, claimed: frozenset[Capability]) -> RareQueries:
    queries = (
        query for query in row.queries if is_claimed(query, claimed) and is_asked(query, claimed)
    )
    witnesses = row.witnesses
    if Capability.arrays not in claimed:
        # No clause says what a path to a list, or through it, finds then.
        witnesses = tuple(witness for witness in witnesses if not _has_list(witness))
    return RareQueries(tuple(queries), witnesses)


def _has_list(witness: dict[str, Any]) -> bool:
    return any(isinstance(item, list) for item in iter_values(witness))


def _on_values(path: str, conditions: tuple[Any, ...], *values: Any) -> RareQueries:
    """Return conditions on a path of a root field and at most one name, and values at its end."""
    root, _, name = path.partition(".")
    return RareQueries(
        tuple({path: condition} for condition in conditions),
        tuple({root: {name: value} if name else value} for value in values),
    )


def _below_scalar(path: str, conditions: tuple[Any, ...], *values: Any) -> RareQueries:
    """Return conditions on a path below a root field of scalars, and values of this field."""
    root = path.partition(".")[0]
    return RareQueries(
        tuple({path: condition} for condition in conditions),
        tuple({root: value} for value in values),
    )


def _join(*rows: RareQueries) -> RareQueries:
    """Return all queries and all records of several rows."""
    return RareQueries(
        tuple(query for row in rows for query in row.queries),
        tuple(witness for row in rows for witness in row.witnesses),
    )


VALUES_OF_ALL_CLASSES: tuple[Any, ...] = (None, -1, "a", {"a": 1}, ["z"], b"a", False, True, EPOCH)
"""A value of each class, and the other bool, in the order of the classes."""
LISTS_OF_ALL_CLASSES: tuple[Any, ...] = (
    *([None], [float("nan")], [-1], ["a"], [{"a": 1}], [["z"]], [b"a"], [True], [EPOCH], []),
)
"""Lists with one element of each class, of which the class alone decides the order (LIST-2)."""


def _compare_with(operands: tuple[Any, ...]) -> RareQueries:
    """Return all orderings relative to the operands, over values of all classes."""
    conditions = tuple({name: operand} for operand in operands for name in ORDER_OPERATORS)
    return _on_values("header.n", conditions, *VALUES_OF_ALL_CLASSES)


def _compare_with_lists(*operands: list[Any]) -> RareQueries:
    """Return strict orderings relative to the lists, over lists of elements of all classes."""
    conditions = tuple({name: operand} for operand in operands for name in ("$lt", "$gt"))
    return _on_values("header.n", conditions, *LISTS_OF_ALL_CLASSES)


RARE_QUERIES: dict[str, tuple[RareQueries, ...]] = {
    # A tuple in a query stands for a list.
    "LIST-1": (
        _on_values("buffers", ((b"a", b"b"), {"$eq": (b"a", b"b")}), [b"a", b"b"], [b"b"], None),
        _on_values("buffers", ({"$ne": (b"a",)}, {"$nin": ((b"a",),)}), [b"a"], [b"b"], [], None),
        _on_values("buffers", ((), {"$in": ((), (b"a",))}), [b"a"], [b"b"], [], None),
    ),
    "LIST-2": (
        _compare_with_lists([-1], ["a"]),
        _compare_with_lists([{"a": 1}], [["z"]]),
        _compare_with_lists([b"a"], [True]),
        _join(
            _compare_with_lists([EPOCH]),
            _on_values("buffers", ({"$gte": (b"b",)}, {"$lt": (b"b",)}), [b"a"], [b"b"], [], None),
        ),
    ),
    "LIST-3": (
        _on_values(
            "header.n",
            (("a", "b"), {"$in": (("a", "b"), "c")}, {"$elemMatch": {"$eq": ("a", "b")}}),
            *(["a", "b"], ["b", "a"], [["a", "b"]], "a", ["c"]),
        ),
        _on_values("header.n", ([], {"$gte": []}, {"$lte": []}, {"$in": [[]]}), [], {}, [{}], [[]]),
        _on_values("header.n", ({}, {"$gte": {}}, {"$lte": {}}, {"$in": [{}]}), [], {}, [{}], [[]]),
        _on_values("header.n", ({"$all": ("a",)}, {"$all": [("a",)]}), ["a"], [["a"]], "a", []),
    ),
    "DOC-1": (
        _on_values("header", ({"a": ("b", {"c": ()})},), {"a": ["b", {"c": []}]}, {"a": ["b"]}, {}),
        _on_values("header", ({"$in": ({"a": ("b",)},)},), {"a": ["b"]}, {"a": "b"}, None),
    ),
    "AND-1": (
        RareQueries(
            ({"$and": ({"label": "a"}, {"queue": "a"})},),
            ({"label": "a", "queue": "a"}, {"label": "a"}, {"queue": "a"}),
        ),
    ),
    "OR-1": (
        RareQueries(
            ({"$or": ({"label": "a"}, {"queue": "a"})},), ({"label": "a"}, {"queue": "a"}, {})
        ),
    ),
    "NOR-1": (
        RareQueries(
            ({"$nor": ({"label": "a"}, {"queue": "a"})},), ({"label": "a"}, {"label": "b"})
        ),
    ),
    # A path that goes on below a text or a timestamp finds "missing".
    "PATH-2": (
        _below_scalar("label.x", (None, "a", {"$lte": None}, {"$gt": ""}), "a", "", None),
        _below_scalar("completed.year", (None, {"$in": [None]}, {"$lt": "a"}, 2024), EPOCH, None),
        _below_scalar(
            "resubmitted.0", (None, "a", {"$eq": None}, {"$in": ["a"]}), "a", EPOCH, None
        ),
        _below_scalar("stdout.x.y", (None, "a", {"$gte": None}, {"$lte": "a"}), "a", "x", None),
    ),
    "PATH-3": (
        _below_scalar("label.x", ({"$ne": "a"}, {"$ne": None}), "a", "", None),
        _below_scalar("completed.year", ({"$nin": ["a"]}, {"$nin": [None]}), EPOCH, None),
        _below_scalar("label.0", ({"$not": {"$eq": "a"}}, {"$not": {"$gte": None}}), "a", None),
    ),
    "EXI-3": (
        _below_scalar("label.x", ({"$exists": True}, {"$exists": False}), "a", "", None),
        _below_scalar("completed.year", ({"$exists": True}, {"$exists": False}), EPOCH, None),
        _below_scalar("stdout.0", ({"$exists": True}, {"$exists": False}), "a", "", None),
    ),
    "PATH-8": (
        _below_scalar("buffers.x", (None, {"$in": [None]}), [], [b"a"], None),
        _below_scalar("buffers.0.x", (None, {"$lte": None}), [], [b"a"], None),
    ),
    "CMP-2": (
        _compare_with((True, False)),
        _compare_with((b"a", -1)),
        _compare_with((EPOCH, "a")),
        _compare_with(({"a": 1}, ["z"])),
    ),
    "DOC-3": (
        _on_values("header", ({"x": {}}, {"$eq": {"x": []}}), {"x": []}, {"x": {}}, {"x": None}),
        _on_values("header.x", ({}, {"$ne": {}}, {"$in": [{}]}), [], {}, None),
    ),
    "MOD-3": (
        _on_values("header.n", ({"$mod": [4, 0]},), -1e19, 1e19, -(2.0**63), 2.0**63, 2**63 - 1),
        _on_values("header.n", ({"$mod": [-200, -7]},), -207, 207, -7, -193.5, 193),
        _on_values("header.n", ({"$mod": [2**63 - 1, 0]},), 2**63 - 1, -(2**63), 0, 2),
        _on_values("header.n", ({"$mod": [-(2**63), -1]},), -1, 1, -(2**63), -(2**63) + 1),
    ),
    "ELEM-3": (
        _on_values(
            "header.x",
            ({"$elemMatch": {"0": "a"}}, {"$elemMatch": {"0": {"$ne": "a"}}}),
            *([["a"]], [["b", "a"]], ["a"], [{"0": "a"}], [], [[]], "a"),
        ),
        _on_values(
            "header.x",
            ({"$elemMatch": {"1": "a", "0": "b"}}, {"$elemMatch": {"0.0": "a"}}),
            *([["a"]], [["b", "a"]], [["b"], ["a"]], [[["a"]]], [{"0": ["a"]}]),
        ),
    ),
    "GLB-4": (
        _on_values("label", ({"$glob": "\ud7ff*"},), "\ud7ff", "\ud7ffa", "\ue000", "\ud7fe", None),
        _on_values("label", ({"$glob": "\uffff*"},), "\uffff", "\uffffa", "\U00010000", "a"),
        _on_values(
            "label", ({"$glob": "\U0010ffff*"},), "\U0010ffff", "\U0010ffffa", "\uffff", "a"
        ),
        _on_values("label", ({"$glob": "\x01*"},), "\x01", "\x01a", "\x00", "\x02", "a"),
    ),
}
"""The tables, by clause. Each row needs what its clause requires, or more: see `_claimed_part`."""
