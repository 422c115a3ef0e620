"""Generators of queries that need a capability which the backend does not claim.

They have no valid counterpart: the same query is valid for a backend that claims the capability.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.invalid.registry import (
    InvalidInputGenerator,
    draw_scalar_field,
    invalid_input,
)
from taskdb_spec.conformance.generation.values import DICT_FIELDS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

UNCLAIMED_QUERIES: dict[str, InvalidInputGenerator] = {}


def _unclaimed(*conditions: Any) -> InvalidInputGenerator:
    """Return a generator of queries with one of the conditions, by rotation."""

    def generate(generator: ValueGenerator) -> tuple[Any, Any]:
        return {draw_scalar_field(generator): generator.next_in_rotation(conditions)}, None

    return generate


UNCLAIMED_QUERIES["CAP-1"] = _unclaimed({"$exists": True}, {"$exists": False})
UNCLAIMED_QUERIES["CAP-2"] = _unclaimed(
    *({"$glob": pattern} for pattern in ("a*", "*", "a", "", "[a]"))
)
UNCLAIMED_QUERIES["CAP-3"] = _unclaimed({"$mod": [2, 0]}, {"$mod": (3, 1)}, {"$mod": [1, 0]})


@invalid_input(UNCLAIMED_QUERIES, "CAP-4")
def unclaimed_logic(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query with `$and`, `$or`, `$nor` or `$not` (CAP-4)."""
    field, name = draw_scalar_field(generator), generator.choice(LOGICAL_OPERATORS)
    negated: dict[str, Any] = {field: {"$not": {"$eq": "a"}}}
    both = {name: [{field: None}, {"queue": "a"}]}
    return generator.next_in_rotation(
        ({name: [{field: None}]}, negated, both, {"queue": None, **negated})
    ), None


@invalid_input(UNCLAIMED_QUERIES, "CAP-5")
def unclaimed_path(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query on a dotted path (CAP-5)."""
    path = generator.next_in_rotation(("header.a", "content.a.b", "buffers.0", "label.a"))
    conditions = (
        None,
        "a",
        {"$ne": None},
        {"$in": ["a"]},
        {"$nin": ["a"]},
        {"$lt": "a"},
        {"$ne": "a"},
    )
    return {path: generator.choice(conditions)}, None


@invalid_input(UNCLAIMED_QUERIES, "CAP-6")
def unclaimed_document(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query with a dict as operand (CAP-6)."""
    field = generator.choice((*DICT_FIELDS, "label"))
    document = generator.choice(({}, {"a": "b"}, {"a": None}))
    return {field: generator.next_in_rotation((document, *_comparisons_with(document)))}, None


@invalid_input(UNCLAIMED_QUERIES, "CAP-7")
def unclaimed_list(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query with a list as operand, or with an operator on lists (CAP-7)."""
    field = generator.choice(("buffers", "label"))
    conditions: tuple[Any, ...] = (
        *([], ["a"], {"$all": ["a"]}, {"$size": 0}, {"$elemMatch": {"$ne": None}}, {"$all": []}),
        *(*_comparisons_with([]), *_comparisons_with(["a"])),
    )
    return {field: generator.next_in_rotation(conditions)}, None


def _comparisons_with(operand: Any) -> list[dict[str, Any]]:
    """Return conditions that compare with the operand, alone and among others."""
    alone = ({name: operand} for name in ("$eq", "$ne", "$lt", "$gte"))
    return [*alone, {"$in": [operand]}, {"$in": ["a", operand]}, {"$nin": [None, operand]}]


UNCLAIMED_QUERIES["CAP-8"] = _unclaimed(
    b"a", b"", *_comparisons_with(b"a"), *_comparisons_with(b"")
)
UNCLAIMED_QUERIES["CAP-9"] = _unclaimed(
    *(1, True, 1.0, 0, float("nan")),
    *(condition for operand in (1, 0.0, False) for condition in _comparisons_with(operand)),
)
UNCLAIMED_QUERIES["CAP-10"] = _unclaimed(
    *({"$regex": pattern} for pattern in ("a", "", "^a$")), {"$regex": "a", "$options": "i"}
)
