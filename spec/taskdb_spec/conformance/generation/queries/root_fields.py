"""Queries of the optional parts that look at root fields only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    MAKERS,
    Maker,
    Sample,
    maker,
    sample,
    scalar_place,
)
from taskdb_spec.conformance.generation.values import (
    BUFFER_PLACES,
    EPOCH,
    LOOKALIKES,
    TEXT_PLACES,
    Pools,
)
from taskdb_spec.language.tree import ORDER_OPERATORS


@maker("EXI-1")
def root_exists(pools: Pools) -> Sample:
    asked = {"$exists": pools.one_of((True, False))}
    if pools.chance(3):
        place, value = pools.one_of((("buffers", [b"a"]), ("header", {"a": 1})))
        return sample(place, asked, value, type(value)(), None)
    place, value, _ = scalar_place(pools)
    values = ("", value, None) if isinstance(value, str) else (value, None)
    return sample(place, asked, *values)


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
    condition = {"$mod": pools.one_of(([2, 0], [1, 0], [-3, 0], [4.0, 1]))}
    if Capability.paths in pools.capabilities:
        documents = [{"n": value} for value in pools.sample(NO_NUMBERS, 4, 7)]
        return Sample({"header.n": condition}, tuple({"header": d} for d in documents))
    values = [value, None] + (["4", "%d", "0", ""] if place in TEXT_PLACES else [])
    return sample(place, condition, *values)


NO_NUMBERS: tuple[Any, ...] = (
    *(True, False, float("nan"), float("inf"), float("-inf"), 2.0**63, -1e300, 1e300),
    *("4", "", "0", None, b"4", EPOCH, {}, {"n": 4}, [], [True, "4"]),
)
"""Values of which there is no remainder: they are no numbers, or beyond 64 bits."""


# documents


def _documents(pools: Pools, *names: str) -> tuple[str, dict[str, Any]]:
    place = pools.one_of(("header", "content", "result_content", "error"))
    return place, {name: pools.scalar() for name in names or ("a", "b")}


@maker("DOC-1")
def whole_document(pools: Pools) -> Sample:
    place, document = _documents(pools)
    if pools.chance(3):
        document["a"] = pools.one_of(([document["b"]], {"c": document["b"]}, [], {}))
    if pools.chance(3):
        document["b"] = 1
    twin = {**document, "b": 1.0}  # equal as a number, and not as text
    more = {**document, "c": 1}
    less = {"a": document["a"]}
    near = {**document, "b": pools.near(document["b"])}
    condition = pools.deal((document, {"$eq": document}, {"$in": [document]}, {"$ne": document}))
    return sample(place, condition, document, more, less, near, twin, None, {})


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
    condition = pools.deal(({}, {"$eq": {}}, {"$ne": {}}, {"$in": [{}]}))
    values: tuple[Any, ...] = (
        ({}, document, None) if condition != {"$in": [{}]} else ({}, None, document)
    )
    return sample(place, condition, *values)


@maker("DOC-4")
def operators_as_content(pools: Pools) -> Sample:
    place, _ = _documents(pools)
    inners: tuple[dict[str, Any], ...] = (
        *({"$gt": ""}, {"$foo": 1}, {"$ne": None}),
        *({"$in": ["a"]}, {"a": {"$gt": 1}}),
    )
    inner = pools.deal(inners)
    condition = {pools.one_of(("$eq", "$ne")): inner}
    if "a" in inner and pools.chance(5):
        condition = inner
    return sample(place, condition, inner, {"a": 1}, {"a": 2}, {}, None)


@maker("DOC-5")
def document_order(pools: Pools) -> Sample:
    place, document = _documents(pools)
    others = [{"a": pools.near(document["a"]), "b": document["b"]}, {"b": document["b"]}]
    others += [{"a": document["a"]}, {**document, "c": None}, {"a": pools.scalar()}]
    others += [{"b": document["b"], "a": document["a"]}, {"b": document["a"], "a": document["b"]}]
    others += [{"a": value} for value in pools.sample(ONE_OF_EACH, 4, 4)]
    operand = pools.one_of((document, document, {}, {"a": pools.deal(ONE_OF_EACH)}))
    condition = {pools.one_of(ORDER_OPERATORS): operand}
    return sample(place, condition, document, *pools.sample(others, 4, 7), None)


ONE_OF_EACH: tuple[Any, ...] = (None, 1, "", {}, [], b"", False, EPOCH)
"""A value of each class, to be ordered by it."""


# arrays on root fields


@maker("LIST-1")
def whole_list(pools: Pools) -> Sample:
    buffers = pools.some((b"a", b"b", b""), 0, 2)
    shapes = (buffers, {"$eq": buffers}, {"$in": [buffers]}, {"$ne": buffers}, {"$nin": [buffers]})
    others: tuple[Any, ...] = (buffers[::-1], [*buffers, b"a"], buffers[:-1], [], None)
    return sample(pools.one_of(BUFFER_PLACES), pools.deal(shapes), buffers, *others)


@maker("LIST-2")
def list_order(pools: Pools) -> Sample:
    buffers = pools.some((b"a", b"b", b"aa"), 0, 2)
    others = (pools.some((b"a", b"b", b"aa"), 1, 2), [*buffers, b"a"], buffers[:-1], None)
    return sample(
        pools.one_of(BUFFER_PLACES), {pools.one_of(ORDER_OPERATORS): buffers}, buffers, *others
    )


@maker("SIZE-1")
def size(pools: Pools) -> Sample:
    length = pools.one_of((0, 1, 2, 2.0))
    if pools.chance(2):
        return sample("label", {"$size": length}, "a" * int(length), None)
    if pools.chance(2):
        members = [("a", 1), ("b", 2)][: int(length)]
        return sample("header", {"$size": length}, dict(members), {}, {"0": 1}, None)
    buffers = [b"a"] * int(length)
    others: tuple[Any, ...] = ([*buffers, b""], buffers[1:], [], None)
    return sample(pools.one_of(BUFFER_PLACES), {"$size": length}, buffers, *others)


@maker("ALL-1")
def every_operand(pools: Pools) -> Sample:
    if pools.chance(5):
        word = pools.word()
        operands = pools.one_of(
            (
                [word],
                [word, word],
                [word, pools.near(word)],
                [None],
                [None, word],
                [word, word, pools.near(word)],
            )
        )
        return sample(pools.one_of(TEXT_PLACES), {"$all": operands}, word, None, word * 2)
    buffers = pools.some((b"a", b"b"), 1, 2)
    operands = pools.one_of(([buffers], [buffers, buffers], [buffers, []], [[]]))
    return sample(
        pools.one_of(BUFFER_PLACES), {"$all": operands}, buffers, [], None, [*buffers, b"c"]
    )


@maker("ALL-2")
def no_operand(pools: Pools) -> Sample:
    if pools.chance(4):
        return sample(pools.one_of(BUFFER_PLACES), {"$all": []}, [], [b"a"], None)
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
    if Capability.paths in pools.capabilities and pools.chance(7):
        return _element_of_texts(pools)
    if pools.chance(2):
        return sample("label", {"$elemMatch": pools.deal(shapes)}, "a", None)
    buffers = pools.some((b"a", b"b"), 1, 2)
    return sample(
        pools.one_of(BUFFER_PLACES), {"$elemMatch": pools.deal(shapes)}, buffers, [], None
    )


def _element_of_texts(pools: Pools) -> Sample:
    """Lists whose elements hold only together, or only inside, what one alone has to."""
    logic = Capability.logic in pools.capabilities
    shapes: tuple[dict[str, Any], ...] = (
        *({"$gt": "a", "$lt": "c"}, {"$gte": "b", "$lte": "b"}, {"$ne": "a", "$gte": "a"}),
        *({"$in": ["b", "x"]}, {"$nin": ["a", "c"], "$ne": None}, {"$eq": "b", "$ne": "a"}),
        *(({"$not": {"$gt": "a"}}, {"$not": {"$in": ["a", "b"]}}) if logic else ()),
    )
    lists: tuple[Any, ...] = (
        *(["b"], ["a", "c"], ["a", "b", "c"], ["a", "b"], ["b", "a"], ["a", "a"], ["b", "b"]),
        *([["b"]], [["a", "c"]], [], "b", None, ["a", None], {"0": "b"}, ["c", "z"]),
    )
    documents = [{"a": value} for value in (["a", "c"], *pools.sample(lists, 6, 8))]
    condition = {"$elemMatch": pools.deal(shapes)}
    return Sample({"header.a": condition}, tuple({"header": d} for d in documents))
