"""Calls that have to be refused, each with a sibling that has to be accepted.

One maker for each clause that refuses; a fault breaks one rule and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any, TypeAlias
from uuid import UUID

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.makers.making import LOGIC
from taskdb_spec.conformance.generation.pools import DICT_PLACES, TEXT_PLACES, TIME_PLACES, Pools
from taskdb_spec.records.values import MAX_DEPTH

Fault: TypeAlias = Callable[[Pools], tuple[Any, Any]]
"""Draws what has to be refused, and its sibling that is fine (None: there is no sibling)."""

QUERIES: dict[str, Fault] = {}
KEYS: dict[str, Fault] = {}
RECORDS: dict[str, Fault] = {}


def fault(table: dict[str, Fault], clause: str) -> Callable[[Fault], Fault]:
    def register(function: Fault) -> Fault:
        table[clause] = function
        return function

    return register


def several(*values: Any) -> tuple[Any, ...]:
    """Values of all classes."""
    return values


def _place(pools: Pools) -> str:
    return pools.one_of((*TEXT_PLACES[:5], *TIME_PLACES[:4]))


def _operands(good: tuple[Any, ...], *bad: Any) -> Fault:
    """Conditions on a field: the bad ones, and the good."""

    def make(pools: Pools) -> tuple[Any, Any]:
        place = _place(pools)
        return {place: pools.deal(bad)}, {place: pools.one_of(good)}

    return make


QUERIES["IN-5"] = _operands(
    ({"$in": ["a"]}, {"$nin": ("a",)}, {"$in": ()}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in several("abc", "", None, {"a": 1}, {}, 5, {"a"})
    ),
)
QUERIES["IN-6"] = _operands(
    ({"$in": ["a", None]}, {"$nin": ["a"]}),
    *(
        {op: bad}
        for op in ("$in", "$nin")
        for bad in several([{"$gt": "a"}], ["a", {"$ne": None}], [{"a": 1, "$gt": "a"}])
    ),
)
UNKNOWN = (
    *("$ge", "$le", "$GT", "$foo", "$", "$where", "$expr", "$text", "$comment", "$type", "$near"),
    *("$bitsAllSet", "$jsonSchema", "$slice", "$like", "$isnull", "$ne ", " $ne", "$$ne"),
    "$not_in",
)


@fault(QUERIES, "QRY-4")
def unknown_operator(pools: Pools) -> tuple[Any, Any]:
    operands: tuple[Any, ...] = ("a", None, [], True)
    place, operand = _place(pools), pools.one_of(operands)
    name, where = pools.deal(tuple(product(UNKNOWN, ("above", "beside", "alone"))))
    if where == "above":
        more: dict[str, Any] = pools.one_of(({}, {place: {"$ne": "never"}}))
        return {**more, name: operand}, more
    if where == "beside":
        return {place: {name: operand, "$ne": None}}, {place: {"$ne": None}}
    return {place: {name: operand}}, {place: {"$eq": None}}


@fault(QUERIES, "QRY-5")
def unknown_field(pools: Pools) -> tuple[Any, Any]:
    name: Any = pools.deal(
        (
            *("nope", "Label", "label ", "_id", "", "msg_ids", "1=1 OR label", "rowid"),
            *(None, 1, b"label", ("label",), "labels.a", "Header.a"),
        )
    )
    return {name: pools.one_of((None, "a", {"$ne": None}, {"$in": []}))}, {"label": None}


@fault(QUERIES, "QRY-6")
def mixed(pools: Pools) -> tuple[Any, Any]:
    place = _place(pools)
    operator: dict[str, Any] = pools.one_of(({"$ne": "never"}, {"$nin": ["never"]}))
    plain = {"a": None}
    third = {"$ne": "never", "$nin": ["never"], **plain}
    mixtures = ({**operator, **plain}, {**plain, **operator}, third)
    return {place: pools.one_of(mixtures)}, {place: operator}


@fault(QUERIES, "QRY-7")
def operand_outside_domain(pools: Pools) -> tuple[Any, Any]:
    place = _place(pools)
    shapes, values = _SHAPES, OUTSIDE
    if Capability.documents in pools.capabilities:
        shapes, values = (*shapes, *_NESTING), (*values, {5: "a"})
    if Capability.arrays in pools.capabilities:
        shapes = (*shapes, *_LISTING)
    shape, bad = pools.deal(tuple(product(shapes, values)))
    return {place: shape(bad)}, {place: pools.one_of(({"$ne": "a"}, {"$in": [None]}))}


_SHAPES: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: bad, lambda bad: {"$eq": bad}, lambda bad: {"$ne": bad}),
    *(lambda bad: {"$lt": bad}, lambda bad: {"$in": ["a", bad]}, lambda bad: {"$nin": [None, bad]}),
)
_NESTING: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: {"a": {"b": bad}}, lambda bad: {"a": [{"b": bad}]}),
)
_LISTING: tuple[Callable[[Any], Any], ...] = (
    *(lambda bad: ["a", bad], lambda bad: {"$eq": [bad]}, lambda bad: {"$in": [["a", bad]]}),
    lambda bad: {"$all": ["a", bad]},
)
NAIVE = datetime(2024, 2, 29, 12)
OUTSIDE: tuple[Any, ...] = (
    *(NAIVE, NAIVE.date(), {"a"}, object(), re.compile("a"), "\ud800", 1 + 2j, frozenset("a")),
    *(2**63, 10**20, bytearray(b"a"), memoryview(b"a")),
)


NO_QUERIES: tuple[Any, ...] = (
    *(None, "", "label", [], ["label"], 5, {"a"}, True, [{"label": None}], ({},)),
    *('{"label": null}', [("label", None)], (("label", "a"),), b"{}"),
)
"""What is no dict, and may be taken for a query (clause QRY-8)."""


@fault(QUERIES, "QRY-8")
def no_query(pools: Pools) -> tuple[Any, Any]:
    return pools.deal(NO_QUERIES), {}


QUERIES["EXI-2"] = _operands(
    ({"$exists": True}, {"$exists": False}),
    *({"$exists": bad} for bad in several(1, 0, None, "true", "", [], 1.0, {})),
)
QUERIES["GLB-8"] = _operands(
    ({"$glob": "a*"},),
    *({"$glob": bad} for bad in several(5, None, ["a"], b"a", re.compile("a"), True)),
)
QUERIES["RGX-4"] = _operands(
    ({"$regex": "a"}, {"$regex": "a", "$options": "im"}),
    *({"$regex": bad} for bad in several(5, None, "(", "[", "*", ["a"], b"a", True)),
    {"$regex": re.compile("a")},
    *({"$regex": "a", "$options": bad} for bad in several("x", "iq", 5, None, "I")),
    *({"$options": "i"}, {"$options": ""}, {"$ne": "a", "$options": ""}),
)
QUERIES["SIZE-2"] = _operands(
    ({"$size": 0}, {"$size": 2}, {"$size": 1.0}),
    *(
        {"$size": bad}
        for bad in several(-1, 2.5, "2", None, True, [], float("nan"), float("inf"), -0.5)
    ),
)
QUERIES["ALL-3"] = _operands(
    ({"$all": []}, {"$all": ["a"]}),
    *(
        {"$all": bad}
        for bad in several(
            *("a", None, 5, {"a": 1}, [{"$gt": "a"}], [{"$elemMatch": {}}]),
            *(["a", "b", {"$gt": "a"}], ["a", "b", {"$elemMatch": {}}]),
        )
    ),
)
QUERIES["ELEM-2"] = _operands(
    ({"$elemMatch": {"$ne": None}}, {"$elemMatch": {"a": "b"}}, {"$elemMatch": {}}),
    *(
        {"$elemMatch": bad}
        for bad in several(
            *("a", None, [], 5, {"$gt": "a", "b": 1}, {"b": 1, "$gt": "a"}),
            *({"a": {"$foo": 1}}, {"$foo": 1}, {"a": {"$ne": 1, "$ge": 1}}),
        )
    ),
)
QUERIES["MOD-2"] = _operands(
    ({"$mod": [2, 0]}, {"$mod": (3.5, 1)}),
    *(
        {"$mod": bad}
        for bad in several([2], [2, 0, 0], [], 2, None, "ab", [0, 1], [0.5, 0], ["2", 0])
    ),
    *(
        {"$mod": bad}
        for bad in several([2, "0"], [2, None], [True, 0], [2, False], [float("nan"), 0])
    ),
    *({"$mod": bad} for bad in several([2, float("inf")], [2, float("nan")], {"a": 1})),
)


@fault(QUERIES, "LOG-1")
def malformed_combination(pools: Pools) -> tuple[Any, Any]:
    place, name = _place(pools), pools.one_of(LOGIC)
    good = {place: {"$ne": "a"}}
    bad: Any = pools.deal(
        (
            {name: []},
            {name: good},
            {name: None},
            {name: "label"},
            {name: [good, 5]},
            {name: [None]},
            {name: [[good]]},
            {name: [good, {"$and": []}]},
            {place: {name: [{"$ne": "a"}]}},
            {"$not": good},
            {place: {"$not": {}}},
            {place: {"$not": "a"}},
            {place: {"$not": None}},
            {place: {"$not": [{"$ne": "a"}]}},
            {place: {"$not": {"a": "b"}}},
            {place: {"$not": re.compile("a")}},
        )
    )
    return bad, pools.one_of(({name: [good]}, {place: {"$not": {"$ne": "a"}}}, good))


def _unclaimed(*conditions: Any, place: str = "") -> Fault:
    def make(pools: Pools) -> tuple[Any, Any]:
        return {place or _place(pools): pools.deal(conditions)}, None

    return make


QUERIES["CAP-1"] = _unclaimed({"$exists": True}, {"$exists": False})
QUERIES["CAP-2"] = _unclaimed(*({"$glob": pattern} for pattern in ("a*", "*", "a", "", "[a]")))
QUERIES["CAP-3"] = _unclaimed({"$mod": [2, 0]}, {"$mod": (3, 1)}, {"$mod": [1, 0]})


@fault(QUERIES, "CAP-4")
def unclaimed_logic(pools: Pools) -> tuple[Any, Any]:
    place, name = _place(pools), pools.one_of(LOGIC)
    negated: dict[str, Any] = {place: {"$not": {"$eq": "a"}}}
    both = {name: [{place: None}, {"queue": "a"}]}
    return pools.deal(({name: [{place: None}]}, negated, both, {"queue": None, **negated})), None


@fault(QUERIES, "CAP-5")
def unclaimed_path(pools: Pools) -> tuple[Any, Any]:
    path = pools.deal(("header.a", "content.a.b", "buffers.0", "label.a"))
    tests = (None, "a", {"$ne": None}, {"$in": ["a"]}, {"$nin": ["a"]}, {"$lt": "a"}, {"$ne": "a"})
    return {path: pools.one_of(tests)}, None


@fault(QUERIES, "CAP-6")
def unclaimed_document(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of((*DICT_PLACES, "label"))
    document = pools.one_of(({}, {"a": "b"}, {"a": None}))
    return {place: pools.deal((document, *_compared(document)))}, None


@fault(QUERIES, "CAP-7")
def unclaimed_list(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of(("buffers", "label"))
    shapes = several([], ["a"], {"$all": ["a"]}, {"$size": 0}, {"$elemMatch": {"$ne": None}})
    return {place: pools.deal((*shapes, {"$all": []}, *_compared([]), *_compared(["a"])))}, None


def _compared(operand: Any) -> list[dict[str, Any]]:
    """What a value is compared with, alone and in a list."""
    alone = ({name: operand} for name in ("$eq", "$ne", "$lt", "$gte"))
    return [*alone, {"$in": [operand]}, {"$in": ["a", operand]}, {"$nin": [None, operand]}]


QUERIES["CAP-8"] = _unclaimed(b"a", b"", *_compared(b"a"), *_compared(b""))
QUERIES["CAP-9"] = _unclaimed(
    *(1, True, 1.0, 0, float("nan")), *_compared(1), *_compared(0.0), *_compared(False)
)
QUERIES["CAP-10"] = _unclaimed(
    *({"$regex": pattern} for pattern in ("a", "", "^a$")), {"$regex": "a", "$options": "i"}
)


@fault(KEYS, "KEYS-4")
def unknown_key(pools: Pools) -> tuple[Any, Any]:
    bad: Any = pools.deal(("nope", "header.a", "_id", "", "Label", "*", None, 5))
    several = ("label", "queue", "header", "stdout", "stderr")
    good, last = pools.deal(tuple(product(((), ("label",), several), (True, False))))
    keys = [*good, bad] if last else [bad, *good]
    return pools.one_of((keys, tuple(keys))), ["label", "header"]


@fault(KEYS, "KEYS-5")
def text_for_keys(pools: Pools) -> tuple[Any, Any]:
    return pools.deal(("label", "msg_id", "x", "")), ["label"]


# Records and updates


def _among_good(pools: Pools, name: Any, value: Any) -> dict[Any, Any]:
    """A fault somewhere among fields that are fine."""
    good = {"label": pools.word(), "client_uuid": "c9", "completed": pools.instant()}
    fields = [(name, value), *((k, v) for k, v in good.items() if k != name and pools.chance(6))]
    return dict(pools.shuffled(fields))


@fault(RECORDS, "REC-4")
def unknown_record_field(pools: Pools) -> tuple[Any, Any]:
    name: Any = pools.deal(
        (
            *("nope", "_id", "Label", "", "label ", "label = 'x' --", "msg_ids", "$set"),
            "__class__",
            *(1, None, b"label", ("label",)),
        )
    )
    value = pools.one_of(("a", None))
    return _among_good(pools, name, value), _among_good(pools, "queue", "a")


@fault(RECORDS, "UPD-6")
def dotted_field(pools: Pools) -> tuple[Any, Any]:
    name = pools.deal(("header.a", "label.", "content.a.b", "buffers.0"))
    value = pools.one_of(("a", None))
    return _among_good(pools, name, value), _among_good(pools, "header", {"a": "b"})


@fault(RECORDS, "REC-6")
def no_datetime(pools: Pools) -> tuple[Any, Any]:
    at = pools.instant()
    text = at.isoformat()
    values: tuple[Any, ...] = (text, 1709208000, 0.0, "", {}, [at], False, at.date(), text[:10])
    bad, place = pools.deal(tuple(product(values, TIME_PLACES[:5])))
    return _among_good(pools, place, bad), _among_good(pools, place, at)


@fault(RECORDS, "REC-7")
def another_class(pools: Pools) -> tuple[Any, Any]:
    if pools.chance(4):
        place = pools.one_of(DICT_PLACES)
        good: Any = {"a": "b"}
        bad: Any = pools.one_of(("a", [], 5, True))
    elif pools.chance(4):
        place, bad, good = "buffers", pools.one_of((b"a", "a", {}, 5)), [b"a"]
    else:
        place, bad, good = pools.one_of(TEXT_PLACES), pools.one_of((5, {}, b"a", True, [])), "a"
    return _among_good(pools, place, bad), _among_good(pools, place, good)


DEEP: list[Any] = []
for _ in range(MAX_DEPTH):
    DEEP = [DEEP]  # deeper than values may nest (L-24)


@fault(RECORDS, "REC-8")
def outside_domain(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of(DICT_PLACES)
    if pools.chance(2):
        buffers = [b"a", pools.one_of(("a", None, 5))]
        return _among_good(pools, "buffers", buffers), {"buffers": [b"a"]}
    bad, shape = pools.deal(tuple(product(BEYOND, INSIDE)))
    good = {"a": 2**63 - 1}
    return _among_good(pools, place, shape(bad)), _among_good(pools, place, good)


BEYOND: tuple[Any, ...] = (
    *({"a"}, object(), 2**63, -(2**63) - 1, 2**64, -(2**100), 1 + 2j, ("a",)),
    *("\ud800", {"\ud800": 1}, {5: "a"}, {None: 1}, DEEP),
    *(bytearray(b"a"), memoryview(b"a"), NAIVE.date(), timedelta(1), range(3), frozenset("a")),
    *(Decimal("1.5"), UUID(int=1), SimpleNamespace(a=1), int, Ellipsis),
)
INSIDE: tuple[Callable[[Any], dict[str, Any]], ...] = (
    *(lambda bad: {"a": bad}, lambda bad: {"a": [bad]}, lambda bad: {"a": {"b": ["c", bad]}}),
    *(lambda bad: {"a": ["c", bad, "d"]}, lambda bad: {"a": [{"b": bad}]}),
)


@fault(RECORDS, "REC-9")
def naive_datetime(pools: Pools) -> tuple[Any, Any]:
    good = pools.instant()
    if pools.chance(5):
        place = pools.one_of(TIME_PLACES)
        return _among_good(pools, place, NAIVE), _among_good(pools, place, good)
    shape, place = pools.below(3), pools.one_of(DICT_PLACES)
    bad_value, good_value = (
        ({"a": at}, {"a": [at]}, {"a": {"b": at}})[shape] for at in (NAIVE, good)
    )
    return _among_good(pools, place, bad_value), _among_good(pools, place, good_value)


NO_IDS: tuple[tuple[str, Any], ...] = (
    *(("a", b"a"), ("a", ["a"]), ("a", ("a",)), ("a", {"$ne": None}), ("a", {"$eq": "a"})),
    *(("10", 10), ("None", None), ("1.5", 1.5), ("True", True), ("a", bytearray(b"a"))),
)
"""An id that is there, and what no str is but may be taken for it (clause REC-11)."""
