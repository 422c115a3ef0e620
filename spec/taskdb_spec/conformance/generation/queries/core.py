"""Query generators for the clauses of CORE: queries that every store must answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from taskdb_spec import queries
from taskdb_spec.conformance.core.program import GeneratedList
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    SIMPLE_QUERY_CLAUSES,
    QueryCase,
    QueryGenerator,
    draw_scalar_field_values,
    merge_witnesses,
    query_case,
    query_generator,
)
from taskdb_spec.conformance.generation.records import CLIENT_UUIDS, ENGINE_UUIDS
from taskdb_spec.conformance.generation.values import (
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)
from taskdb_spec.language.tree import ORDER_OPERATORS

DISTINCT_TEXTS = ("a", "b", "cd", "10", "2024-02-29T12:00:00+00:00", "it's", "\U0001f600", "")
"""Texts that no sloppy comparison confuses: EQ-4 and ORD-1 are about the others."""


def draw_distinct_field_values(generator: ValueGenerator) -> tuple[str, Any, Any]:
    """Draw a text or timestamp field, and two values for it that nothing confuses."""
    if generator.chance(0.6):
        one, other = generator.permutation(DISTINCT_TEXTS)[:2]
        return generator.choice(TEXT_FIELDS), one, other
    return generator.choice(TIMESTAMP_FIELDS), *generator.permutation(
        (EPOCH, EPOCH + timedelta(days=30))
    )


@query_generator("EQ-1")
def equality(generator: ValueGenerator) -> QueryCase:
    """Draw a text as the operand."""
    field, (word, other) = generator.choice(TEXT_FIELDS), generator.permutation(DISTINCT_TEXTS)[:2]
    return query_case(field, word, word, other, None)


@query_generator("EQ-2")
def explicit_equality(generator: ValueGenerator) -> QueryCase:
    """Draw `$eq` with a value."""
    field, value, other = draw_distinct_field_values(generator)
    return query_case(field, {"$eq": value}, value, other, None)


@query_generator("EQ-3")
def equality_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw None as the operand, plain or with `$eq`."""
    field, value, other = draw_distinct_field_values(generator)
    return query_case(field, generator.choice((None, {"$eq": None})), None, value, other)


NEARLY_EQUAL_TEXTS = (
    ("a", "a ", " a", "a\n"),
    ("a", "A", "\u00e1"),
    ("a", "ab", "aa", "aab"),
    ("a", "a\x00", "\ufeffa"),
    ("\u00e9", "e\u0301"),
    ("\u00e9", "\u00c9", "e"),
    ("ss", "\u00df", "SS"),
    ("a%", "ab", "A%"),
    ("x" * 70, "x" * 71),
    ("_", "a", "__"),
    ("*", "a", "**"),
    ("1", "1.0", "01", "1e0", " 1"),
    ("1", "True", "true"),
    ("", " ", "\x00", "None"),
)
"""Groups of texts that a sloppy comparison confuses.

It may trim, fold case, normalize Unicode, compare a prefix, treat a text as a pattern, or convert
it to a number.
"""


@query_generator("EQ-4")
def equality_of_similar_texts(generator: ValueGenerator) -> QueryCase:
    """Draw equality with a text, and texts that a sloppy comparison confuses with it."""
    group = generator.next_in_rotation(NEARLY_EQUAL_TEXTS)
    one = generator.choice(group)
    condition = generator.choice((one, one, {"$eq": one}, {"$in": [one]}))
    return query_case(
        generator.choice(TEXT_FIELDS), condition, one, *(t for t in group if t != one)
    )


@query_generator("EQ-5")
def equality_of_timestamps(generator: ValueGenerator) -> QueryCase:
    """Draw equality with a timestamp, and the same instant with another offset."""
    field, at = generator.choice(TIMESTAMP_FIELDS), generator.timestamp()
    condition = generator.choice((at, {"$eq": at}))
    text = (at.isoformat(),) if field == "resubmitted" else ()  # a text equals no timestamp
    return query_case(
        field, condition, generator.with_other_offset(at), at, generator.similar_value(at), *text
    )


@query_generator("QRY-2")
def conditions_on_several_fields(generator: ValueGenerator) -> QueryCase:
    """Draw a query on several fields, and records that miss it in one field each."""
    parts = [
        QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator)
        for _ in range(generator.integer(2, 5))
    ]
    query: dict[str, Any] = {}
    for part in parts:
        query |= part.query
    whole = merge_witnesses(part.witnesses[0] for part in parts)
    mixed = [whole | generator.choice(part.witnesses) for part in parts]
    return QueryCase(query, (whole, *mixed, *(part.witnesses[0] for part in parts)))


@query_generator("QRY-3")
def operators_on_one_field(generator: ValueGenerator) -> QueryCase:
    """Draw several operators on one field: ranges, contradictions and redundancies."""
    field, value, near = draw_scalar_field_values(generator)
    third = generator.similar_value(value)
    condition = generator.next_in_rotation(
        (
            {"$gte": value, "$lt": near},
            {"$gt": value, "$lte": near},
            {"$ne": value, "$in": [value, near, third]},
            {"$lte": value, "$gte": value},
            {"$nin": [near], "$ne": None},
            {"$ne": None, "$gte": near, "$lte": value},
            {"$gte": value, "$lte": value, "$nin": [value, near]},
            {"$in": [value, near], "$nin": [third], "$ne": value},
            {"$gt": value, "$gte": min(value, near)},
            {"$lt": value, "$lte": max(value, near)},
            {"$gt": min(value, near), "$lt": max(value, near)},
            {"$gte": max(value, near), "$lte": min(value, near)},
            {"$eq": value, "$ne": value},
            {"$in": [value, near], "$nin": [value]},
        )
    )
    return query_case(field, condition, value, near, third, None)


@query_generator("NE-1")
def inequality(generator: ValueGenerator) -> QueryCase:
    """Draw `$ne` with a value, and similar values."""
    field, value, near = draw_scalar_field_values(generator)
    return query_case(field, {"$ne": value}, value, near, generator.similar_value(value))


@query_generator("NE-2")
def inequality_on_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$ne` with a value, and a record without the field."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {"$ne": value}, None, value)


@query_generator("NE-3")
def inequality_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$ne` with None."""
    field, value, near = draw_scalar_field_values(generator)
    return query_case(field, {"$ne": None}, None, value, near)


def _ordering_with(operator: str) -> QueryGenerator:
    """Return a generator of queries with this ordering operator."""

    def generate(generator: ValueGenerator) -> QueryCase:
        field, value, near = draw_scalar_field_values(generator)
        others = (
            [None] if generator.chance(0.5) else []
        )  # half without: a failure on None is CMP-1's
        return query_case(
            field, {operator: value}, value, near, generator.similar_value(value), *others
        )

    return generate


for _clause, _operator in zip(("LT-1", "LTE-1", "GT-1", "GTE-1"), ORDER_OPERATORS, strict=True):
    QUERY_GENERATORS[_clause] = _ordering_with(_operator)

ORDERED_TEXTS = (
    "",
    "A",
    "Z",
    "a",
    "a ",
    "aa",
    "ab",
    "b",
    "z",
    "\u00e9",
    "\uff61",
    "\U00010000",
    "10",
    "9",
)


MISORDERED_TEXT_PAIRS = (
    ("\uff61", "\U00010000"),
    ("Z", "a"),
    ("\u00e9", "f"),
    ("a", "ab"),
    ("10", "9"),
)
"""Pairs that are ordered the other way by UTF-16 code units, by a collation, or as numbers."""


@query_generator("ORD-1")
def text_order(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a text, and texts that are ordered differently elsewhere."""
    words = generator.choices(ORDERED_TEXTS, 4, 5)
    if generator.chance(0.4):
        words[:2] = generator.permutation(generator.next_in_rotation(MISORDERED_TEXT_PAIRS))
    return query_case(
        generator.choice(TEXT_FIELDS), {generator.choice(ORDER_OPERATORS): words[0]}, *words
    )


@query_generator("ORD-2")
def timestamp_order(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a timestamp, and timestamps with other offsets."""
    at = generator.timestamp()
    values = (
        generator.with_other_offset(at),
        generator.with_other_offset(generator.similar_value(at)),
        generator.similar_value(at),
        generator.timestamp(),
    )
    return query_case(
        generator.choice(TIMESTAMP_FIELDS), {generator.choice(ORDER_OPERATORS): at}, *values
    )


@query_generator("CMP-1")
def ordering_on_none(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a value, and a record without the field."""
    field, value, near = draw_scalar_field_values(generator)
    return query_case(field, {generator.choice(ORDER_OPERATORS): value}, None, near)


@query_generator("CMP-2")
def ordering_across_classes(generator: ValueGenerator) -> QueryCase:
    """Draw an ordering operator with a text on timestamps, or the reverse."""
    word, at = (
        generator.choice(("", "a", "9", "\U00010000")),
        generator.timestamp(with_offset=False),
    )
    field, operand, values = generator.choice(
        (
            ("resubmitted", word, (at, word)),
            ("resubmitted", at, (word, at)),
            (generator.choice(TIMESTAMP_FIELDS), word, (at,)),
            ("label", at, (word, at.isoformat())),
        )
    )
    return query_case(field, {generator.choice(ORDER_OPERATORS): operand}, *values)


@query_generator("CMP-3")
def ordering_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$lte` or `$gte` with None."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {generator.choice(("$lte", "$gte")): None}, None, value)


@query_generator("CMP-4")
def strict_ordering_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$lt` or `$gt` with None."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {generator.choice(("$lt", "$gt")): None}, None, value)


def _operands_with(generator: ValueGenerator, value: Any, *more: Any) -> Any:
    """Draw a list of operands with a value at any position, among similar ones and `more`."""
    others = [*(generator.similar_value(value) for _ in range(generator.randbelow(5))), *more]
    others = [other for other in others if type(other) is type(value) or other is None]
    return generator.permutation([value, *others, *([value] if generator.chance(0.2) else [])])


@query_generator("IN-1")
def in_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$in` with a value among similar ones."""
    field, value, near = draw_scalar_field_values(generator)
    if generator.chance(0.2):  # operands of two classes, on the field that may hold both
        mixed = generator.permutation(["a", value, generator.timestamp()])
        return query_case("resubmitted", {"$in": mixed}, *mixed, "b", None)
    return query_case(
        field,
        {"$in": _operands_with(generator, value)},
        value,
        near,
        None,
        generator.similar_value(value),
    )


@query_generator("IN-2")
def in_operands_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$in` with None among the operands."""
    field, value, near = draw_scalar_field_values(generator)
    operands = generator.choice(([None], [None, None], _operands_with(generator, value, None)))
    return query_case(field, {"$in": operands}, None, value, near)


@query_generator("IN-3")
def in_no_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$in` with an empty list."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {"$in": []}, value, None)


@query_generator("IN-4")
def in_many_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$in` or `$nin` with many operands, of which only the last ones match."""
    operator = generator.choice(("$in", "$nin"))
    field = generator.choice(("label", "msg_id"))
    # 9,998 generated operands and two others are the 10,000 of the clause; 1,000 is a common limit.
    operands = GeneratedList(
        generator.next_in_rotation((9998, 1000)),
        generator.next_in_rotation((("a", None), ("a", "b"))),
    )
    witnesses = ("a", "c", None) if field == "label" else ()
    return query_case(field, {operator: operands}, *witnesses)


@query_generator("NIN-1")
def not_in_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$nin` with a value among similar ones."""
    field, value, near = draw_scalar_field_values(generator)
    return query_case(
        field,
        {"$nin": _operands_with(generator, value)},
        value,
        near,
        generator.similar_value(value),
    )


@query_generator("NIN-2")
def not_in_operands_on_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$nin` with values, and a record without the field."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {"$nin": _operands_with(generator, value)}, None, value)


@query_generator("NIN-3")
def not_in_operands_with_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$nin` with None among the operands."""
    field, value, near = draw_scalar_field_values(generator)
    operands = generator.choice(([None], _operands_with(generator, value, None)))
    return query_case(field, {"$nin": operands}, None, value, near)


@query_generator("NIN-4")
def not_in_no_operands(generator: ValueGenerator) -> QueryCase:
    """Draw `$nin` with an empty list."""
    field, value, _ = draw_scalar_field_values(generator)
    return query_case(field, {"$nin": []}, value, None)


@query_generator("HUB-2")
def named_query(generator: ValueGenerator) -> QueryCase:
    """Draw a query of `taskdb_spec.queries`, and tasks at several stages."""
    client, engine = generator.choice(CLIENT_UUIDS), generator.choice(ENGINE_UUIDS)
    query = generator.next_in_rotation(
        (
            queries.pending(),
            queries.completed(),
            queries.outstanding(client),
            queries.mia(),
            queries.unassigned(),
            queries.queued_on(engine),
            queries.finished_on(engine),
        )
    )
    return QueryCase(query, tuple(_draw_task(generator) for _ in range(4)))


def _draw_task(generator: ValueGenerator) -> dict[str, Any]:
    return {
        "client_uuid": generator.choice(CLIENT_UUIDS),
        "engine_uuid": generator.choice((None, *ENGINE_UUIDS)),
        "completed": generator.choice((None, generator.timestamp())),
        "arrived": generator.choice((None, generator.timestamp())),
    }
