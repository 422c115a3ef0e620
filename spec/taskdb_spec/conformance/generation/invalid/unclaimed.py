"""Queries that need a capability which the backend does not claim."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.invalid.registry import Fault, any_place, fault, several
from taskdb_spec.conformance.generation.values import DICT_PLACES, Pools
from taskdb_spec.language.tree import LOGICAL_OPERATORS

UNCLAIMED: dict[str, Fault] = {}


def _unclaimed(*conditions: Any) -> Fault:
    def make(pools: Pools) -> tuple[Any, Any]:
        return {any_place(pools): pools.deal(conditions)}, None

    return make


UNCLAIMED["CAP-1"] = _unclaimed({"$exists": True}, {"$exists": False})
UNCLAIMED["CAP-2"] = _unclaimed(*({"$glob": pattern} for pattern in ("a*", "*", "a", "", "[a]")))
UNCLAIMED["CAP-3"] = _unclaimed({"$mod": [2, 0]}, {"$mod": (3, 1)}, {"$mod": [1, 0]})


@fault(UNCLAIMED, "CAP-4")
def unclaimed_logic(pools: Pools) -> tuple[Any, Any]:
    place, name = any_place(pools), pools.one_of(LOGICAL_OPERATORS)
    negated: dict[str, Any] = {place: {"$not": {"$eq": "a"}}}
    both = {name: [{place: None}, {"queue": "a"}]}
    return pools.deal(({name: [{place: None}]}, negated, both, {"queue": None, **negated})), None


@fault(UNCLAIMED, "CAP-5")
def unclaimed_path(pools: Pools) -> tuple[Any, Any]:
    path = pools.deal(("header.a", "content.a.b", "buffers.0", "label.a"))
    tests = (None, "a", {"$ne": None}, {"$in": ["a"]}, {"$nin": ["a"]}, {"$lt": "a"}, {"$ne": "a"})
    return {path: pools.one_of(tests)}, None


@fault(UNCLAIMED, "CAP-6")
def unclaimed_document(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of((*DICT_PLACES, "label"))
    document = pools.one_of(({}, {"a": "b"}, {"a": None}))
    return {place: pools.deal((document, *_compared(document)))}, None


@fault(UNCLAIMED, "CAP-7")
def unclaimed_list(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of(("buffers", "label"))
    shapes = several([], ["a"], {"$all": ["a"]}, {"$size": 0}, {"$elemMatch": {"$ne": None}})
    return {place: pools.deal((*shapes, {"$all": []}, *_compared([]), *_compared(["a"])))}, None


def _compared(operand: Any) -> list[dict[str, Any]]:
    """What a value is compared with, alone and in a list."""
    alone = ({name: operand} for name in ("$eq", "$ne", "$lt", "$gte"))
    return [*alone, {"$in": [operand]}, {"$in": ["a", operand]}, {"$nin": [None, operand]}]


UNCLAIMED["CAP-8"] = _unclaimed(b"a", b"", *_compared(b"a"), *_compared(b""))
UNCLAIMED["CAP-9"] = _unclaimed(
    *(1, True, 1.0, 0, float("nan")), *_compared(1), *_compared(0.0), *_compared(False)
)
UNCLAIMED["CAP-10"] = _unclaimed(
    *({"$regex": pattern} for pattern in ("a", "", "^a$")), {"$regex": "a", "$options": "i"}
)
