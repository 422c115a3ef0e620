"""Queries that tell records apart, one maker for each clause of the query language.

A maker draws a query and *plants*: fields for records between which the query has to choose. A
focused program stores the plants; the random machine plants some into the records it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from taskdb_spec import named
from taskdb_spec.conformance.generation.pools import (
    BUFFER_PLACES,
    EPOCH,
    LOOKALIKES,
    TEXT_PLACES,
    TIME_PLACES,
    Pools,
)
from taskdb_spec.conformance.generation.records import CLIENTS, ENGINES
from taskdb_spec.conformance.operations import Many

ORDER = ("$lt", "$lte", "$gt", "$gte")


@dataclass(frozen=True)
class Sample:
    """A query, and fields of records that it has to tell apart."""

    query: dict[str, Any]
    plants: tuple[dict[str, Any], ...]


Maker: TypeAlias = Callable[[Pools], Sample]
MAKERS: dict[str, Maker] = {}


def maker(*clauses: str) -> Callable[[Maker], Maker]:
    """Register the maker of queries that exercise these clauses."""

    def register(function: Maker) -> Maker:
        MAKERS.update(dict.fromkeys(clauses, function))
        return function

    return register


def sample(place: str, condition: Any, *values: Any) -> Sample:
    """A query on one root field, and that field's values in the plants."""
    return Sample({place: condition}, tuple({place: value} for value in values))


def scalar_place(pools: Pools) -> tuple[str, Any, Any]:
    """A text or time field, a value for it, and another that is near."""
    if pools.chance(6):
        place, value = pools.one_of(TEXT_PLACES), pools.word()
        return place, value, pools.near(value)
    place, at = pools.one_of(TIME_PLACES), pools.instant(offsets=False)
    return place, at, pools.near(at)


# CORE


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
    *(
        ("a", "A"),
        ("a", "a "),
        ("a", " a"),
        ("\u00e9", "e\u0301"),
        ("ss", "\u00df"),
        ("a", "ab"),
        ("a", "aa"),
    ),
    *(
        ("a%", "ab"),
        ("_", "a"),
        ("*", "a"),
        ("", " "),
        ("a", "a\x00"),
        ("a", "a\n"),
        ("1", "1.0"),
        ("a", "\ufeffa"),
    ),
)


@maker("EQ-4")
def near_equality(pools: Pools) -> Sample:
    one, other = pools.shuffled(pools.one_of(NEARLY))
    place = pools.one_of(TEXT_PLACES)
    return sample(place, pools.one_of((one, {"$eq": one}, {"$in": [one]})), one, other)


@maker("EQ-5")
def equal_instants(pools: Pools) -> Sample:
    place, at = pools.one_of(TIME_PLACES), pools.instant()
    condition = pools.one_of((at, {"$eq": at}))
    return sample(place, condition, pools.offset(at), at, pools.near(at))


@maker("QRY-2")
def several_fields(pools: Pools) -> Sample:
    parts = [MAKERS[pools.one_of(SIMPLE)](pools) for _ in range(pools.between(2, 3))]
    query: dict[str, Any] = {}
    for part in parts:
        query |= part.query
    whole: dict[str, Any] = {}
    for part in parts:
        whole |= part.plants[0]
    mixed = [whole | pools.one_of(part.plants) for part in parts]
    return Sample(query, (whole, *mixed, *(part.plants[0] for part in parts)))


@maker("QRY-3")
def several_operators(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    third = pools.near(value)
    condition = pools.one_of(
        (
            {"$gte": value, "$lt": near},
            {"$gt": value, "$lte": near},
            {"$ne": value, "$in": [value, near, third]},
            {"$lte": value, "$gte": value},
            {"$nin": [near], "$ne": None},
            {"$ne": None, "$gte": near, "$lte": value},
            {"$gte": value, "$lte": value, "$nin": [value, near]},
            {"$in": [value, near], "$nin": [third], "$ne": value},
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
        return sample(place, {operator: value}, value, near, pools.near(value), None)

    return compare


for _clause, _operator in zip(("LT-1", "LTE-1", "GT-1", "GTE-1"), ORDER, strict=True):
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
        words[:2] = pools.shuffled(pools.one_of(ORDER_TRAPS))
    return sample(pools.one_of(TEXT_PLACES), {pools.one_of(ORDER): words[0]}, *words)


@maker("ORD-2")
def instant_order(pools: Pools) -> Sample:
    at = pools.instant()
    values = (pools.offset(at), pools.offset(pools.near(at)), pools.near(at), pools.instant())
    return sample(pools.one_of(TIME_PLACES), {pools.one_of(ORDER): at}, *values)


@maker("CMP-1")
def compare_with_none_stored(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    return sample(place, {pools.one_of(ORDER): value}, None, near)


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
    return sample(place, {pools.one_of(ORDER): operand}, *values)


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
    return sample(place, {"$in": _members(pools, value)}, value, near, None, pools.near(value))


@maker("IN-2")
def none_among_operands(pools: Pools) -> Sample:
    place, value, near = scalar_place(pools)
    operands = pools.one_of(([None], _members(pools, value, None)))
    return sample(place, {"$in": operands}, None, value, near)


@maker("IN-3")
def member_of_nothing(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$in": []}, value, None)


@maker("IN-4")
def member_of_many(pools: Pools) -> Sample:
    operator = pools.one_of(("$in", "$nin"))
    place = pools.one_of(("label", "msg_id"))
    operands = Many(pools.one_of((1000, 9998)), ("a", "b"))
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


SIMPLE = ("EQ-1", "EQ-3", "NE-1", "NE-3", "LT-1", "GTE-1", "IN-1", "NIN-2", "CMP-1", "EQ-2")
"""Clauses whose queries are parts of larger ones."""


@maker("HUB-2")
def named_query(pools: Pools) -> Sample:
    client, engine = pools.one_of(CLIENTS), pools.one_of(ENGINES)
    query = pools.one_of(
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


# presence, numbers, bytes, arith on root fields


@maker("EXI-1")
def root_exists(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    values = ("", value, None) if isinstance(value, str) else (value, None)
    return sample(place, {"$exists": pools.one_of((True, False))}, *values)


def _stranger(draw: Callable[[Pools], Any]) -> Maker:
    """Operands of a class that no root field holds."""

    def make(pools: Pools) -> Sample:
        place, value, _ = scalar_place(pools)
        operand = draw(pools)
        shapes = ({"$ne": operand}, {"$nin": [operand]}, {"$in": [operand]}, {"$lt": operand})
        condition = pools.one_of((operand, *shapes))
        plants = [value, None]
        if place in TEXT_PLACES:
            plants += [pools.one_of(LOOKALIKES), str(operand)]
        return sample(place, condition, *plants)

    return make


MAKERS["NUM-1"] = _stranger(lambda pools: pools.one_of((0, 1, 1.0, True, False, -1)))
MAKERS["BYT-1"] = _stranger(lambda pools: pools.one_of((b"", b"a", b"ab")))


@maker("MOD-1")
def remainder_of_no_number(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    values = [value, None] + (["4", "%d", "0", ""] if place in TEXT_PLACES else [])
    return sample(place, {"$mod": pools.one_of(([2, 0], [1, 0], [-3, 0], [4.0, 1]))}, *values)


# documents


def _documents(pools: Pools, *names: str) -> tuple[str, dict[str, Any]]:
    place = pools.one_of(("header", "content", "result_content", "error"))
    return place, {name: pools.scalar() for name in names or ("a", "b")}


@maker("DOC-1")
def whole_document(pools: Pools) -> Sample:
    place, document = _documents(pools)
    if pools.chance(3):
        document["a"] = pools.one_of(([document["b"]], {"c": document["b"]}, [], {}))
    more = {**document, "c": 1}
    less = {"a": document["a"]}
    near = {**document, "b": pools.near(document["b"])}
    condition = pools.one_of((document, {"$eq": document}, {"$in": [document]}, {"$ne": document}))
    return sample(place, condition, document, more, less, near, None, {})


@maker("DOC-2")
def key_order(pools: Pools) -> Sample:
    place, document = _documents(pools)
    turned = {"b": document["b"], "a": document["a"]}
    if pools.chance(3):
        document, turned = {"c": document}, {"c": turned}
    return sample(place, pools.one_of((document, {"$eq": document})), turned, document)


@maker("DOC-3")
def empty_document(pools: Pools) -> Sample:
    place, document = _documents(pools)
    condition = pools.one_of(({}, {"$eq": {}}, {"$ne": {}}, {"$in": [{}]}))
    values: tuple[Any, ...] = (
        ({}, document, None) if condition != {"$in": [{}]} else ({}, None, document)
    )
    return sample(place, condition, *values)


@maker("DOC-4")
def operators_as_content(pools: Pools) -> Sample:
    place, _ = _documents(pools)
    inner = pools.one_of(
        ({"$gt": ""}, {"$foo": 1}, {"$ne": None}, {"$in": ["a"]}, {"a": {"$gt": 1}})
    )
    operator = pools.one_of(("$eq", "$ne"))
    return sample(place, {operator: inner}, inner, {"a": 1}, {}, None)


@maker("DOC-5")
def document_order(pools: Pools) -> Sample:
    place, document = _documents(pools)
    others = [{"a": pools.near(document["a"]), "b": document["b"]}, {"b": document["b"]}]
    others += [{"a": document["a"]}, {**document, "c": None}, {"a": pools.scalar()}]
    operator = pools.one_of(ORDER)
    return sample(place, {operator: document}, document, *pools.some(others, 2, 3), None)


# arrays on root fields


@maker("LIST-1")
def whole_list(pools: Pools) -> Sample:
    buffers = pools.some((b"a", b"b", b""), 0, 2)
    shapes = (buffers, {"$eq": buffers}, {"$in": [buffers]}, {"$ne": buffers}, {"$nin": [buffers]})
    others: tuple[Any, ...] = (buffers[::-1], [*buffers, b"a"], buffers[:-1], [], None)
    return sample(pools.one_of(BUFFER_PLACES), pools.one_of(shapes), buffers, *others)


@maker("LIST-2")
def list_order(pools: Pools) -> Sample:
    buffers = pools.some((b"a", b"b", b"aa"), 0, 2)
    others = (pools.some((b"a", b"b", b"aa"), 1, 2), [*buffers, b"a"], buffers[:-1], None)
    return sample(pools.one_of(BUFFER_PLACES), {pools.one_of(ORDER): buffers}, buffers, *others)


@maker("SIZE-1")
def size(pools: Pools) -> Sample:
    length = pools.one_of((0, 1, 2, 2.0))
    if pools.chance(2):
        return sample("label", {"$size": length}, "a" * int(length), None)
    buffers = [b"a"] * int(length)
    others: tuple[Any, ...] = ([*buffers, b""], buffers[1:], [], None)
    return sample(pools.one_of(BUFFER_PLACES), {"$size": length}, buffers, *others)


@maker("ALL-1")
def every_operand(pools: Pools) -> Sample:
    if pools.chance(5):
        word = pools.word()
        operands = pools.one_of(
            ([word], [word, word], [word, pools.near(word)], [None], [None, word])
        )
        return sample(pools.one_of(TEXT_PLACES), {"$all": operands}, word, None, word * 2)
    buffers = pools.some((b"a", b"b"), 1, 2)
    operands = pools.one_of(([buffers], [buffers, buffers], [buffers, []], [[]]))
    return sample(
        pools.one_of(BUFFER_PLACES), {"$all": operands}, buffers, [], None, [*buffers, b"c"]
    )


@maker("ALL-2")
def no_operand(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    return sample(place, {"$all": []}, value, None)


@maker("ELEM-1")
def one_element(pools: Pools) -> Sample:
    shapes: tuple[Any, ...] = (
        {"$ne": None},
        {"$eq": None},
        {"$nin": []},
        {"$in": ["a", None]},
        {"$ne": None, "$nin": ["a"]},
    )
    if pools.chance(2):
        return sample("label", {"$elemMatch": pools.one_of(shapes)}, "a", None)
    buffers = pools.some((b"a", b"b"), 1, 2)
    return sample(
        pools.one_of(BUFFER_PLACES), {"$elemMatch": pools.one_of(shapes)}, buffers, [], None
    )


# logic


def _combination(operator: str) -> Maker:
    def combine(pools: Pools) -> Sample:
        parts = [MAKERS[pools.one_of(SIMPLE)](pools) for _ in range(pools.between(1, 3))]
        if pools.chance(3):  # two conditions on one field
            parts.append(sample(*_same_place(pools, parts[0])))
        queries = [part.query for part in parts]
        if pools.chance(2):
            queries.append({})
        if pools.chance(2):
            queries = [{pools.one_of(("$and", "$or", "$nor")): queries}]
        query: dict[str, Any] = {operator: queries}
        if pools.chance(2):
            query |= parts[0].query
        plants = [plant for part in parts for plant in part.plants[:3]]
        whole: dict[str, Any] = {}
        for part in parts:
            whole |= part.plants[0]
        return Sample(query, (whole, *pools.some(plants, 2, 4)))

    return combine


def _same_place(pools: Pools, part: Sample) -> tuple[Any, ...]:
    place = next(iter(part.query))
    value = next((p[place] for p in part.plants if p.get(place) is not None), None)
    return place, {pools.one_of(("$ne", "$eq", "$gte", "$lte")): value}, value


for _clause, _operator in (("AND-1", "$and"), ("OR-1", "$or"), ("NOR-1", "$nor")):
    MAKERS[_clause] = _combination(_operator)


@maker("NOT-1")
def negation(pools: Pools) -> Sample:
    part = MAKERS[pools.one_of(("QRY-3", "LT-1", "GTE-1", "IN-1", "NE-1", "EQ-2", "QRY-3"))](pools)
    ((place, condition),) = part.query.items()
    negated = {"$not": {"$not": condition}} if pools.chance(2) else {"$not": condition}
    return Sample({place: negated}, part.plants)


@maker("NOT-2")
def negation_of_none(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    operator = pools.one_of((*ORDER, "$eq"))
    return sample(place, {"$not": {operator: value}}, None, value)
