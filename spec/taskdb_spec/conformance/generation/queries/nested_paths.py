"""Query generators for paths into documents, and for values that only paths reach."""

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

PATHS = (  # of several depths, with names that are short, usual, or digits
    ("header", "n"),
    ("content", "a"),
    ("metadata", "a", "b"),
    ("result_content", "x"),
    ("error", "0"),
    ("execute_result", "a", "b", "c", "d", "e"),
)


def case_at_any_path(generator: ValueGenerator, condition: Any, *values: Any) -> QueryCase:
    """Return a case with a condition on one of `PATHS`, and with the values at its end."""
    root, *names = generator.choice(PATHS)
    return QueryCase(
        {".".join((root, *names)): condition}, tuple({root: _wrap(names, v)} for v in values)
    )


def _wrap(names: list[str], value: Any) -> Any:
    """Return the value inside a dict for each name."""
    for name in reversed(names):
        value = {name: value}
    return value


def case_at_path(path: str, condition: Any, *documents: Any) -> QueryCase:
    """Return a case with a condition on a path, and with whole values of its root field."""
    root = path.partition(".")[0]
    return QueryCase({path: condition}, tuple({root: document} for document in documents))


def _draw_condition(generator: ValueGenerator, value: Any) -> Any:
    """Draw a condition that compares with the value, by rotation over the operators."""
    near = generator.similar_value(value)
    near = near if type(near) is type(value) else value
    membership = ({"$in": [near, value]}, {"$nin": [value]})
    compared = ({operator: value} for operator in ("$eq", "$ne", *ORDER_OPERATORS))
    return generator.next_in_rotation((value, *membership, *compared))


@query_generator("PATH-1")
def existing_path(generator: ValueGenerator) -> QueryCase:
    """Draw a path to a text, and documents with it under similar names or at other depths."""
    word = generator.word()
    if generator.chance(0.2):
        return case_at_path(
            "header.", _draw_condition(generator, word), {"": word}, {"a": word}, {}
        )
    if generator.chance(0.2):
        return case_at_path(
            "header.a", word, {"A": word}, {"a": word}, {" a": word}, {"b": word}, {"\u00e1": word}
        )
    if generator.chance(0.2):
        return case_at_path(
            "header.a.b", word, {"a": {"b": word}}, {"a": {"c": word}, "b": word}, {"a": word}
        )
    return case_at_any_path(
        generator, _draw_condition(generator, word), word, generator.similar_value(word), None
    )


DOCUMENTS_WITHOUT_PATH: tuple[Any, ...] = (
    {},
    {"b": "x"},
    {"a": "x"},
    {"a": None},
    {"a": {}},
    {"a": {"b": None}},
    None,
)


@query_generator("PATH-2")
def missing_path(generator: ValueGenerator) -> QueryCase:
    """Draw a condition that None meets or does not meet, and documents without the path."""
    word = generator.word()
    equal = (None, {"$eq": None}, {"$lte": None}, {"$gte": None}, {"$in": [None, word]})
    condition = generator.next_in_rotation(
        (*equal, word, {"$lt": word}, {"$gte": word}, {"$gt": None})
    )
    return case_at_path(
        "content.a.b",
        condition,
        *generator.sample(DOCUMENTS_WITHOUT_PATH, 2, 4),
        {"a": {"b": word}},
    )


@query_generator("PATH-3")
def complement_on_missing_path(generator: ValueGenerator) -> QueryCase:
    """Draw a complement such as `$ne`, and documents without the path."""
    word = generator.word()
    shapes: tuple[Any, ...] = (
        {"$ne": word},
        {"$nin": [word]},
        {"$ne": None},
        {"$nin": [None, word]},
    )
    if Capability.logic in generator.capabilities:
        shapes += ({"$not": {"$gt": word}}, {"$not": {"$eq": None}})
    return case_at_path(
        "content.a.b",
        generator.next_in_rotation(shapes),
        *generator.sample(DOCUMENTS_WITHOUT_PATH, 2, 4),
        {"a": {"b": word}},
    )


@query_generator("PATH-4")
def dotted_key(generator: ValueGenerator) -> QueryCase:
    """Draw a path, and documents in which it is a single key."""
    word = generator.word()
    return case_at_path(
        "header.a.b", word, {"a.b": word}, {"a": {"b": word}}, {"a.b": {"a.b": word}}
    )


@query_generator("EXI-3")
def path_exists(generator: ValueGenerator) -> QueryCase:
    """Draw `$exists` on a path, and documents with None, or something empty, at its end."""
    condition = {"$exists": generator.choice((True, False))}
    documents = [
        *generator.sample(DOCUMENTS_WITHOUT_PATH, 2, 4),
        {"a": {"b": "x"}},
        {"a": {"b": None}},
    ]
    documents.append({"a": {"b": generator.choice(([], {}, "", 0, False))}})
    if Capability.arrays in generator.capabilities:
        lists: tuple[Any, ...] = ([{"b": 1}, {}], [{"b": None}, {"c": 1}], [{}], [], [1])
        documents += [{"a": elements} for elements in lists]
        if generator.chance(0.3):
            return case_at_path("content.a.0", condition, {"a": [None]}, {"a": [[]]}, *documents)
    return case_at_path("content.a.b", condition, *documents)


def _conditions_with(values: tuple[Any, ...]) -> QueryGenerator:
    """Return a generator of conditions with one of the values, by rotation, over the others."""

    def generate(generator: ValueGenerator) -> QueryCase:
        number = generator.next_in_rotation(values)
        others = [*generator.sample(values, 5, 7), generator.similar_value(number)]
        return case_at_any_path(generator, _draw_condition(generator, number), number, *others)

    return generate


NEARLY_EQUAL_NUMBERS = (
    (0, 0.0, -0.0, 1e-300),
    (1, 1.0, 1.0000001),
    (-1, -1.0, 1, 1.0),
    (10, 10.0, 10.000000001, 100),
    (0.1 + 0.2, 0.3, 0.30000001),
)
"""Groups of numbers that are equal, and numbers that are nearly equal to these."""


@query_generator("NUM-2")
def number_equality(generator: ValueGenerator) -> QueryCase:
    """Draw equality with a number, and numbers that are equal or nearly equal to it."""
    group: tuple[Any, ...] = generator.next_in_rotation(NEARLY_EQUAL_NUMBERS)
    number = generator.choice(group)
    shapes = (number, {"$eq": number}, {"$in": [number]}, {"$ne": number}, {"$nin": [number]})
    return case_at_any_path(
        generator, generator.choice(shapes), *group, generator.similar_value(number)
    )


LARGE_NUMBERS = (2**53, 2.0**53, 2**53 + 1, 2**53 - 1, -(2**53) - 1, 2**63 - 1, 2.0**63)
"""Integers around the largest exact float, and at the bound of 64 bits."""

PRECISION_SENSITIVE_CONDITIONS = (
    *(
        (number, operator)
        for operator in ("$eq", "$ne", *ORDER_OPERATORS)
        for number in (2**53 + 1, 2.0**53)
    ),
    *((2**63 - 1, "$eq"), (2.0**63, "$lte"), (2**63 - 1, "$lt"), (2**53, "$gt")),
)
"""Operands with operators whose answer over `LARGE_NUMBERS` changes if integers become floats."""


@query_generator("NUM-4")
def exact_comparison(generator: ValueGenerator) -> QueryCase:
    """Draw a comparison of large numbers, which must not be rounded to floats."""
    number, operator = generator.next_in_rotation(PRECISION_SENSITIVE_CONDITIONS)
    return case_at_any_path(generator, {operator: number}, *LARGE_NUMBERS)


# NaN is left out: NUM-6 is about it.
ORDERED_NUMBERS = (*INTS, *(f for f in FLOATS if f == f), 9, 10, -2)


@query_generator("NUM-3")
def number_order(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a number."""
    number = generator.next_in_rotation(ORDERED_NUMBERS)
    others = [*generator.sample(ORDERED_NUMBERS, 3, 5), generator.similar_value(number)]
    return case_at_any_path(generator, {generator.choice(ORDER_OPERATORS): number}, number, *others)


QUERY_GENERATORS["NUM-5"] = _conditions_with((True, False, 1, 0, 1.0, 0.0))
QUERY_GENERATORS["NUM-6"] = _conditions_with(
    (float("nan"), float("nan"), 0, 1.5, float("inf"), float("-inf"))
)


def _bytes_with(operators: tuple[str, ...]) -> QueryGenerator:
    """Return a generator of conditions with one of these operators and bytes."""

    def generate(generator: ValueGenerator) -> QueryCase:
        value = generator.next_in_rotation(BYTES)
        operator = generator.choice(operators)
        condition = {operator: [value] if operator in ("$in", "$nin") else value}
        return case_at_any_path(generator, condition, value, *BYTES, value.decode("latin-1"))

    return generate


QUERY_GENERATORS["BYT-2"] = _bytes_with(("$eq", "$ne", "$in", "$nin"))
QUERY_GENERATORS["BYT-3"] = _bytes_with(ORDER_OPERATORS)

DIVISORS = (4, 3, 1, 2, 4.9, 2**62)  # 4.9 is truncated to 4
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
"""Values to divide; the first nine have a remainder."""


@query_generator("MOD-3")
def remainder(generator: ValueGenerator) -> QueryCase:
    """Draw `$mod` with a divisor that may be a float, and numbers and other values."""
    divisor = generator.choice(DIVISORS)
    value = generator.next_in_rotation(DIVIDENDS[:9])
    # The remainder after truncation, also as a float, and two others.
    wanted = generator.choice((int(value) % int(divisor), int(value) % int(divisor) + 0.9, 0, 1))
    return case_at_any_path(
        generator, {"$mod": [divisor, wanted]}, value, *generator.sample(DIVIDENDS, 2, 4)
    )


@query_generator("MOD-4")
def signed_remainder(generator: ValueGenerator) -> QueryCase:
    """Draw `$mod` with negative numbers."""
    dividend, divisor = (
        generator.next_in_rotation((-13, 13, -12.7, -1, 7, -(2**63))),
        generator.choice((4, -4, 3, -3, -1)),
    )
    # The remainder with either sign, and as Python has it, with the sign of the divisor.
    left = abs(int(dividend)) % abs(divisor)
    wanted = generator.choice((left, -left, int(dividend) % divisor))
    return case_at_any_path(
        generator, {"$mod": [divisor, wanted]}, dividend, -dividend if dividend > -99 else 1, 12
    )


# arrays inside documents


@query_generator("LIST-3")
def condition_on_elements(generator: ValueGenerator) -> QueryCase:
    """Draw a condition that one element may meet, or only the list as a whole."""
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
    return case_at_any_path(
        generator, generator.next_in_rotation(conditions), *generator.sample(lists, 3, 5), [other]
    )


@query_generator("LIST-4")
def complement_on_elements(generator: ValueGenerator) -> QueryCase:
    """Draw a complement such as `$ne`, which no element may contradict."""
    one, other = generator.word(), generator.word()
    conditions: tuple[Any, ...] = ({"$ne": one}, {"$nin": [one, "z"]}, {"$ne": [one]})
    if Capability.logic in generator.capabilities:
        conditions += ({"$not": {"$gte": one}}, {"$not": {"$eq": one}}, {"$not": {"$size": 1}})
    lists: tuple[Any, ...] = ([one, other], [other, one], [other], [one], [], [[one]], other)
    return case_at_any_path(
        generator,
        generator.next_in_rotation(conditions),
        [one, other],
        *generator.sample(lists, 3, 5),
    )


@query_generator("LIST-5")
def none_in_list(generator: ValueGenerator) -> QueryCase:
    """Draw a condition with None, and lists with and without None."""
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
    return case_at_any_path(
        generator,
        generator.next_in_rotation(conditions),
        [word, None],
        *generator.sample(lists, 3, 5),
    )


@query_generator("PATH-5")
def path_through_list(generator: ValueGenerator) -> QueryCase:
    """Draw a path that goes through a list of documents."""
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
    return case_at_path("content.x.b", condition, {"x": lists[1]}, *chosen)


@query_generator("PATH-6")
def path_with_index(generator: ValueGenerator) -> QueryCase:
    """Draw a path with an index, or with a part that only looks like one."""
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
    return case_at_path(f"content.x.{part}", condition, {"x": [one, other]}, *chosen)


@query_generator("PATH-7")
def indexed_element_is_not_opened(generator: ValueGenerator) -> QueryCase:
    """Draw a path to an element that is a list itself."""
    word = generator.word()
    condition = generator.next_in_rotation(
        (word, [word], {"$ne": word}, {"$size": 1}, {"$in": [word]})
    )
    values: tuple[Any, ...] = ([[word]], [[word, "x"]], [word], {"0": [word]}, [[[word]]], [[]])
    return case_at_path(
        "content.x.0",
        condition,
        {"x": [[word]]},
        *({"x": x} for x in generator.sample(values, 2, 5)),
    )


@query_generator("PATH-8")
def path_into_scalars(generator: ValueGenerator) -> QueryCase:
    """Draw a condition with None on a path into scalars and empty lists."""
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
    return case_at_path(
        "content.x.b", condition, {"x": []}, *({"x": x} for x in generator.sample(values, 2, 5))
    )


@query_generator("ELEM-3")
def element_match_with_query(generator: ValueGenerator) -> QueryCase:
    """Draw `$elemMatch` with a query, and lists of documents and of scalars."""
    one, other = generator.word(), generator.word()
    queries: tuple[Any, ...] = (
        *({"b": one}, {"b": one, "c": other}, {"b": {"$ne": one}}, {"b": None}, {}, {"b.c": one}),
        *({"0": one}, {"b": {"$gte": one, "$ne": other}}, {"b": {"$elemMatch": {"c": one}}}),
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
            [{"b": [{"c": one}]}],
            [{"b": other}, {"b": one, "c": one}],
        ),
    )
    return case_at_any_path(
        generator,
        {"$elemMatch": generator.next_in_rotation(queries)},
        *generator.sample(lists, 4, 6),
    )
