"""Query generators for the optional capabilities, as far as they concern root fields only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.vocabulary import EPOCH, LOOKALIKES
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    QueryCase,
    QueryGenerator,
    draw_scalar_field_values,
    query_case,
    query_generator,
)
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    TEXT_FIELDS,
    ValueGenerator,
)
from taskdb_spec.language.tree import ORDER_OPERATORS


@query_generator("EXI-1")
def root_exists(generator: ValueGenerator) -> QueryCase:
    """Draw `$exists`, and values that are empty or None, which exist as well."""
    condition = {"$exists": generator.choice((True, False))}
    if generator.chance(0.3):
        field, value = generator.choice((("buffers", [b"a"]), ("header", {"a": 1})))
        return query_case(field, condition, value, type(value)(), None)
    field, value, _ = draw_scalar_field_values(generator)
    values = ("", value, None) if isinstance(value, str) else (value, None)
    return query_case(field, condition, *values)


def _operand_of_other_class(draw: Callable[[ValueGenerator], Any]) -> QueryGenerator:
    """Return a generator of conditions with an operand that no root field can equal."""

    def generate(generator: ValueGenerator) -> QueryCase:
        field, value, _ = draw_scalar_field_values(generator)
        operand = draw(generator)
        shapes = ({"$ne": operand}, {"$nin": [operand]}, {"$in": [operand]}, {"$lt": operand})
        condition = generator.choice((operand, *shapes))
        witnesses = [value, None]
        if field in TEXT_FIELDS:
            witnesses += [generator.choice(LOOKALIKES), str(operand)]
        return query_case(field, condition, *witnesses)

    return generate


QUERY_GENERATORS["NUM-1"] = _operand_of_other_class(
    lambda generator: generator.choice((0, 1, 1.0, True, False, -1))
)
QUERY_GENERATORS["BYT-1"] = _operand_of_other_class(
    lambda generator: generator.choice((b"", b"a", b"ab"))
)


@query_generator("MOD-1")
def remainder_of_non_number(generator: ValueGenerator) -> QueryCase:
    """Draw `$mod` on a text, a timestamp or None, or on documents without a number."""
    field, value, _ = draw_scalar_field_values(generator)
    condition = {"$mod": generator.choice(([2, 0], [1, 0], [-3, 0], [4.0, 1]))}
    if Capability.paths in generator.capabilities:
        documents = [{"n": value} for value in generator.sample(VALUES_WITHOUT_REMAINDER, 4, 7)]
        return QueryCase(
            {"header.n": condition}, tuple({"header": document} for document in documents)
        )
    values = [value, None] + (["4", "%d", "0", ""] if field in TEXT_FIELDS else [])
    return query_case(field, condition, *values)


VALUES_WITHOUT_REMAINDER: tuple[Any, ...] = (
    *(True, False, float("nan"), float("inf"), float("-inf"), 2.0**63, -1e300, 1e300),
    *("4", "", "0", None, b"4", EPOCH, {}, {"n": 4}, [], [True, "4"]),
)
"""Values without a remainder: they are not numbers, or not finite, or outside 64 bits."""


# documents


def _draw_document_field(generator: ValueGenerator, *names: str) -> tuple[str, dict[str, Any]]:
    """Draw a dict field, and a document with a scalar for each name."""
    field = generator.choice(("header", "content", "result_content", "error"))
    return field, {name: generator.scalar() for name in names or ("a", "b")}


@query_generator("DOC-1")
def whole_document(generator: ValueGenerator) -> QueryCase:
    """Draw a document as operand, and documents with more, fewer or similar members."""
    field, document = _draw_document_field(generator)
    if generator.chance(0.3):
        document["a"] = generator.choice(([document["b"]], {"c": document["b"]}, [], {}))
    if generator.chance(0.3):
        document["b"] = 1
    equal_number = {**document, "b": 1.0}  # equal as a number, and not as text
    more = {**document, "c": 1}
    less = {"a": document["a"]}
    near = {**document, "b": generator.similar_value(document["b"])}
    condition = generator.next_in_rotation(
        (document, {"$eq": document}, {"$in": [document]}, {"$ne": document})
    )
    return query_case(field, condition, document, more, less, near, equal_number, None, {})


@query_generator("DOC-2")
def key_order(generator: ValueGenerator) -> QueryCase:
    """Draw a document as operand, and the same document with its keys in another order."""
    field, document = _draw_document_field(generator)
    reordered = {"b": document["b"], "a": document["a"]}
    near = {**document, "b": generator.similar_value(document["b"])}
    if generator.chance(0.3):
        document, reordered, near = {"c": document}, {"c": reordered}, {"c": near}
    condition = generator.choice((document, {"$eq": document}))
    return query_case(field, condition, reordered, document, near)


@query_generator("DOC-3")
def empty_document(generator: ValueGenerator) -> QueryCase:
    """Draw the empty document as operand, and a record without a document."""
    field, document = _draw_document_field(generator)
    condition = generator.next_in_rotation(({}, {"$eq": {}}, {"$ne": {}}, {"$in": [{}]}))
    values: tuple[Any, ...] = (
        ({}, document, None) if condition != {"$in": [{}]} else ({}, None, document)
    )
    return query_case(field, condition, *values)


@query_generator("DOC-4")
def operators_as_content(generator: ValueGenerator) -> QueryCase:
    """Draw a document as operand whose keys look like operators."""
    field, _ = _draw_document_field(generator)
    contents: tuple[dict[str, Any], ...] = (
        *({"$gt": ""}, {"$foo": 1}, {"$ne": None}),
        *({"$in": ["a"]}, {"a": {"$gt": 1}}),
    )
    content = generator.next_in_rotation(contents)
    condition = {generator.choice(("$eq", "$ne")): content}
    if "a" in content and generator.chance(0.5):
        condition = content
    return query_case(field, condition, content, {"a": 1}, {"a": 2}, {}, None)


@query_generator("DOC-5")
def document_order(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a document, and documents that are near it."""
    field, document = _draw_document_field(generator)
    others = [
        {"a": generator.similar_value(document["a"]), "b": document["b"]},
        {"b": document["b"]},
    ]
    others += [{"a": document["a"]}, {**document, "c": None}, {"a": generator.scalar()}]
    others += [{"b": document["b"], "a": document["a"]}, {"b": document["a"], "a": document["b"]}]
    others += [{"a": value} for value in generator.sample(VALUE_OF_EACH_CLASS, 4, 4)]
    operand = generator.choice(
        (document, document, {}, {"a": generator.next_in_rotation(VALUE_OF_EACH_CLASS)})
    )
    condition = {generator.choice(ORDER_OPERATORS): operand}
    return query_case(field, condition, document, *generator.sample(others, 4, 7), None)


VALUE_OF_EACH_CLASS: tuple[Any, ...] = (None, 1, "", {}, [], b"", False, EPOCH)
"""A value of each class, because the order of documents compares classes first (DOC-5)."""


# arrays on root fields


@query_generator("LIST-1")
def whole_list(generator: ValueGenerator) -> QueryCase:
    """Draw a list of buffers as operand, and lists with more, fewer or reordered elements."""
    buffers = generator.choices((b"a", b"b", b""), 0, 2)
    shapes = (buffers, {"$eq": buffers}, {"$in": [buffers]}, {"$ne": buffers}, {"$nin": [buffers]})
    others: tuple[Any, ...] = (buffers[::-1], [*buffers, b"a"], buffers[:-1], [], None)
    return query_case(
        generator.choice(BUFFER_FIELDS), generator.next_in_rotation(shapes), buffers, *others
    )


@query_generator("LIST-2")
def list_order(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a list of buffers."""
    buffers = generator.choices((b"a", b"b", b"aa"), 0, 2)
    others = (generator.choices((b"a", b"b", b"aa"), 1, 2), [*buffers, b"a"], buffers[:-1], None)
    return query_case(
        generator.choice(BUFFER_FIELDS),
        {generator.choice(ORDER_OPERATORS): buffers},
        buffers,
        *others,
    )


@query_generator("SIZE-1")
def list_size(generator: ValueGenerator) -> QueryCase:
    """Draw `$size`, and lists of other lengths, or texts and documents of that length."""
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
def all_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$all` with one or more operands, some of them repeated."""
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
def all_without_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$all` with an empty list."""
    if generator.chance(0.4):
        return query_case(generator.choice(BUFFER_FIELDS), {"$all": []}, [], [b"a"], None)
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {"$all": []}, value, None)


@query_generator("ELEM-1")
def element_match(generator: ValueGenerator) -> QueryCase:
    """Draw `$elemMatch` on lists, and on a text, which has no elements."""
    shapes: tuple[Any, ...] = (
        {"$ne": None},
        {"$eq": None},
        {"$nin": []},
        {"$in": ["a", None]},
        {"$ne": None, "$nin": ["a"]},
    )
    if Capability.paths in generator.capabilities and generator.chance(0.7):
        return _element_match_in_texts(generator)
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


def _element_match_in_texts(generator: ValueGenerator) -> QueryCase:
    """Draw conditions that one element must meet alone, and lists that meet them together."""
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
    return QueryCase({"header.a": condition}, tuple({"header": document} for document in documents))
