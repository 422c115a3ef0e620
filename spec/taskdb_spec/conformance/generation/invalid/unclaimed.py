"""Queries that need a capability which the backend does not claim."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.invalid.registry import (
    InvalidInputGenerator,
    text_or_timestamp_field,
    invalid_input,
    __SEVERAL__,
)
from taskdb_spec.conformance.generation.values import DICT_FIELDS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

UNCLAIMED_QUERIES: dict[str, InvalidInputGenerator] = {}


def _unclaimed(*conditions: Any) -> InvalidInputGenerator:
    def make(generator: ValueGenerator) -> tuple[Any, Any]:
        return {text_or_timestamp_field(generator): generator.next_in_rotation(conditions)}, None

    return make


UNCLAIMED_QUERIES["CAP-1"] = _unclaimed({"$exists": True}, {"$exists": False})
UNCLAIMED_QUERIES["CAP-2"] = _unclaimed(*({"$glob": pattern} for pattern in ("a*", "*", "a", "", "[a]")))
UNCLAIMED_QUERIES["CAP-3"] = _unclaimed({"$mod": [2, 0]}, {"$mod": (3, 1)}, {"$mod": [1, 0]})


@invalid_input(UNCLAIMED_QUERIES, "CAP-4")
def unclaimed_logic(generator: ValueGenerator) -> tuple[Any, Any]:
    place, name = text_or_timestamp_field(generator), generator.choice(LOGICAL_OPERATORS)
    negated: dict[str, Any] = {place: {"$not": {"$eq": "a"}}}
    both = {name: [{place: None}, {"queue": "a"}]}
    return generator.next_in_rotation(
        ({name: [{place: None}]}, negated, both, {"queue": None, **negated})
    ), None


@invalid_input(UNCLAIMED_QUERIES, "CAP-5")
def unclaimed_path(generator: ValueGenerator) -> tuple[Any, Any]:
    path = generator.next_in_rotation(("header.a", "content.a.b", "buffers.0", "label.a"))
    tests = (None, "a", {"$ne": None}, {"$in": ["a"]}, {"$nin": ["a"]}, {"$lt": "a"}, {"$ne": "a"})
    return {path: generator.choice(tests)}, None


@invalid_input(UNCLAIMED_QUERIES, "CAP-6")
def unclaimed_document(generator: ValueGenerator) -> tuple[Any, Any]:
    place = generator.choice((*DICT_FIELDS, "label"))
    document = generator.choice(({}, {"a": "b"}, {"a": None}))
    return {place: generator.next_in_rotation((document, *_compared(document)))}, None


@invalid_input(UNCLAIMED_QUERIES, "CAP-7")
def unclaimed_list(generator: ValueGenerator) -> tuple[Any, Any]:
    place = generator.choice(("buffers", "label"))
    shapes = __SEVERAL__([], ["a"], {"$all": ["a"]}, {"$size": 0}, {"$elemMatch": {"$ne": None}})
    return {
        place: generator.next_in_rotation(
            (*shapes, {"$all": []}, *_compared([]), *_compared(["a"]))
        )
    }, None


def _compared(operand: Any) -> list[dict[str, Any]]:
    """What a value is compared with, alone and in a list."""
    alone = ({name: operand} for name in ("$eq", "$ne", "$lt", "$gte"))
    return [*alone, {"$in": [operand]}, {"$in": ["a", operand]}, {"$nin": [None, operand]}]


UNCLAIMED_QUERIES["CAP-8"] = _unclaimed(b"a", b"", *_compared(b"a"), *_compared(b""))
UNCLAIMED_QUERIES["CAP-9"] = _unclaimed(
    *(1, True, 1.0, 0, float("nan")), *_compared(1), *_compared(0.0), *_compared(False)
)
UNCLAIMED_QUERIES["CAP-10"] = _unclaimed(
    *({"$regex": pattern} for pattern in ("a", "", "^a$")), {"$regex": "a", "$options": "i"}
)
