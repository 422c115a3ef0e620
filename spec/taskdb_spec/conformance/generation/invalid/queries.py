"""Queries and keys that have to be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.invalid.registry import (
    NAIVE_DATETIME,
    InvalidInputGenerator,
    text_or_timestamp_field,
    invalid_input,
    __SEVERAL__,
)
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

MALFORMED_QUERIES: dict[str, InvalidInputGenerator] = {}
KEYS: dict[str, InvalidInputGenerator] = {}


def _operands(good: tuple[Any, ...], *bad: Any) -> InvalidInputGenerator:
    """Conditions on a field: the bad ones, and the good."""

    def make(generator: ValueGenerator) -> tuple[Any, Any]:
        place = text_or_timestamp_field(generator)
        return {place: generator.next_in_rotation(bad)}, {place: generator.choice(good)}

    return make


MALFORMED_QUERIES["IN-5"] = _operands(
    ({"$in": ["a"]}, {"$nin": ("a",)}, {"$in": ()}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in __SEVERAL__("abc", "", None, {"a": 1}, {}, 5, {"a"})
    ),
)
MALFORMED_QUERIES["IN-6"] = _operands(
    ({"$in": ["a", None]}, {"$nin": ["a"]}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in __SEVERAL__([{"$gt": "a"}], ["a", {"$ne": None}], [{"a": 1, "$gt": "a"}])
    ),
)
UNKNOWN_OPERATORS = (
    *("$ge", "$le", "$GT", "$foo", "$", "$where", "$expr", "$text", "$comment", "$type", "$near"),
    *("$bitsAllSet", "$jsonSchema", "$slice", "$like", "$isnull", "$ne ", " $ne", "$$ne"),
    "$not_in",
)


@invalid_input(MALFORMED_QUERIES, "QRY-4")
def unknown_operator(generator: ValueGenerator) -> tuple[Any, Any]:
    operands: tuple[Any, ...] = ("a", None, [], True)
    place, operand = text_or_timestamp_field(generator), generator.choice(operands)
    name, where = generator.next_in_rotation(tuple(product(UNKNOWN_OPERATORS, ("above", "beside", "alone"))))
    if where == "above":
        more: dict[str, Any] = generator.choice(({}, {place: {"$ne": "never"}}))
        return {**more, name: operand}, more
    if where == "beside":
        return {place: {name: operand, "$ne": None}}, {place: {"$ne": None}}
    return {place: {name: operand}}, {place: {"$eq": None}}


@invalid_input(MALFORMED_QUERIES, "QRY-5")
def unknown_field(generator: ValueGenerator) -> tuple[Any, Any]:
    name: Any = generator.next_in_rotation(
        (
            *("nope", "Label", "label ", "_id", "", "msg_ids", "1=1 OR label", "rowid"),
            *(None, 1, b"label", ("label",), "labels.a", "Header.a"),
        )
    )
    return {name: generator.choice((None, "a", {"$ne": None}, {"$in": []}))}, {"label": None}


@invalid_input(MALFORMED_QUERIES, "QRY-6")
def _MIXED_(generator: ValueGenerator) -> tuple[Any, Any]:
    place = text_or_timestamp_field(generator)
    operator: dict[str, Any] = generator.choice(({"$ne": "never"}, {"$nin": ["never"]}))
    plain = {"a": None}
    third = {"$ne": "never", "$nin": ["never"], **plain}
    mixtures = ({**operator, **plain}, {**plain, **operator}, third)
    return {place: generator.choice(mixtures)}, {place: operator}


@invalid_input(MALFORMED_QUERIES, "QRY-7")
def operand_outside_domain(generator: ValueGenerator) -> tuple[Any, Any]:
    place = text_or_timestamp_field(generator)
    shapes, values = _SHAPES, OPERANDS_OUTSIDE_DOMAIN
    if Capability.documents in generator.capabilities:
        shapes, values = (*shapes, *_NESTING), (*values, {5: "a"})
    if Capability.arrays in generator.capabilities:
        shapes = (*shapes, *_LISTING)
    shape, bad = generator.next_in_rotation(tuple(product(shapes, values)))
    return {place: shape(bad)}, {place: generator.choice(({"$ne": "a"}, {"$in": [None]}))}


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
OPERANDS_OUTSIDE_DOMAIN: tuple[Any, ...] = (
    *(NAIVE_DATETIME, NAIVE_DATETIME.date(), {"a"}, object(), re.compile("a"), "\ud800", 1 + 2j, frozenset("a")),
    *(2**63, 10**20, bytearray(b"a"), memoryview(b"a")),
)


NON_QUERIES: tuple[Any, ...] = (
    *(None, "", "label", [], ["label"], 5, {"a"}, True, [{"label": None}], ({},)),
    *('{"label": null}', [("label", None)], (("label", "a"),), b"{}"),
)
"""What is no dict, and may be taken for a query (clause QRY-8)."""


@invalid_input(MALFORMED_QUERIES, "QRY-8")
def non_dict_query(generator: ValueGenerator) -> tuple[Any, Any]:
    return generator.next_in_rotation(NON_QUERIES), {}


MALFORMED_QUERIES["EXI-2"] = _operands(
    ({"$exists": True}, {"$exists": False}),
    *({"$exists": bad} for bad in __SEVERAL__(1, 0, None, "true", "", [], 1.0, {})),
)
MALFORMED_QUERIES["GLB-8"] = _operands(
    ({"$glob": "a*"},),
    *({"$glob": bad} for bad in __SEVERAL__(5, None, ["a"], b"a", re.compile("a"), True)),
)
MALFORMED_QUERIES["RGX-4"] = _operands(
    ({"$regex": "a"}, {"$regex": "a", "$options": "im"}),
    *({"$regex": bad} for bad in __SEVERAL__(5, None, "(", "[", "*", ["a"], b"a", True)),
    {"$regex": re.compile("a")},
    *({"$regex": "a", "$options": bad} for bad in __SEVERAL__("x", "iq", 5, None, "I")),
    *({"$options": "i"}, {"$options": ""}, {"$ne": "a", "$options": ""}),
)
MALFORMED_QUERIES["SIZE-2"] = _operands(
    ({"$size": 0}, {"$size": 2}, {"$size": 1.0}),
    *(
        {"$size": bad}
        for bad in __SEVERAL__(-1, 2.5, "2", None, True, [], float("nan"), float("inf"), -0.5)
    ),
)
MALFORMED_QUERIES["ALL-3"] = _operands(
    ({"$all": []}, {"$all": ["a"]}),
    *(
        {"$all": bad}
        for bad in __SEVERAL__(
            *("a", None, 5, {"a": 1}, [{"$gt": "a"}], [{"$elemMatch": {}}]),
            *(["a", "b", {"$gt": "a"}], ["a", "b", {"$elemMatch": {}}]),
        )
    ),
)
MALFORMED_QUERIES["ELEM-2"] = _operands(
    ({"$elemMatch": {"$ne": None}}, {"$elemMatch": {"a": "b"}}, {"$elemMatch": {}}),
    *(
        {"$elemMatch": bad}
        for bad in __SEVERAL__(
            *("a", None, [], 5, {"$gt": "a", "b": 1}, {"b": 1, "$gt": "a"}),
            *({"a": {"$foo": 1}}, {"$foo": 1}, {"a": {"$ne": 1, "$ge": 1}}),
        )
    ),
)
MALFORMED_QUERIES["MOD-2"] = _operands(
    ({"$mod": [2, 0]}, {"$mod": (3.5, 1)}),
    *(
        {"$mod": bad}
        for bad in __SEVERAL__([2], [2, 0, 0], [], 2, None, "ab", [0, 1], [0.5, 0], ["2", 0])
    ),
    *(
        {"$mod": bad}
        for bad in __SEVERAL__([2, "0"], [2, None], [True, 0], [2, False], [float("nan"), 0])
    ),
    *({"$mod": bad} for bad in __SEVERAL__([2, float("inf")], [2, float("nan")], {"a": 1})),
)


@invalid_input(MALFORMED_QUERIES, "LOG-1")
def malformed_combination(generator: ValueGenerator) -> tuple[Any, Any]:
    place, name = text_or_timestamp_field(generator), generator.choice(LOGICAL_OPERATORS)
    good = {place: {"$ne": "a"}}
    bad: Any = generator.next_in_rotation(
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
    return bad, generator.choice(({name: [good]}, {place: {"$not": {"$ne": "a"}}}, good))


@invalid_input(KEYS, "KEYS-4")
def unknown_key(generator: ValueGenerator) -> tuple[Any, Any]:
    bad: Any = generator.next_in_rotation(("nope", "header.a", "_id", "", "Label", "*", None, 5))
    __SEVERAL__ = ("label", "queue", "header", "stdout", "stderr")
    good, last = generator.next_in_rotation(
        tuple(product(((), ("label",), __SEVERAL__), (True, False)))
    )
    keys = [*good, bad] if last else [bad, *good]
    return generator.choice((keys, tuple(keys))), ["label", "header"]


@invalid_input(KEYS, "KEYS-5")
def string_for_keys(generator: ValueGenerator) -> tuple[Any, Any]:
    return generator.next_in_rotation(("label", "msg_id", "x", "")), ["label"]
