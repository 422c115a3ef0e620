"""Queries that every store must answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.conformance.core.program import GeneratedList
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    SIMPLE_QUERY_CLAUSES,
    QueryCase,
    QueryGenerator,
    merge_witnesses,
    query_case,
    query_generator,
    scalar_field,
)
from taskdb_spec.conformance.generation.records import CLIENT_UUIDS, ENGINE_UUIDS
from taskdb_spec.conformance.generation.values import (
    EPOCH,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)
from taskdb_spec.language.tree import ORDER_OPERATORS

DISTINCT_TEXTS = ("a", "b", "cd", "10", "2024-02-29T12:00:00+00:00", "it's", "\U0001f600", "")
"""Texts that no sloppy comparison takes for each other."""


def field_with_distinct_values(generator: ValueGenerator) -> tuple[str, Any, Any]:
    """A text or time field, and two values for it that are far apart."""
    if generator.chance(0.6):
        one, other = generator.permutation(DISTINCT_TEXTS)[:2]
        return generator.choice(TEXT_FIELDS), one, other
    return generator.choice(TIMESTAMP_FIELDS), *generator.permutation((EPOCH, EPOCH + timedelta(days=30)))


@query_generator("EQ-1")
def equality(generator: ValueGenerator) -> QueryCase:
    place, (word, other) = generator.choice(TEXT_FIELDS), generator.permutation(DISTINCT_TEXTS)[:2]
    return query_case(place, word, word, other, None)


@query_generator("EQ-2")
def explicit_equality(generator: ValueGenerator) -> QueryCase:
    place, value, other = field_with_distinct_values(generator)
    return query_case(place, {"$eq": value}, value, other, None)


@query_generator("EQ-3")
def equality_with_none(generator: ValueGenerator) -> QueryCase:
    place, value, other = field_with_distinct_values(generator)
    return query_case(place, generator.choice((None, {"$eq": None})), None, value, other)


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
"""Texts that a sloppy comparison takes for each other."""


@query_generator("EQ-4")
def near_equality(generator: ValueGenerator) -> QueryCase:
    group = generator.next_in_rotation(NEARLY_EQUAL_TEXTS)
    one = generator.choice(group)
    condition = generator.choice((one, one, {"$eq": one}, {"$in": [one]}))
    return query_case(
        generator.choice(TEXT_FIELDS), condition, one, *(t for t in group if t != one)
    )


@query_generator("EQ-5")
def equal_instants(generator: ValueGenerator) -> QueryCase:
    place, at = generator.choice(TIMESTAMP_FIELDS), generator.timestamp()
    condition = generator.choice((at, {"$eq": at}))
    text = (at.isoformat(),) if place == "resubmitted" else ()  # equal to no instant
    return query_case(
        place, condition, generator.with_other_offset(at), at, generator.similar_value(at), *text
    )


@query_generator("QRY-2")
def several_fields(generator: ValueGenerator) -> QueryCase:
    parts = [
        QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator)
        for _ in range(generator.integer(2, 5))
    ]
    query: dict[str, Any] = {}
    for part in parts:
        query |= part.query
    whole = merge_witnesses(part.witnesses[0] for part in parts)
    _MIXED_ = [whole | generator.choice(part.witnesses) for part in parts]
    return QueryCase(query, (whole, *_MIXED_, *(part.witnesses[0] for part in parts)))


@query_generator("QRY-3")
def several_operators(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
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
    return query_case(place, condition, value, near, third, None)


@query_generator("NE-1")
def inequality(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    return query_case(place, {"$ne": value}, value, near, generator.similar_value(value))


@query_generator("NE-2")
def inequality_of_none(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {"$ne": value}, None, value)


@query_generator("NE-3")
def not_none(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    return query_case(place, {"$ne": None}, None, value, near)


def _comparison(operator: str) -> QueryGenerator:
    def compare(generator: ValueGenerator) -> QueryCase:
        place, value, near = scalar_field(generator)
        others = [None] if generator.chance(0.5) else []  # what fails for None alone is CMP-1's
        return query_case(
            place, {operator: value}, value, near, generator.similar_value(value), *others
        )

    return compare


for _clause, _operator in zip(("LT-1", "LTE-1", "GT-1", "GTE-1"), ORDER_OPERATORS, strict=True):
    QUERY_GENERATORS[_clause] = _comparison(_operator)

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


MISORDERED_TEXT_PAIRS = (("\uff61", "\U00010000"), ("Z", "a"), ("\u00e9", "f"), ("a", "ab"), ("10", "9"))
"""Pairs that UTF-16, a collation, or numbers would put the other way round."""


@query_generator("ORD-1")
def text_order(generator: ValueGenerator) -> QueryCase:
    words = generator.choices(ORDERED_TEXTS, 4, 5)
    if generator.chance(0.4):
        words[:2] = generator.permutation(generator.next_in_rotation(MISORDERED_TEXT_PAIRS))
    return query_case(
        generator.choice(TEXT_FIELDS), {generator.choice(ORDER_OPERATORS): words[0]}, *words
    )


@query_generator("ORD-2")
def instant_order(generator: ValueGenerator) -> QueryCase:
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
def compare_with_none_stored(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    return query_case(place, {generator.choice(ORDER_OPERATORS): value}, None, near)


@query_generator("CMP-2")
def compare_with_another_class(generator: ValueGenerator) -> QueryCase:
    word, at = generator.choice(("", "a", "9", "\U00010000")), generator.timestamp(with_offset=False)
    place, operand, values = generator.choice(
        (
            ("resubmitted", word, (at, word)),
            ("resubmitted", at, (word, at)),
            (generator.choice(TIMESTAMP_FIELDS), word, (at,)),
            ("label", at, (word, at.isoformat())),
        )
    )
    return query_case(place, {generator.choice(ORDER_OPERATORS): operand}, *values)


@query_generator("CMP-3")
def at_most_none(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {generator.choice(("$lte", "$gte")): None}, None, value)


@query_generator("CMP-4")
def less_than_none(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {generator.choice(("$lt", "$gt")): None}, None, value)


def _members(generator: ValueGenerator, value: Any, *more: Any) -> Any:
    """A list with a value somewhere in it."""
    others = [*(generator.similar_value(value) for _ in range(generator.randbelow(5))), *more]
    others = [other for other in others if type(other) is type(value) or other is None]
    return generator.permutation([value, *others, *([value] if generator.chance(0.2) else [])])


@query_generator("IN-1")
def member(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    if generator.chance(0.2):  # of two classes
        _MIXED_ = generator.permutation(["a", value, generator.timestamp()])
        return query_case("resubmitted", {"$in": _MIXED_}, *_MIXED_, "b", None)
    return query_case(
        place,
        {"$in": _members(generator, value)},
        value,
        near,
        None,
        generator.similar_value(value),
    )


@query_generator("IN-2")
def none_among_operands(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    operands = generator.choice(([None], [None, None], _members(generator, value, None)))
    return query_case(place, {"$in": operands}, None, value, near)


@query_generator("IN-3")
def member_of_nothing(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {"$in": []}, value, None)


@query_generator("IN-4")
def member_of_many(generator: ValueGenerator) -> QueryCase:
    operator = generator.choice(("$in", "$nin"))
    place = generator.choice(("label", "msg_id"))
    operands = GeneratedList(
        generator.next_in_rotation((9998, 1000)),
        generator.next_in_rotation((("a", None), ("a", "b"))),
    )
    witnesses = ("a", "c", None) if place == "label" else ()
    return query_case(place, {operator: operands}, *witnesses)


@query_generator("NIN-1")
def no_member(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    return query_case(
        place, {"$nin": _members(generator, value)}, value, near, generator.similar_value(value)
    )


@query_generator("NIN-2")
def none_is_no_member(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {"$nin": _members(generator, value)}, None, value)


@query_generator("NIN-3")
def none_among_excluded(generator: ValueGenerator) -> QueryCase:
    place, value, near = scalar_field(generator)
    operands = generator.choice(([None], _members(generator, value, None)))
    return query_case(place, {"$nin": operands}, None, value, near)


@query_generator("NIN-4")
def nothing_excluded(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    return query_case(place, {"$nin": []}, value, None)


@query_generator("HUB-2")
def named_query(generator: ValueGenerator) -> QueryCase:
    client, engine = generator.choice(CLIENT_UUIDS), generator.choice(ENGINE_UUIDS)
    query = generator.next_in_rotation(
        (
            named.pending(),
            named.completed(),
            named.outstanding(client),
            named.mia(),
            named.unassigned(),
            named.queued_on(engine),
            named.finished_on(engine),
        )
    )
    return QueryCase(query, tuple(_task(generator) for _ in range(4)))


def _task(generator: ValueGenerator) -> dict[str, Any]:
    return {
        "client_uuid": generator.choice(CLIENT_UUIDS),
        "engine_uuid": generator.choice((None, *ENGINE_UUIDS)),
        "completed": generator.choice((None, generator.timestamp())),
        "arrived": generator.choice((None, generator.timestamp())),
    }
