"""Generators of malformed queries, and of keys that must be refused.

Most draw from a table by rotation, so that the programs of a clause together try all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.invalid.registry import (
    NAIVE_DATETIME,
    InvalidInputGenerator,
    draw_scalar_field,
    invalid_input,
)
from taskdb_spec.conformance.generation.values import (
    TIMESTAMPS_BEYOND_UTC,
    ValueGenerator,
    nest_levels,
)
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.records.domain import MAX_DEPTH

MALFORMED_QUERIES: dict[str, InvalidInputGenerator] = {}
INVALID_KEYS: dict[str, InvalidInputGenerator] = {}


def _conditions_on_field(good: tuple[Any, ...], *bad: Any) -> InvalidInputGenerator:
    """Return a generator of the bad conditions, by rotation, and of a good one."""

    def generate(generator: ValueGenerator) -> tuple[Any, Any]:
        field = draw_scalar_field(generator)
        return {field: generator.next_in_rotation(bad)}, {field: generator.choice(good)}

    return generate


def _each(operator: str, operands: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return a condition with the operator for each operand."""
    return [{operator: operand} for operand in operands]


MALFORMED_QUERIES["IN-5"] = _conditions_on_field(
    ({"$in": ["a"]}, {"$nin": ("a",)}, {"$in": ()}),
    *({op: bad} for op in ("$in", "$nin") for bad in ("abc", "", None, {"a": 1}, {}, 5, {"a"})),
)
MALFORMED_QUERIES["IN-6"] = _conditions_on_field(
    ({"$in": ["a", None]}, {"$nin": ["a"]}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in ([{"$gt": "a"}], ["a", {"$ne": None}], [{"a": 1, "$gt": "a"}])
    ),
)
UNKNOWN_OPERATORS = (
    *("$ge", "$le", "$GT", "$foo", "$", "$where", "$expr", "$text", "$comment", "$type", "$near"),
    *("$bitsAllSet", "$jsonSchema", "$slice", "$like", "$isnull", "$ne ", " $ne", "$$ne"),
    "$not_in",
)
"""Misspelled operators, and operators of MongoDB or other languages that SPEC.md does not have."""


@invalid_input(MALFORMED_QUERIES, "QRY-4")
def unknown_operator(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw an unknown operator as a field, beside a known operator, alone, or in a part."""
    operands: tuple[Any, ...] = ("a", None, [], True)
    field, operand = draw_scalar_field(generator), generator.choice(operands)
    positions: tuple[str, ...] = ("as a field", "beside", "alone")
    if Capability.logic in generator.capabilities:
        positions = (*positions, "in a part")
    name, position = generator.next_in_rotation(tuple(product(UNKNOWN_OPERATORS, positions)))
    if position == "in a part":
        return _in_part(generator, {name: operand}), {field: None}
    if position == "as a field":
        more: dict[str, Any] = generator.choice(({}, {field: {"$ne": "never"}}))
        return {**more, name: operand}, more
    if position == "beside":
        return {field: {name: operand, "$ne": None}}, {field: {"$ne": None}}
    return {field: {name: operand}}, {field: {"$eq": None}}


@invalid_input(MALFORMED_QUERIES, "QRY-5")
def unknown_field(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query on a name that is not a root field."""
    name: Any = generator.next_in_rotation(
        (
            *("nope", "Label", "label ", "_id", "", "msg_ids", "1=1 OR label", "rowid"),
            *(None, 1, b"label", ("label",), "labels.a", "Header.a"),
        )
    )
    return {name: generator.choice((None, "a", {"$ne": None}, {"$in": []}))}, {"label": None}


@invalid_input(MALFORMED_QUERIES, "QRY-6")
def operators_beside_keys(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a condition that has both operators and plain keys."""
    field = draw_scalar_field(generator)
    operator: dict[str, Any] = generator.choice(({"$ne": "never"}, {"$nin": ["never"]}))
    plain = {"a": None}
    third = {"$ne": "never", "$nin": ["never"], **plain}
    mixtures = ({**operator, **plain}, {**plain, **operator}, third)
    return {field: generator.choice(mixtures)}, {field: operator}


@invalid_input(MALFORMED_QUERIES, "QRY-7")
def operand_outside_domain(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw an operand that no record can hold, at any position that the backend claims."""
    field = draw_scalar_field(generator)
    conditions, values = _SCALAR_CONDITIONS, OPERANDS_OUTSIDE_DOMAIN
    if Capability.documents in generator.capabilities:
        conditions, values = (*conditions, *_DOCUMENT_CONDITIONS), (*values, {5: "a"})
    if Capability.arrays in generator.capabilities:
        conditions = (*conditions, *_LIST_CONDITIONS)
    condition, bad = generator.next_in_rotation(tuple(product(conditions, values)))
    return {field: condition(bad)}, {field: generator.choice(({"$ne": "a"}, {"$in": [None]}))}


# Conditions with a value in them; a backend is asked the second and third group only if it claims
# to compare documents or lists, because otherwise another clause refuses them as well.
_SCALAR_CONDITIONS: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: bad, lambda bad: {"$eq": bad}, lambda bad: {"$ne": bad}),
    *(lambda bad: {"$lt": bad}, lambda bad: {"$in": ["a", bad]}, lambda bad: {"$nin": [None, bad]}),
)
_DOCUMENT_CONDITIONS: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: {"a": {"b": bad}}, lambda bad: {"a": [{"b": bad}]}),
)
_LIST_CONDITIONS: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: ["a", bad], lambda bad: {"$eq": [bad]}, lambda bad: {"$in": [["a", bad]]}),
    lambda bad: {"$all": ["a", bad]},
)
OPERANDS_OUTSIDE_DOMAIN: tuple[Any, ...] = (
    *(
        NAIVE_DATETIME,
        NAIVE_DATETIME.date(),
        {"a"},
        object(),
        re.compile("a"),
        "\ud800",
        1 + 2j,
        frozenset("a"),
    ),
    *(2**63, 10**20, bytearray(b"a"), memoryview(b"a")),
)
"""Values that no record can hold, so no query can ask for them."""
_RARE_OPERANDS_OUTSIDE_DOMAIN: tuple[tuple[Capability | None, dict[str, Any]], ...] = (
    (Capability.glob, {"label": {"$glob": "\ud800*"}}),
    (Capability.regex, {"label": {"$regex": "\ud800"}}),
    (Capability.documents, {"label": {1: 2}}),
    (Capability.documents, {"header": nest_levels(MAX_DEPTH + 1)}),
    (None, {"submitted": {"$lt": TIMESTAMPS_BEYOND_UTC[1]}}),
    (None, {"submitted": TIMESTAMPS_BEYOND_UTC[0]}),
)


def draw_rare_operand_outside_domain(generator: ValueGenerator) -> dict[str, Any]:
    """Draw a query that the table of QRY-7 does not build: by operator, name, depth or instant."""
    return generator.item_of_turn(
        [
            query
            for capability, query in _RARE_OPERANDS_OUTSIDE_DOMAIN
            if capability is None or capability in generator.capabilities
        ]
    )


NON_QUERIES: tuple[Any, ...] = (
    *(None, "", "label", [], ["label"], 5, {"a"}, True, [{"label": None}], ({},)),
    *('{"label": null}', [("label", None)], (("label", "a"),), b"{}"),
)
"""Values that are not a dict, but that a careless store treats as a query (QRY-8)."""


@invalid_input(MALFORMED_QUERIES, "QRY-8")
def non_dict_query(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a query that is not a dict, as the whole query or as a part of one."""
    if Capability.logic not in generator.capabilities:
        return generator.next_in_rotation(NON_QUERIES), {}
    bad, is_part = generator.next_in_rotation(tuple(product(NON_QUERIES, (False, True))))
    return _in_part(generator, bad) if is_part else bad, {}


def _in_part(generator: ValueGenerator, bad: Any) -> dict[str, Any]:
    """Return a query with a malformed part beside a valid one, none of which decides alone."""
    operator = generator.choice(LOGICAL_OPERATORS)
    decides_nothing = {"$and": {}}.get(operator, {"msg_id": "never"})
    return {operator: generator.permutation([decides_nothing, bad])}


MALFORMED_QUERIES["EXI-2"] = _conditions_on_field(
    ({"$exists": True}, {"$exists": False}),
    *_each("$exists", (1, 0, None, "true", "", [], 1.0, {})),
)
MALFORMED_QUERIES["GLB-8"] = _conditions_on_field(
    ({"$glob": "a*"},),
    *_each("$glob", (5, None, ["a"], b"a", re.compile("a"), True)),
)
MALFORMED_QUERIES["RGX-4"] = _conditions_on_field(
    ({"$regex": "a"}, {"$regex": "a", "$options": "im"}),
    *({"$regex": bad} for bad in (5, None, "(", "[", "*", ["a"], b"a", True)),
    {"$regex": re.compile("a")},
    *({"$regex": "a", "$options": bad} for bad in ("x", "iq", 5, None, "I")),
    *({"$options": "i"}, {"$options": ""}, {"$ne": "a", "$options": ""}),
)
MALFORMED_QUERIES["SIZE-2"] = _conditions_on_field(
    ({"$size": 0}, {"$size": 2}, {"$size": 1.0}),
    *_each("$size", (-1, 2.5, "2", None, True, [], float("nan"), float("inf"), -0.5)),
)
MALFORMED_QUERIES["ALL-3"] = _conditions_on_field(
    ({"$all": []}, {"$all": ["a"]}),
    *_each(
        "$all",
        (
            *("a", None, 5, {"a": 1}, [{"$gt": "a"}], [{"$elemMatch": {}}]),
            *(["a", "b", {"$gt": "a"}], ["a", "b", {"$elemMatch": {}}]),
        ),
    ),
)
MALFORMED_QUERIES["ELEM-2"] = _conditions_on_field(
    ({"$elemMatch": {"$ne": None}}, {"$elemMatch": {"a": "b"}}, {"$elemMatch": {}}),
    *_each(
        "$elemMatch",
        (
            *("a", None, [], 5, {"$gt": "a", "b": 1}, {"b": 1, "$gt": "a"}),
            *({"a": {"$foo": 1}}, {"$foo": 1}, {"a": {"$ne": 1, "$ge": 1}}),
            *({1: 2}, {"a": 1, 2: {"$ne": 1}}),  # names that are not a str (L-38)
        ),
    ),
)
MALFORMED_QUERIES["MOD-2"] = _conditions_on_field(
    (
        *({"$mod": [2, 0]}, {"$mod": (3.5, 1)}, {"$mod": [-200, -7]}, {"$mod": [-(2**63), 0]}),
        *({"$mod": (2**63 - 1, 0)}, {"$mod": [2, -(2**63)]}),
    ),
    *_each("$mod", ([2], [2, 0, 0], [], 2, None, "ab", [0, 1], [0.5, 0], ["2", 0])),
    *_each("$mod", ([2, "0"], [2, None], [True, 0], [2, False], [float("nan"), 0])),
    *_each("$mod", ([2, float("inf")], [2, float("nan")], {"a": 1})),
    *_each("$mod", ([2**63, 0], [-(2**63) - 1, 0], [2, 2.0**63], [2, -(2**63) - 1])),
)


@invalid_input(MALFORMED_QUERIES, "LOG-1")
def malformed_logical_operator(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw `$and`, `$or`, `$nor` or `$not` with a wrong operand or at a wrong position."""
    field, name = draw_scalar_field(generator), generator.choice(LOGICAL_OPERATORS)
    good = {field: {"$ne": "a"}}
    bad: Any = generator.next_in_rotation(
        (
            {name: []},
            {name: good},
            {name: None},
            {name: "label"},
            {name: [good, 5]},
            {name: [None]},
            {name: [good, None]},
            {name: [[good]]},
            {name: [good, {"$and": []}]},
            {field: {name: [{"$ne": "a"}]}},
            {"$not": good},
            {field: {"$not": {}}},
            {field: {"$not": "a"}},
            {field: {"$not": None}},
            {field: {"$not": [{"$ne": "a"}]}},
            {field: {"$not": {"a": "b"}}},
            {field: {"$not": re.compile("a")}},
        )
    )
    return bad, generator.choice(({name: [good]}, {field: {"$not": {"$ne": "a"}}}, good))


@invalid_input(INVALID_KEYS, "KEYS-4")
def unknown_key(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw keys of which the first or the last is unknown."""
    bad: Any = generator.next_in_rotation(("nope", "header.a", "_id", "", "Label", "*", None, 5))
    many_keys = ("label", "queue", "header", "stdout", "stderr")
    good, last = generator.next_in_rotation(
        tuple(product(((), ("label",), many_keys), (True, False)))
    )
    keys = [*good, bad] if last else [bad, *good]
    return generator.choice((keys, tuple(keys))), ["label", "header"]


@invalid_input(INVALID_KEYS, "KEYS-5")
def string_as_keys(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a string as keys: a careless store iterates over its characters."""
    return generator.next_in_rotation(("label", "msg_id", "x", "")), ["label"]
