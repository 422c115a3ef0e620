"""Makers of queries that look inside documents: paths, and what is only seen through them."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import MAKERS, Maker, Sample, maker
from taskdb_spec.conformance.generation.values import BYTES, FLOATS, INTS, Pools
from taskdb_spec.language.tree import ORDER_OPERATORS

PLACES = (
    ("header", "n"),
    ("content", "a"),
    ("metadata", "a", "b"),
    ("result_content", "x"),
    ("error", "0"),
    ("execute_result", "a", "b", "c", "d", "e"),
)


def nested(pools: Pools, condition: Any, *values: Any) -> Sample:
    """A query on a path, and documents that hold the values at its end."""
    root, *names = pools.one_of(PLACES)
    return Sample(
        {".".join((root, *names)): condition}, tuple({root: _wrapped(names, v)} for v in values)
    )


def _wrapped(names: list[str], value: Any) -> Any:
    for name in reversed(names):
        value = {name: value}
    return value


def at(path: str, condition: Any, *documents: Any) -> Sample:
    """A query on a path, and whole values of its root field."""
    root = path.partition(".")[0]
    return Sample({path: condition}, tuple({root: document} for document in documents))


def _conditions(pools: Pools, value: Any) -> Any:
    near = pools.near(value)
    near = near if type(near) is type(value) else value
    membership = ({"$in": [near, value]}, {"$nin": [value]})
    compared = ({operator: value} for operator in ("$eq", "$ne", *ORDER_OPERATORS))
    return pools.deal((value, *membership, *compared))


@maker("PATH-1")
def member(pools: Pools) -> Sample:
    word = pools.word()
    if pools.chance(2):
        return at("header.", _conditions(pools, word), {"": word}, {"a": word}, {})
    if pools.chance(2):
        return at(
            "header.a", word, {"A": word}, {"a": word}, {" a": word}, {"b": word}, {"\u00e1": word}
        )
    if pools.chance(2):
        return at(
            "header.a.b", word, {"a": {"b": word}}, {"a": {"c": word}, "b": word}, {"a": word}
        )
    return nested(pools, _conditions(pools, word), word, pools.near(word), None)


NOWHERE: tuple[Any, ...] = (
    {},
    {"b": "x"},
    {"a": "x"},
    {"a": None},
    {"a": {}},
    {"a": {"b": None}},
    None,
)


@maker("PATH-2")
def missing(pools: Pools) -> Sample:
    word = pools.word()
    equal = (None, {"$eq": None}, {"$lte": None}, {"$gte": None}, {"$in": [None, word]})
    condition = pools.deal((*equal, word, {"$lt": word}, {"$gte": word}, {"$gt": None}))
    return at("content.a.b", condition, *pools.sample(NOWHERE, 2, 4), {"a": {"b": word}})


@maker("PATH-3")
def complement_of_missing(pools: Pools) -> Sample:
    word = pools.word()
    shapes: tuple[Any, ...] = (
        {"$ne": word},
        {"$nin": [word]},
        {"$ne": None},
        {"$nin": [None, word]},
    )
    if Capability.logic in pools.capabilities:
        shapes += ({"$not": {"$gt": word}}, {"$not": {"$eq": None}})
    return at("content.a.b", pools.deal(shapes), *pools.sample(NOWHERE, 2, 4), {"a": {"b": word}})


@maker("PATH-4")
def dotted_key(pools: Pools) -> Sample:
    word = pools.word()
    return at("header.a.b", word, {"a.b": word}, {"a": {"b": word}}, {"a.b": {"a.b": word}})


@maker("EXI-3")
def member_exists(pools: Pools) -> Sample:
    condition = {"$exists": pools.one_of((True, False))}
    documents = [*pools.sample(NOWHERE, 2, 4), {"a": {"b": "x"}}, {"a": {"b": None}}]
    documents.append({"a": {"b": pools.one_of(([], {}, "", 0, False))}})
    if Capability.arrays in pools.capabilities:
        lists: tuple[Any, ...] = ([{"b": 1}, {}], [{"b": None}, {"c": 1}], [{}], [], [1])
        documents += [{"a": elements} for elements in lists]
        if pools.chance(3):
            return at("content.a.0", condition, {"a": [None]}, {"a": [[]]}, *documents)
    return at("content.a.b", condition, *documents)


def _numbers(*values: Any) -> Maker:
    def make(pools: Pools) -> Sample:
        number = pools.deal(values)
        others = [*pools.sample(values, 5, 7), pools.near(number)]
        return nested(pools, _conditions(pools, number), number, *others)

    return make


ALIKE = (
    (0, 0.0, -0.0, 1e-300),
    (1, 1.0, 1.0000001),
    (-1, -1.0, 1, 1.0),
    (10, 10.0, 10.000000001, 100),
    (0.1 + 0.2, 0.3, 0.30000001),
)
"""Numbers that are equal, and some that nearly are."""


@maker("NUM-2")
def number_equality(pools: Pools) -> Sample:
    group: tuple[Any, ...] = pools.deal(ALIKE)
    number = pools.one_of(group)
    shapes = (number, {"$eq": number}, {"$in": [number]}, {"$ne": number}, {"$nin": [number]})
    return nested(pools, pools.one_of(shapes), *group, pools.near(number))


EXACT = (2**53, 2.0**53, 2**53 + 1, 2**53 - 1, -(2**53) - 1, 2**63 - 1, 2.0**63)


TELLING = (
    *(
        (number, operator)
        for operator in ("$eq", "$ne", *ORDER_OPERATORS)
        for number in (2**53 + 1, 2.0**53)
    ),
    *((2**63 - 1, "$eq"), (2.0**63, "$lte"), (2**63 - 1, "$lt"), (2**53, "$gt")),
)
"""Operands that a conversion to float takes for another of these numbers."""


@maker("NUM-4")
def exact_comparison(pools: Pools) -> Sample:
    number, operator = pools.deal(TELLING)
    return nested(pools, {operator: number}, *EXACT)


ORDERED = (*INTS, *(f for f in FLOATS if f == f), 9, 10, -2)


@maker("NUM-3")
def number_order(pools: Pools) -> Sample:
    number = pools.deal(ORDERED)
    others = [*pools.sample(ORDERED, 3, 5), pools.near(number)]
    return nested(pools, {pools.one_of(ORDER_OPERATORS): number}, number, *others)


MAKERS["NUM-5"] = _numbers(True, False, 1, 0, 1.0, 0.0)
MAKERS["NUM-6"] = _numbers(float("nan"), float("nan"), 0, 1.5, float("inf"), float("-inf"))


def _binary(operators: tuple[str, ...]) -> Maker:
    def make(pools: Pools) -> Sample:
        value = pools.deal(BYTES)
        operator = pools.one_of(operators)
        condition = {operator: [value] if operator in ("$in", "$nin") else value}
        return nested(pools, condition, value, *BYTES, value.decode("latin-1"))

    return make


MAKERS["BYT-2"] = _binary(("$eq", "$ne", "$in", "$nin"))
MAKERS["BYT-3"] = _binary(ORDER_OPERATORS)

DIVISORS = (4, 3, 1, 2, 4.9, 2**62)
DIVIDENDS = (
    12,
    13,
    12.7,
    0,
    4,
    0.5,
    7,
    2**62,
    2**63 - 1,
    1e300,
    float("inf"),
    float("nan"),
    True,
    "12",
    None,
)


@maker("MOD-3")
def remainder(pools: Pools) -> Sample:
    divisor = pools.one_of(DIVISORS)
    value = pools.deal(DIVIDENDS[:9])
    wanted = pools.one_of((int(value) % int(divisor), int(value) % int(divisor) + 0.9, 0, 1))
    return nested(pools, {"$mod": [divisor, wanted]}, value, *pools.sample(DIVIDENDS, 2, 4))


@maker("MOD-4")
def signed_remainder(pools: Pools) -> Sample:
    dividend, divisor = (
        pools.deal((-13, 13, -12.7, -1, 7, -(2**63))),
        pools.one_of((4, -4, 3, -3, -1)),
    )
    left = abs(int(dividend)) % abs(divisor)
    wanted = pools.one_of((left, -left, int(dividend) % divisor))
    return nested(
        pools, {"$mod": [divisor, wanted]}, dividend, -dividend if dividend > -99 else 1, 12
    )


# arrays inside documents


@maker("LIST-3")
def some_element(pools: Pools) -> Sample:
    one, other = pools.word(), pools.word()
    conditions: tuple[Any, ...] = (
        *(
            one,
            {"$eq": one},
            {"$in": [one]},
            {pools.one_of(ORDER_OPERATORS): one},
            {"$gte": "b", "$lte": "a"},
        ),
        *({"$eq": [one, other]}, {"$all": [one, other]}, {"$size": 2}, [one], {"$all": [[one]]}),
        {"$all": [one, other, "z"]},
        *({"$elemMatch": {"$gte": "a", "$lte": "b"}}, {"$elemMatch": {"$eq": one, "$ne": other}}),
        *({"$elemMatch": {"$gt": one, "$lt": other}}, {"$elemMatch": {"$in": [one, None]}}),
    )
    lists: tuple[Any, ...] = (
        [one, other],
        [other, one],
        [[one, other]],
        [one],
        [[one], other],
        [],
        one,
        ["", "z"],
    )
    return nested(pools, pools.deal(conditions), *pools.sample(lists, 3, 5), [other])


@maker("LIST-4")
def no_element(pools: Pools) -> Sample:
    one, other = pools.word(), pools.word()
    conditions: tuple[Any, ...] = ({"$ne": one}, {"$nin": [one, "z"]}, {"$ne": [one]})
    if Capability.logic in pools.capabilities:
        conditions += ({"$not": {"$gte": one}}, {"$not": {"$eq": one}}, {"$not": {"$size": 1}})
    lists: tuple[Any, ...] = ([one, other], [other, one], [other], [one], [], [[one]], other)
    return nested(pools, pools.deal(conditions), [one, other], *pools.sample(lists, 3, 5))


@maker("LIST-5")
def none_inside(pools: Pools) -> Sample:
    word = pools.word()
    conditions = (
        None,
        {"$ne": None},
        {"$in": [None]},
        {"$nin": [None]},
        {"$gte": None},
        {"$all": [None]},
    )
    lists: tuple[Any, ...] = ([None], [word, None], [word], [], [[None]], None)
    return nested(pools, pools.deal(conditions), [word, None], *pools.sample(lists, 3, 5))


@maker("PATH-5")
def through_list(pools: Pools) -> Sample:
    one, other = pools.word(), pools.word()
    condition = pools.deal((one, {"$ne": one}, None, {"$in": [one]}, {"$gte": one}, {"$ne": None}))
    lists: tuple[Any, ...] = (
        *(
            [{"b": one}, {"b": other}],
            [{"b": other}, {"b": one}],
            [{"b": other}],
            [{"b": [other, one]}],
        ),
        *(
            [{"b": one}, {"c": other}],
            [{"c": one}],
            {"b": one},
            [[{"b": one}]],
            [other, {"b": one}],
        ),
    )
    chosen = [{"x": x} for x in pools.sample(lists, 3, 6)]
    return at("content.x.b", condition, {"x": lists[1]}, *chosen)


@maker("PATH-6")
def by_index(pools: Pools) -> Sample:
    one, other = pools.one_of(("a", "b", pools.word())), pools.word()
    part = pools.deal(("0", "1", "00", "-1", "01", "+1", "10", "0 ", "2", "1.b", "0.b"))
    condition = pools.deal((one, {"$ne": one}, None, {"$in": [one, other]}))
    values: tuple[Any, ...] = (
        *([one, other], [other, one], [one], {part: one}, [{part: one}], one * 3, [], b"ab"),
        *([other] * 10 + [one], one + other, other[:1] + one),
        *([{"b": one}, {"b": other}], [other, {"b": one}], [[{"b": one}], {"b": other}]),
    )
    chosen = [{"x": x} for x in pools.sample(values, 3, 6)]
    return at(f"content.x.{part}", condition, {"x": [one, other]}, *chosen)


@maker("PATH-7")
def index_is_final(pools: Pools) -> Sample:
    word = pools.word()
    condition = pools.deal((word, [word], {"$ne": word}, {"$size": 1}, {"$in": [word]}))
    values: tuple[Any, ...] = ([[word]], [[word, "x"]], [word], {"0": [word]}, [[[word]]], [[]])
    return at(
        "content.x.0", condition, {"x": [[word]]}, *({"x": x} for x in pools.sample(values, 2, 5))
    )


@maker("PATH-8")
def nothing_there(pools: Pools) -> Sample:
    condition = pools.deal((None, {"$lte": None}, {"$in": [None]}, {"$eq": None}))
    values: tuple[Any, ...] = (
        [],
        ["a"],
        ["a", None],
        [[]],
        [["b"]],
        [[{"b": None}]],
        ["a", {"c": 1}],
        [{"b": None}],
    )
    return at("content.x.b", condition, {"x": []}, *({"x": x} for x in pools.sample(values, 2, 5)))


@maker("ELEM-3")
def document_in_list(pools: Pools) -> Sample:
    one, other = pools.word(), pools.word()
    queries: tuple[Any, ...] = (
        *({"b": one}, {"b": one, "c": other}, {"b": {"$ne": one}}, {"b": None}, {}, {"b.c": one}),
        *({"0": one}, {"b": {"$gte": one, "$ne": other}}),
    )
    if Capability.logic in pools.capabilities:
        queries += ({"$or": [{"b": one}, {"c": other}]}, {"$nor": [{"b": one}]})
    lists: tuple[Any, ...] = (
        *(
            [{"b": one, "c": other}],
            [{"b": one}, {"c": other}],
            [{"c": other}],
            [one],
            [],
            {"b": one},
        ),
        *(
            [[one, other]],
            [{"b": {"c": one}}],
            [{"b": [one]}],
            [{}],
            [{"b": other}, {"b": one, "c": one}],
        ),
    )
    return nested(pools, {"$elemMatch": pools.deal(queries)}, *pools.sample(lists, 4, 6))
