"""Queries that every store must answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.conformance.core.program import Many
from taskdb_spec.conformance.generation.queries.registry import (
    MAKERS,
    SIMPLE,
    Maker,
    Sample,
    maker,
    merged,
    sample,
    scalar_place,
)
from taskdb_spec.conformance.generation.records import CLIENTS, ENGINES
from taskdb_spec.conformance.generation.values import EPOCH, TEXT_PLACES, TIME_PLACES, Pools
from taskdb_spec.language.tree import ORDER_OPERATORS

DISTINCT = ("a", "b", "cd", "10", "2024-02-29T12:00:00+00:00", "it's", "\U0001f600", "")
"""Texts that no sloppy comparison takes for each other."""


def distinct_place(pools: Pools) -> tuple[str, Any, Any]:
    """A text or time field, and two values for it that are far apart."""
    if pools.chance(6):
        one, other = pools.shuffled(DISTINCT)[:2]
        return pools.one_of(TEXT_PLACES), one, other
    return pools.one_of(TIME_PLACES), *pools.shuffled((EPOCH, EPOCH + timedelta(days=30)))


@maker("EQ-1")
def equality(pools: Pools) -> Sample:
    place, (word, other) = pools.one_of(TEXT_PLACES), pools.shuffled(DISTINCT)[:2]
    return sample(place, word, word, other, None)


@maker("EQ-2")
def explicit_equality(pools: Pools) -> Sample:
    place, value, other = distinct_place(pools)
    return sample(place, {"$eq": value}, value, other, None)


@maker("EQ-3")
def equality_with_none(pools: Pools) -> Sample:
    place, value, other = distinct_place(pools)
    return sample(place, pools.one_of((None, {"$eq": None})), None, value, other)


NEARLY = (
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


@maker("EQ-4")
def near_equality(pools: Pools) -> Sample:
    group = pools.deal(NEARLY)
    one = pools.one_of(group)
    condition = pools.one_of((one, one, {"$eq": one}, {"$in": [one]}))
    return sample(pools.one_of(TEXT_PLACES), condition, one, *(t for t in group if t != one))


@maker("EQ-5")
def equal_instants(pools: Pools) -> Sample:
    place, at = pools.one_of(TIME_PLACES), pools.instant()
    condition = pools.one_of((at, {"$eq": at}))
    text = (at.isoformat(),) if place == "resubmitted" else ()  # equal to no instant
    return sample(place, condition, pools.offset(at), at, pools.near(at), *text)


@maker("QRY-2")
def several_fields(pools: Pools) -> Sample:
    parts = [MAKERS[pools.one_of(SIMPLE)](pools) for _ in range(pools.between(2, 5))]
    query: dict[str, Any] = {}
    for part in parts:
        query |= part.query
    whole = merged(part.plants[0] for part in parts)
    mixed = [whole | pools.one_of(part.plants) for part in parts]
    return Sample(query, (whole, *mixed, *(part.plants[0] for part in parts)))


@maker("QRY-3")
def several_operators(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    third = pools.near(value)
    condition = pools.deal(
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
    return sample(place, condition, value, near, third, None)


@maker("NE-1")
def inequality(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    return sample(place, {"$ne": value}, value, near, pools.near(value))


@maker("NE-2")
def inequality_of_none(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$ne": value}, None, value)


@maker("NE-3")
def not_none(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    return sample(place, {"$ne": None}, None, value, near)


def _comparison(operator: str) -> Maker:
    def compare(pools: Pools) -> Sample:
        place, value, near = scalar_place(pools)
        others = [None] if pools.chance(5) else []  # what fails for None alone is CMP-1's
        return sample(place, {operator: value}, value, near, pools.near(value), *others)

    return compare


for _clause, _operator in zip(("LT-1", "LTE-1", "GT-1", "GTE-1"), ORDER_OPERATORS, strict=True):
    MAKERS[_clause] = _comparison(_operator)

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


ORDER_TRAPS = (("\uff61", "\U00010000"), ("Z", "a"), ("\u00e9", "f"), ("a", "ab"), ("10", "9"))
"""Pairs that UTF-16, a collation, or numbers would put the other way round."""


@maker("ORD-1")
def text_order(pools: Pools) -> Sample:
    words = pools.some(ORDERED_TEXTS, 4, 5)
    if pools.chance(4):
        words[:2] = pools.shuffled(pools.deal(ORDER_TRAPS))
    return sample(pools.one_of(TEXT_PLACES), {pools.one_of(ORDER_OPERATORS): words[0]}, *words)


@maker("ORD-2")
def instant_order(pools: Pools) -> Sample:
    at = pools.instant()
    values = (pools.offset(at), pools.offset(pools.near(at)), pools.near(at), pools.instant())
    return sample(pools.one_of(TIME_PLACES), {pools.one_of(ORDER_OPERATORS): at}, *values)


@maker("CMP-1")
def compare_with_none_stored(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    return sample(place, {pools.one_of(ORDER_OPERATORS): value}, None, near)


@maker("CMP-2")
def compare_with_another_class(pools: Pools) -> Sample:
    word, at = pools.one_of(("", "a", "9", "\U00010000")), pools.instant(offsets=False)
    place, operand, values = pools.one_of(
        (
            ("resubmitted", word, (at, word)),
            ("resubmitted", at, (word, at)),
            (pools.one_of(TIME_PLACES), word, (at,)),
            ("label", at, (word, at.isoformat())),
        )
    )
    return sample(place, {pools.one_of(ORDER_OPERATORS): operand}, *values)


@maker("CMP-3")
def at_most_none(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {pools.one_of(("$lte", "$gte")): None}, None, value)


@maker("CMP-4")
def less_than_none(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {pools.one_of(("$lt", "$gt")): None}, None, value)


def _members(pools: Pools, value: Any, *more: Any) -> Any:
    """A list with a value somewhere in it."""
    others = [*(pools.near(value) for _ in range(pools.below(5))), *more]
    others = [other for other in others if type(other) is type(value) or other is None]
    return pools.shuffled([value, *others, *([value] if pools.chance(2) else [])])


@maker("IN-1")
def member(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    if pools.chance(2):  # of two classes
        mixed = pools.shuffled(["a", value, pools.instant()])
        return sample("resubmitted", {"$in": mixed}, *mixed, "b", None)
    return sample(place, {"$in": _members(pools, value)}, value, near, None, pools.near(value))


@maker("IN-2")
def none_among_operands(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    operands = pools.one_of(([None], [None, None], _members(pools, value, None)))
    return sample(place, {"$in": operands}, None, value, near)


@maker("IN-3")
def member_of_nothing(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$in": []}, value, None)


@maker("IN-4")
def member_of_many(pools: Pools) -> Sample:
    operator = pools.one_of(("$in", "$nin"))
    place = pools.one_of(("label", "msg_id"))
    operands = Many(pools.deal((9998, 1000)), pools.deal((("a", None), ("a", "b"))))
    plants = ("a", "c", None) if place == "label" else ()
    return sample(place, {operator: operands}, *plants)


@maker("NIN-1")
def no_member(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    return sample(place, {"$nin": _members(pools, value)}, value, near, pools.near(value))


@maker("NIN-2")
def none_is_no_member(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$nin": _members(pools, value)}, None, value)


@maker("NIN-3")
def none_among_excluded(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    operands = pools.one_of(([None], _members(pools, value, None)))
    return sample(place, {"$nin": operands}, None, value, near)


@maker("NIN-4")
def nothing_excluded(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$nin": []}, value, None)


@maker("HUB-2")
def named_query(pools: Pools) -> Sample:
    client, engine = pools.one_of(CLIENTS), pools.one_of(ENGINES)
    query = pools.deal(
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
    return Sample(query, tuple(_task(pools) for _ in range(4)))


def _task(pools: Pools) -> dict[str, Any]:
    return {
        "client_uuid": pools.one_of(CLIENTS),
        "engine_uuid": pools.one_of((None, *ENGINES)),
        "completed": pools.one_of((None, pools.instant())),
        "arrived": pools.one_of((None, pools.instant())),
    }
