"""Queries and keys that have to be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.invalid.registry import (
    NAIVE,
    Fault,
    any_place,
    fault,
    several,
)
from taskdb_spec.conformance.generation.values import Pools
from taskdb_spec.language.tree import LOGICAL_OPERATORS

MALFORMED: dict[str, Fault] = {}
KEYS: dict[str, Fault] = {}


def _operands(good: tuple[Any, ...], *bad: Any) -> Fault:
    """Conditions on a field: the bad ones, and the good."""

    def make(pools: Pools) -> tuple[Any, Any]:
        place = any_place(pools)
        return {place: pools.deal(bad)}, {place: pools.one_of(good)}

    return make


MALFORMED["IN-5"] = _operands(
    ({"$in": ["a"]}, {"$nin": ("a",)}, {"$in": ()}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in several("abc", "", None, {"a": 1}, {}, 5, {"a"})
    ),
)
MALFORMED["IN-6"] = _operands(
    ({"$in": ["a", None]}, {"$nin": ["a"]}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in several([{"$gt": "a"}], ["a", {"$ne": None}], [{"a": 1, "$gt": "a"}])
    ),
)
UNKNOWN = (
    *("$ge", "$le", "$GT", "$foo", "$", "$where", "$expr", "$text", "$comment", "$type", "$near"),
    *("$bitsAllSet", "$jsonSchema", "$slice", "$like", "$isnull", "$ne ", " $ne", "$$ne"),
    "$not_in",
)


@fault(MALFORMED, "QRY-4")
def unknown_operator(pools: Pools) -> tuple[Any, Any]:
    operands: tuple[Any, ...] = ("a", None, [], True)
    place, operand = any_place(pools), pools.one_of(operands)
    name, where = pools.deal(tuple(product(UNKNOWN, ("above", "beside", "alone"))))
    if where == "above":
        more: dict[str, Any] = pools.one_of(({}, {place: {"$ne": "never"}}))
        return {**more, name: operand}, more
    if where == "beside":
        return {place: {name: operand, "$ne": None}}, {place: {"$ne": None}}
    return {place: {name: operand}}, {place: {"$eq": None}}


@fault(MALFORMED, "QRY-5")
def unknown_field(pools: Pools) -> tuple[Any, Any]:
    name: Any = pools.deal(
        (
            *("nope", "Label", "label ", "_id", "", "msg_ids", "1=1 OR label", "rowid"),
            *(None, 1, b"label", ("label",), "labels.a", "Header.a"),
        )
    )
    return {name: pools.one_of((None, "a", {"$ne": None}, {"$in": []}))}, {"label": None}


@fault(MALFORMED, "QRY-6")
def mixed(pools: Pools) -> tuple[Any, Any]:
    place = any_place(pools)
    operator: dict[str, Any] = pools.one_of(({"$ne": "never"}, {"$nin": ["never"]}))
    plain = {"a": None}
    third = {"$ne": "never", "$nin": ["never"], **plain}
    mixtures = ({**operator, **plain}, {**plain, **operator}, third)
    return {place: pools.one_of(mixtures)}, {place: operator}


@fault(MALFORMED, "QRY-7")
def operand_outside_domain(pools: Pools) -> tuple[Any, Any]:
    place = any_place(pools)
    shapes, values = _SHAPES, OUTSIDE
    if Capability.documents in pools.capabilities:
        shapes, values = (*shapes, *_NESTING), (*values, {5: "a"})
    if Capability.arrays in pools.capabilities:
        shapes = (*shapes, *_LISTING)
    shape, bad = pools.deal(tuple(product(shapes, values)))
    return {place: shape(bad)}, {place: pools.one_of(({"$ne": "a"}, {"$in": [None]}))}


_SHAPES: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: bad, lambda bad: {"$eq": bad}, lambda bad: {"$ne": bad}),
    *(lambda bad: {"$lt": bad}, lambda bad: {"$in": ["a", bad]}, lambda bad: {"$nin": [None, bad]}),
)
_NESTING: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: {"a": {"b": bad}}, lambda bad: {"a": [{"b": bad}]}),
)
_LISTING: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: ["a", bad], lambda bad: {"$eq": [bad]}, lambda bad: {"$in": [["a", bad]]}),
    lambda bad: {"$all": ["a", bad]},
)
OUTSIDE: tuple[Any, ...] = (
    *(NAIVE, NAIVE.date(), {"a"}, object(), re.compile("a"), "\ud800", 1 + 2j, frozenset("a")),
    *(2**63, 10**20, bytearray(b"a"), memoryview(b"a")),
)


NO_QUERIES: tuple[Any, ...] = (
    *(None, "", "label", [], ["label"], 5, {"a"}, True, [{"label": None}], ({},)),
    *('{"label": null}', [("label", None)], (("label", "a"),), b"{}"),
)
"""What is no dict, and may be taken for a query (clause QRY-8)."""


@fault(MALFORMED, "QRY-8")
def no_query(pools: Pools) -> tuple[Any, Any]:
    return pools.deal(NO_QUERIES), {}


MALFORMED["EXI-2"] = _operands(
    ({"$exists": True}, {"$exists": False}),
    *({"$exists": bad} for bad in several(1, 0, None, "true", "", [], 1.0, {})),
)
MALFORMED["GLB-8"] = _operands(
    ({"$glob": "a*"},),
    *({"$glob": bad} for bad in several(5, None, ["a"], b"a", re.compile("a"), True)),
)
MALFORMED["RGX-4"] = _operands(
    ({"$regex": "a"}, {"$regex": "a", "$options": "im"}),
    *({"$regex": bad} for bad in several(5, None, "(", "[", "*", ["a"], b"a", True)),
    {"$regex": re.compile("a")},
    *({"$regex": "a", "$options": bad} for bad in several("x", "iq", 5, None, "I")),
    *({"$options": "i"}, {"$options": ""}, {"$ne": "a", "$options": ""}),
)
MALFORMED["SIZE-2"] = _operands(
    ({"$size": 0}, {"$size": 2}, {"$size": 1.0}),
    *(
        {"$size": bad}
        for bad in several(-1, 2.5, "2", None, True, [], float("nan"), float("inf"), -0.5)
    ),
)
MALFORMED["ALL-3"] = _operands(
    ({"$all": []}, {"$all": ["a"]}),
    *(
        {"$all": bad}
        for bad in several(
            *("a", None, 5, {"a": 1}, [{"$gt": "a"}], [{"$elemMatch": {}}]),
            *(["a", "b", {"$gt": "a"}], ["a", "b", {"$elemMatch": {}}]),
        )
    ),
)
MALFORMED["ELEM-2"] = _operands(
    ({"$elemMatch": {"$ne": None}}, {"$elemMatch": {"a": "b"}}, {"$elemMatch": {}}),
    *(
        {"$elemMatch": bad}
        for bad in several(
            *("a", None, [], 5, {"$gt": "a", "b": 1}, {"b": 1, "$gt": "a"}),
            *({"a": {"$foo": 1}}, {"$foo": 1}, {"a": {"$ne": 1, "$ge": 1}}),
        )
    ),
)
MALFORMED["MOD-2"] = _operands(
    ({"$mod": [2, 0]}, {"$mod": (3.5, 1)}),
    *(
        {"$mod": bad}
        for bad in several([2], [2, 0, 0], [], 2, None, "ab", [0, 1], [0.5, 0], ["2", 0])
    ),
    *(
        {"$mod": bad}
        for bad in several([2, "0"], [2, None], [True, 0], [2, False], [float("nan"), 0])
    ),
    *({"$mod": bad} for bad in several([2, float("inf")], [2, float("nan")], {"a": 1})),
)


@fault(MALFORMED, "LOG-1")
def malformed_combination(pools: Pools) -> tuple[Any, Any]:
    place, name = any_place(pools), pools.one_of(LOGICAL_OPERATORS)
    good = {place: {"$ne": "a"}}
    bad: Any = pools.deal(
        (
            {name: []},
            {name: good},
            {name: None},
            {name: "label"},
            {name: [good, 5]},
            {name: [None]},
            {name: [[good]]},
            {name: [good, {"$and": []}]},
            {place: {name: [{"$ne": "a"}]}},
            {"$not": good},
            {place: {"$not": {}}},
            {place: {"$not": "a"}},
            {place: {"$not": None}},
            {place: {"$not": [{"$ne": "a"}]}},
            {place: {"$not": {"a": "b"}}},
            {place: {"$not": re.compile("a")}},
        )
    )
    return bad, pools.one_of(({name: [good]}, {place: {"$not": {"$ne": "a"}}}, good))


@fault(KEYS, "KEYS-4")
def unknown_key(pools: Pools) -> tuple[Any, Any]:
    bad: Any = pools.deal(("nope", "header.a", "_id", "", "Label", "*", None, 5))
    several = ("label", "queue", "header", "stdout", "stderr")
    good, last = pools.deal(tuple(product(((), ("label",), several), (True, False))))
    keys = [*good, bad] if last else [bad, *good]
    return pools.one_of((keys, tuple(keys))), ["label", "header"]


@fault(KEYS, "KEYS-5")
def text_for_keys(pools: Pools) -> tuple[Any, Any]:
    return pools.deal(("label", "msg_id", "x", "")), ["label"]
