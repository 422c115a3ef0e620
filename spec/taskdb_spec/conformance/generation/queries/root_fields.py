"""Queries of the optional parts that look at root fields only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    QueryCase,
    QueryGenerator,
    query_case,
    query_generator,
    scalar_field,
)
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    EPOCH,
    LOOKALIKES,
    TEXT_FIELDS,
    ValueGenerator,
)
from taskdb_spec.language.tree import ORDER_OPERATORS


@query_generator("EXI-1")
def root_exists(generator: ValueGenerator) -> QueryCase:
    asked = {"$exists": generator.choice((True, False))}
    if generator.chance(0.3):
        place, value = generator.choice((("buffers", [b"a"]), ("header", {"a": 1})))
        return query_case(place, asked, value, type(value)(), None)
    place, value, _ = scalar_field(generator)
    values = ("", value, None) if isinstance(value, str) else (value, None)
    return query_case(place, asked, *values)


def _stranger(draw: Callable[[ValueGenerator], Any]) -> QueryGenerator:
    """Operands of a class that no root field holds."""

    def make(generator: ValueGenerator) -> QueryCase:
        place, value, _ = scalar_field(generator)
        operand = draw(generator)
        shapes = ({"$ne": operand}, {"$nin": [operand]}, {"$in": [operand]}, {"$lt": operand})
        condition = generator.choice((operand, *shapes))
        witnesses = [value, None]
        if place in TEXT_FIELDS:
            witnesses += [generator.choice(LOOKALIKES), str(operand)]
        return query_case(place, condition, *witnesses)

    return make


QUERY_GENERATORS["NUM-1"] = _stranger(
    lambda generator: generator.choice((0, 1, 1.0, True, False, -1))
)
QUERY_GENERATORS["BYT-1"] = _stranger(lambda generator: generator.choice((b"", b"a", b"ab")))


@query_generator("MOD-1")
def remainder_of_no_number(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    condition = {"$mod": generator.choice(([2, 0], [1, 0], [-3, 0], [4.0, 1]))}
    if Capability.paths in generator.capabilities:
        documents = [{"n": value} for value in generator.sample(NO_NUMBERS, 4, 7)]
        return QueryCase({"header.n": condition}, tuple({"header": d} for d in documents))
    values = [value, None] + (["4", "%d", "0", ""] if place in TEXT_FIELDS else [])
    return query_case(place, condition, *values)


NO_NUMBERS: tuple[Any, ...] = (
    *(True, False, float("nan"), float("inf"), float("-inf"), 2.0**63, -1e300, 1e300),
    *("4", "", "0", None, b"4", EPOCH, {}, {"n": 4}, [], [True, "4"]),
)
"""Values of which there is no remainder: they are no numbers, or beyond 64 bits."""


# documents


def _documents(generator: ValueGenerator, *names: str) -> tuple[str, dict[str, Any]]:
    place = generator.choice(("header", "content", "result_content", "error"))
    return place, {name: generator.scalar() for name in names or ("a", "b")}


@query_generator("DOC-1")
def whole_document(generator: ValueGenerator) -> QueryCase:
    place, document = _documents(generator)
    if generator.chance(0.3):
        document["a"] = generator.choice(([document["b"]], {"c": document["b"]}, [], {}))
    if generator.chance(0.3):
        document["b"] = 1
    lookalike_query = {**document, "b": 1.0}  # equal as a number, and not as text
    more = {**document, "c": 1}
    less = {"a": document["a"]}
    near = {**document, "b": generator.similar_value(document["b"])}
    condition = generator.next_in_rotation(
        (document, {"$eq": document}, {"$in": [document]}, {"$ne": document})
    )
    return query_case(place, condition, document, more, less, near, lookalike_query, None, {})


@query_generator("DOC-2")
def key_order(generator: ValueGenerator) -> QueryCase:
    place, document = _documents(generator)
    turned = {"b": document["b"], "a": document["a"]}
    if generator.chance(0.3):
        document, turned = {"c": document}, {"c": turned}
    return query_case(place, generator.choice((document, {"$eq": document})), turned, document)


@query_generator("DOC-3")
def empty_document(generator: ValueGenerator) -> QueryCase:
    place, document = _documents(generator)
    condition = generator.next_in_rotation(({}, {"$eq": {}}, {"$ne": {}}, {"$in": [{}]}))
    values: tuple[Any, ...] = (
        ({}, document, None) if condition != {"$in": [{}]} else ({}, None, document)
    )
    return query_case(place, condition, *values)


@query_generator("DOC-4")
def operators_as_content(generator: ValueGenerator) -> QueryCase:
    place, _ = _documents(generator)
    inners: tuple[dict[str, Any], ...] = (
        *({"$gt": ""}, {"$foo": 1}, {"$ne": None}),
        *({"$in": ["a"]}, {"a": {"$gt": 1}}),
    )
    inner = generator.next_in_rotation(inners)
    condition = {generator.choice(("$eq", "$ne")): inner}
    if "a" in inner and generator.chance(0.5):
        condition = inner
    return query_case(place, condition, inner, {"a": 1}, {"a": 2}, {}, None)


@query_generator("DOC-5")
def document_order(generator: ValueGenerator) -> QueryCase:
    place, document = _documents(generator)
    others = [
        {"a": generator.similar_value(document["a"]), "b": document["b"]},
        {"b": document["b"]},
    ]
    others += [{"a": document["a"]}, {**document, "c": None}, {"a": generator.scalar()}]
    others += [{"b": document["b"], "a": document["a"]}, {"b": document["a"], "a": document["b"]}]
    others += [{"a": value} for value in generator.sample(ONE_OF_EACH, 4, 4)]
    operand = generator.choice(
        (document, document, {}, {"a": generator.next_in_rotation(ONE_OF_EACH)})
    )
    condition = {generator.choice(ORDER_OPERATORS): operand}
    return query_case(place, condition, document, *generator.sample(others, 4, 7), None)


ONE_OF_EACH: tuple[Any, ...] = (None, 1, "", {}, [], b"", False, EPOCH)
"""A value of each class, to be ordered by it."""


# arrays on root fields


@query_generator("LIST-1")
def whole_list(generator: ValueGenerator) -> QueryCase:
    buffers = generator.choices((b"a", b"b", b""), 0, 2)
    shapes = (buffers, {"$eq": buffers}, {"$in": [buffers]}, {"$ne": buffers}, {"$nin": [buffers]})
    others: tuple[Any, ...] = (buffers[::-1], [*buffers, b"a"], buffers[:-1], [], None)
    return query_case(
        generator.choice(BUFFER_FIELDS), generator.next_in_rotation(shapes), buffers, *others
    )


@query_generator("LIST-2")
def list_order(generator: ValueGenerator) -> QueryCase:
    buffers = generator.choices((b"a", b"b", b"aa"), 0, 2)
    others = (generator.choices((b"a", b"b", b"aa"), 1, 2), [*buffers, b"a"], buffers[:-1], None)
    return query_case(
        generator.choice(BUFFER_FIELDS),
        {generator.choice(ORDER_OPERATORS): buffers},
        buffers,
        *others,
    )


@query_generator("SIZE-1")
def size(generator: ValueGenerator) -> QueryCase:
    length = generator.choice((0, 1, 2, 2.0))
    if generator.chance(0.2):
        return query_case("label", {"$size": length}, "a" * int(length), None)
    if generator.chance(0.2):
        members = [("a", 1), ("b", 2)][: int(length)]
        return query_case("header", {"$size": length}, dict(members), {}, {"0": 1}, None)
    buffers = [b"a"] * int(length)
    others: tuple[Any, ...] = ([*buffers, b""], buffers[1:], [], None)
    return query_case(generator.choice(BUFFER_FIELDS), {"$size": length}, buffers, *others)


@query_generator("ALL-1")
def every_operand(generator: ValueGenerator) -> QueryCase:
    if generator.chance(0.5):
        word = generator.word()
        operands = generator.choice(
            (
                [word],
                [word, word],
                [word, generator.similar_value(word)],
                [None],
                [None, word],
                [word, word, generator.similar_value(word)],
            )
        )
        return query_case(generator.choice(TEXT_FIELDS), {"$all": operands}, word, None, word * 2)
    buffers = generator.choices((b"a", b"b"), 1, 2)
    operands = generator.choice(([buffers], [buffers, buffers], [buffers, []], [[]]))
    return query_case(
        generator.choice(BUFFER_FIELDS), {"$all": operands}, buffers, [], None, [*buffers, b"c"]
    )


@query_generator("ALL-2")
def no_operand(generator: ValueGenerator) -> QueryCase:
    if generator.chance(0.4):
        return query_case(generator.choice(BUFFER_FIELDS), {"$all": []}, [], [b"a"], None)
    place, value, _ = scalar_field(generator)
    return query_case(place, {"$all": []}, value, None)


@query_generator("ELEM-1")
def one_element(generator: ValueGenerator) -> QueryCase:
    shapes: tuple[Any, ...] = (
        {"$ne": None},
        {"$eq": None},
        {"$nin": []},
        {"$in": ["a", None]},
        {"$ne": None, "$nin": ["a"]},
    )
    if Capability.paths in generator.capabilities and generator.chance(0.7):
        return _element_of_texts(generator)
    if generator.chance(0.2):
        return query_case("label", {"$elemMatch": generator.next_in_rotation(shapes)}, "a", None)
    buffers = generator.choices((b"a", b"b"), 1, 2)
    return query_case(
        generator.choice(BUFFER_FIELDS),
        {"$elemMatch": generator.next_in_rotation(shapes)},
        buffers,
        [],
        None,
    )


def _element_of_texts(generator: ValueGenerator) -> QueryCase:
    """Lists whose elements hold only together, or only inside, what one alone has to."""
    logic = Capability.logic in generator.capabilities
    shapes: tuple[dict[str, Any], ...] = (
        *({"$gt": "a", "$lt": "c"}, {"$gte": "b", "$lte": "b"}, {"$ne": "a", "$gte": "a"}),
        *({"$in": ["b", "x"]}, {"$nin": ["a", "c"], "$ne": None}, {"$eq": "b", "$ne": "a"}),
        *(({"$not": {"$gt": "a"}}, {"$not": {"$in": ["a", "b"]}}) if logic else ()),
    )
    lists: tuple[Any, ...] = (
        *(["b"], ["a", "c"], ["a", "b", "c"], ["a", "b"], ["b", "a"], ["a", "a"], ["b", "b"]),
        *([["b"]], [["a", "c"]], [], "b", None, ["a", None], {"0": "b"}, ["c", "z"]),
    )
    documents = [{"a": value} for value in (["a", "c"], *generator.sample(lists, 6, 8))]
    condition = {"$elemMatch": generator.next_in_rotation(shapes)}
    return QueryCase({"header.a": condition}, tuple({"header": d} for d in documents))
