"""Makers of queries that look inside documents: paths, and what is only seen through them."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    QueryCase,
    QueryGenerator,
    query_generator,
)
from taskdb_spec.conformance.generation.values import BYTES, FLOATS, INTS, ValueGenerator
from taskdb_spec.language.tree import ORDER_OPERATORS

PLACES = (
    ("header", "n"),
    ("content", "a"),
    ("metadata", "a", "b"),
    ("result_content", "x"),
    ("error", "0"),
    ("execute_result", "a", "b", "c", "d", "e"),
)


def nested(generator: ValueGenerator, condition: Any, *values: Any) -> QueryCase:
    """A query on a path, and documents that hold the values at its end."""
    root, *names = generator.choice(PLACES)
    return QueryCase(
        {".".join((root, *names)): condition}, tuple({root: _wrapped(names, v)} for v in values)
    )


def _wrapped(names: list[str], value: Any) -> Any:
    for name in reversed(names):
        value = {name: value}
    return value


def at(path: str, condition: Any, *documents: Any) -> QueryCase:
    """A query on a path, and whole values of its root field."""
    root = path.partition(".")[0]
    return QueryCase({path: condition}, tuple({root: document} for document in documents))


def _conditions(generator: ValueGenerator, value: Any) -> Any:
    near = generator.similar_value(value)
    near = near if type(near) is type(value) else value
    membership = ({"$in": [near, value]}, {"$nin": [value]})
    compared = ({operator: value} for operator in ("$eq", "$ne", *ORDER_OPERATORS))
    return generator.next_in_rotation((value, *membership, *compared))


@query_generator("PATH-1")
def member(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    if generator.chance(0.2):
        return at("header.", _conditions(generator, word), {"": word}, {"a": word}, {})
    if generator.chance(0.2):
        return at(
            "header.a", word, {"A": word}, {"a": word}, {" a": word}, {"b": word}, {"\u00e1": word}
        )
    if generator.chance(0.2):
        return at(
            "header.a.b", word, {"a": {"b": word}}, {"a": {"c": word}, "b": word}, {"a": word}
        )
    return nested(
        generator, _conditions(generator, word), word, generator.similar_value(word), None
    )


NOWHERE: tuple[Any, ...] = (
    {},
    {"b": "x"},
    {"a": "x"},
    {"a": None},
    {"a": {}},
    {"a": {"b": None}},
    None,
)


@query_generator("PATH-2")
def missing(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    equal = (None, {"$eq": None}, {"$lte": None}, {"$gte": None}, {"$in": [None, word]})
    condition = generator.next_in_rotation(
        (*equal, word, {"$lt": word}, {"$gte": word}, {"$gt": None})
    )
    return at("content.a.b", condition, *generator.sample(NOWHERE, 2, 4), {"a": {"b": word}})


@query_generator("PATH-3")
def complement_of_missing(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    shapes: tuple[Any, ...] = (
        {"$ne": word},
        {"$nin": [word]},
        {"$ne": None},
        {"$nin": [None, word]},
    )
    if Capability.logic in generator.capabilities:
        shapes += ({"$not": {"$gt": word}}, {"$not": {"$eq": None}})
    return at(
        "content.a.b",
        generator.next_in_rotation(shapes),
        *generator.sample(NOWHERE, 2, 4),
        {"a": {"b": word}},
    )


@query_generator("PATH-4")
def dotted_key(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    return at("header.a.b", word, {"a.b": word}, {"a": {"b": word}}, {"a.b": {"a.b": word}})


@query_generator("EXI-3")
def member_exists(generator: ValueGenerator) -> QueryCase:
    condition = {"$exists": generator.choice((True, False))}
    documents = [*generator.sample(NOWHERE, 2, 4), {"a": {"b": "x"}}, {"a": {"b": None}}]
    documents.append({"a": {"b": generator.choice(([], {}, "", 0, False))}})
    if Capability.arrays in generator.capabilities:
        lists: tuple[Any, ...] = ([{"b": 1}, {}], [{"b": None}, {"c": 1}], [{}], [], [1])
        documents += [{"a": elements} for elements in lists]
        if generator.chance(0.3):
            return at("content.a.0", condition, {"a": [None]}, {"a": [[]]}, *documents)
    return at("content.a.b", condition, *documents)


def _numbers(*values: Any) -> QueryGenerator:
    def make(generator: ValueGenerator) -> QueryCase:
        number = generator.next_in_rotation(values)
        others = [*generator.sample(values, 5, 7), generator.similar_value(number)]
        return nested(generator, _conditions(generator, number), number, *others)

    return make


ALIKE = (
    (0, 0.0, -0.0, 1e-300),
    (1, 1.0, 1.0000001),
    (-1, -1.0, 1, 1.0),
    (10, 10.0, 10.000000001, 100),
    (0.1 + 0.2, 0.3, 0.30000001),
)
"""Numbers that are equal, and some that nearly are."""


@query_generator("NUM-2")
def number_equality(generator: ValueGenerator) -> QueryCase:
    group: tuple[Any, ...] = generator.next_in_rotation(ALIKE)
    number = generator.choice(group)
    shapes = (number, {"$eq": number}, {"$in": [number]}, {"$ne": number}, {"$nin": [number]})
    return nested(generator, generator.choice(shapes), *group, generator.similar_value(number))


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


@query_generator("NUM-4")
def exact_comparison(generator: ValueGenerator) -> QueryCase:
    number, operator = generator.next_in_rotation(TELLING)
    return nested(generator, {operator: number}, *EXACT)


ORDERED = (*INTS, *(f for f in FLOATS if f == f), 9, 10, -2)


@query_generator("NUM-3")
def number_order(generator: ValueGenerator) -> QueryCase:
    number = generator.next_in_rotation(ORDERED)
    others = [*generator.sample(ORDERED, 3, 5), generator.similar_value(number)]
    return nested(generator, {generator.choice(ORDER_OPERATORS): number}, number, *others)


QUERY_GENERATORS["NUM-5"] = _numbers(True, False, 1, 0, 1.0, 0.0)
QUERY_GENERATORS["NUM-6"] = _numbers(
    float("nan"), float("nan"), 0, 1.5, float("inf"), float("-inf")
)


def _binary(operators: tuple[str, ...]) -> QueryGenerator:
    def make(generator: ValueGenerator) -> QueryCase:
        value = generator.next_in_rotation(BYTES)
        operator = generator.choice(operators)
        condition = {operator: [value] if operator in ("$in", "$nin") else value}
        return nested(generator, condition, value, *BYTES, value.decode("latin-1"))

    return make


QUERY_GENERATORS["BYT-2"] = _binary(("$eq", "$ne", "$in", "$nin"))
QUERY_GENERATORS["BYT-3"] = _binary(ORDER_OPERATORS)

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


@query_generator("MOD-3")
def remainder(generator: ValueGenerator) -> QueryCase:
    divisor = generator.choice(DIVISORS)
    value = generator.next_in_rotation(DIVIDENDS[:9])
    wanted = generator.choice((int(value) % int(divisor), int(value) % int(divisor) + 0.9, 0, 1))
    return nested(generator, {"$mod": [divisor, wanted]}, value, *generator.sample(DIVIDENDS, 2, 4))


@query_generator("MOD-4")
def signed_remainder(generator: ValueGenerator) -> QueryCase:
    dividend, divisor = (
        generator.next_in_rotation((-13, 13, -12.7, -1, 7, -(2**63))),
        generator.choice((4, -4, 3, -3, -1)),
    )
    left = abs(int(dividend)) % abs(divisor)
    wanted = generator.choice((left, -left, int(dividend) % divisor))
    return nested(
        generator, {"$mod": [divisor, wanted]}, dividend, -dividend if dividend > -99 else 1, 12
    )


# arrays inside documents


@query_generator("LIST-3")
def some_element(generator: ValueGenerator) -> QueryCase:
    one, other = generator.word(), generator.word()
    conditions: tuple[Any, ...] = (
        *(
            one,
            {"$eq": one},
            {"$in": [one]},
            {generator.choice(ORDER_OPERATORS): one},
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
    return nested(
        generator, generator.next_in_rotation(conditions), *generator.sample(lists, 3, 5), [other]
    )


@query_generator("LIST-4")
def no_element(generator: ValueGenerator) -> QueryCase:
    one, other = generator.word(), generator.word()
    conditions: tuple[Any, ...] = ({"$ne": one}, {"$nin": [one, "z"]}, {"$ne": [one]})
    if Capability.logic in generator.capabilities:
        conditions += ({"$not": {"$gte": one}}, {"$not": {"$eq": one}}, {"$not": {"$size": 1}})
    lists: tuple[Any, ...] = ([one, other], [other, one], [other], [one], [], [[one]], other)
    return nested(
        generator,
        generator.next_in_rotation(conditions),
        [one, other],
        *generator.sample(lists, 3, 5),
    )


@query_generator("LIST-5")
def none_inside(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    conditions = (
        None,
        {"$ne": None},
        {"$in": [None]},
        {"$nin": [None]},
        {"$gte": None},
        {"$all": [None]},
    )
    lists: tuple[Any, ...] = ([None], [word, None], [word], [], [[None]], None)
    return nested(
        generator,
        generator.next_in_rotation(conditions),
        [word, None],
        *generator.sample(lists, 3, 5),
    )


@query_generator("PATH-5")
def through_list(generator: ValueGenerator) -> QueryCase:
    one, other = generator.word(), generator.word()
    condition = generator.next_in_rotation(
        (one, {"$ne": one}, None, {"$in": [one]}, {"$gte": one}, {"$ne": None})
    )
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
    chosen = [{"x": x} for x in generator.sample(lists, 3, 6)]
    return at("content.x.b", condition, {"x": lists[1]}, *chosen)


@query_generator("PATH-6")
def by_index(generator: ValueGenerator) -> QueryCase:
    one, other = generator.choice(("a", "b", generator.word())), generator.word()
    part = generator.next_in_rotation(
        ("0", "1", "00", "-1", "01", "+1", "10", "0 ", "2", "1.b", "0.b")
    )
    condition = generator.next_in_rotation((one, {"$ne": one}, None, {"$in": [one, other]}))
    values: tuple[Any, ...] = (
        *([one, other], [other, one], [one], {part: one}, [{part: one}], one * 3, [], b"ab"),
        *([other] * 10 + [one], one + other, other[:1] + one),
        *([{"b": one}, {"b": other}], [other, {"b": one}], [[{"b": one}], {"b": other}]),
    )
    chosen = [{"x": x} for x in generator.sample(values, 3, 6)]
    return at(f"content.x.{part}", condition, {"x": [one, other]}, *chosen)


@query_generator("PATH-7")
def index_is_final(generator: ValueGenerator) -> QueryCase:
    word = generator.word()
    condition = generator.next_in_rotation(
        (word, [word], {"$ne": word}, {"$size": 1}, {"$in": [word]})
    )
    values: tuple[Any, ...] = ([[word]], [[word, "x"]], [word], {"0": [word]}, [[[word]]], [[]])
    return at(
        "content.x.0",
        condition,
        {"x": [[word]]},
        *({"x": x} for x in generator.sample(values, 2, 5)),
    )


@query_generator("PATH-8")
def nothing_there(generator: ValueGenerator) -> QueryCase:
    condition = generator.next_in_rotation((None, {"$lte": None}, {"$in": [None]}, {"$eq": None}))
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
    return at(
        "content.x.b", condition, {"x": []}, *({"x": x} for x in generator.sample(values, 2, 5))
    )


@query_generator("ELEM-3")
def document_in_list(generator: ValueGenerator) -> QueryCase:
    one, other = generator.word(), generator.word()
    queries: tuple[Any, ...] = (
        *({"b": one}, {"b": one, "c": other}, {"b": {"$ne": one}}, {"b": None}, {}, {"b.c": one}),
        *({"0": one}, {"b": {"$gte": one, "$ne": other}}),
    )
    if Capability.logic in generator.capabilities:
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
    return nested(
        generator,
        {"$elemMatch": generator.next_in_rotation(queries)},
        *generator.sample(lists, 4, 6),
    )
